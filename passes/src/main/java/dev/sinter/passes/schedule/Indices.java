package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Knows what the scalar i64 names of a program stand for: dims, loop variables with their ranges, and named indices; translates between
/// expressions and their normal form [Affine].
public final class Indices {
    private final Map<String, Expr.Var> dims;
    private final Map<Expr.Var, Dim> dimOf = new IdentityHashMap<>();
    private final Map<Expr.Var, Dim> extents = new IdentityHashMap<>();
    private final Map<Expr.Var, Integer> depths = new IdentityHashMap<>();
    private final Map<Expr, Dim> operations = new HashMap<>();
    private final Map<Expr.Var, Affine> definitions = new IdentityHashMap<>();

    /// @param dims the program's dim variables, by name
    public Indices(Map<String, Expr.Var> dims) {
        this.dims = Map.copyOf(dims);
        dims.forEach((name, v) -> dimOf.put(v, Dim.named(name)));
        dimOf.put(LoopProgram.MEMBERS, Dim.named(LoopProgram.MEMBERS.name()));
    }

    /// A dim as an expression.
    public Expr dim(Dim dim) {
        return dim.interpret(new Dim.Algebra<Known>() {
            @Override
            public Known constant(long value) {
                return new Known(Expr.index(value), Dim.constant(value));
            }

            @Override
            public Known name(String name) {
                return new Known(variable(name), Dim.named(name));
            }

            @Override
            public Known plus(Known a, Known b) {
                return new Known(Expr.plus(a.expr, b.expr), a.dim.plus(b.dim));
            }

            @Override
            public Known times(Known a, Known b) {
                return new Known(Expr.times(a.expr, b.expr), a.dim.times(b.dim));
            }

            @Override
            public Known apply(String operation, Known a, Known b) {
                return applied(operation, a, b);
            }
        }).expr;
    }

    /// A dim and its expression.
    private record Known(Expr expr, Dim dim) { }

    /// An operation that no polynomial expresses. Its expression is remembered, so that it is known again for the dim that it is.
    private Known applied(String operation, Known a, Known b) {
        boolean plain = a.dim.isNonNegative() && b.dim.isNonNegative();
        Dim dim = switch (operation) {
            case "floordiv" -> a.dim.floorDiv(b.dim);
            case "mod" -> a.dim.mod(b.dim);
            case "max" -> a.dim.max(b.dim);
            default -> throw new IllegalArgumentException(operation);
        };
        Expr expr = plain && operation.equals("floordiv") ? Expr.apply(Fn.DIV, a.expr, b.expr)
                : plain && operation.equals("mod") ? Expr.apply(Fn.REM, a.expr, b.expr)
                : Expr.of(dim, this::variable);
        operations.put(expr, dim);
        return new Known(expr, dim);
    }

    private Expr variable(String name) {
        if (name.equals(LoopProgram.MEMBERS.name())) {
            return LoopProgram.MEMBERS;
        }
        Expr.Var v = dims.get(name);
        if (v == null) {
            throw new IllegalStateException("the dim " + name + " is bound by no input");
        }
        return v;
    }

    /// Declares a loop variable that runs from 0 up to `extent`. Declare outer loops first: the order decides how offsets are summed up.
    public void range(Expr.Var loop, Dim extent) {
        extents.put(loop, extent);
        depths.putIfAbsent(loop, depths.size());
    }

    /// The extent of a loop variable, if it is one that was declared.
    public Optional<Dim> extent(Expr.Var loop) {
        return Optional.ofNullable(extents.get(loop));
    }

    /// Declares that a fixed name stands for `value`.
    public void define(Expr.Var name, Expr value) {
        if (name.type() == ElementType.I64 && name.lanes() == 1 && !name.isMutable()) {
            of(value).ifPresent(a -> definitions.put(name, a));
        }
    }

    /// Declares every name that these statements bind.
    public void learn(List<Stmt> statements) {
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.Let(var name, var value) -> define(name, value);
                case Stmt.For loop -> {
                    if (!extents.containsKey(loop.i()) && loop.from() instanceof Expr.Const(_, long zero, _) && zero == 0) {
                        of(loop.to()).filter(Affine::isConstant).ifPresent(to -> range(loop.i(), to.constant()));
                    }
                    depths.putIfAbsent(loop.i(), depths.size());
                    learn(loop.body());
                }
                case Stmt.If(_, var then, var otherwise) -> {
                    learn(then);
                    learn(otherwise);
                }
                case Stmt.While(var head, _, var body) -> {
                    learn(head);
                    learn(body);
                }
                case Stmt.Assign _, Stmt.Store _, Stmt.Launch _, Stmt.Barrier _ -> { }
            }
        }
    }

    /// The normal form of a scalar i64, if it has one.
    public Optional<Affine> of(Expr e) {
        return Optional.ofNullable(affine(e));
    }

    private Affine affine(Expr e) {
        if (e.type() != ElementType.I64 || e.lanes() != 1) {
            return null;
        }
        return switch (e) {
            case Expr.Const(_, long value, _) -> Affine.of(Dim.constant(value));
            case Expr.Var name -> {
                if (name.isMutable()) {
                    yield null;
                }
                Dim dim = dimOf.get(name);
                Affine known = definitions.get(name);
                yield dim != null ? Affine.of(dim) : known != null ? known : Affine.of(new Affine.Name(name));
            }
            case Expr.Apply(var fn, _) when (fn == Fn.DIV || fn == Fn.REM || fn == Fn.MAX) && operations.containsKey(e) -> Affine.of(operations.get(e));
            case Expr.Apply(var fn, var arguments) when fn == Fn.NEG -> {
                Affine x = affine(arguments.getFirst());
                yield x == null ? null : x.times(Dim.constant(-1));
            }
            case Expr.Apply(var fn, var arguments) when fn.arity() == 2 && fn.isPrimitive() && !fn.isComparison() -> {
                Affine a = affine(arguments.get(0));
                Affine b = a == null ? null : affine(arguments.get(1));
                yield b == null ? null : combine(fn, a, b);
            }
            default -> null;
        };
    }

    /// Null where the numbers leave 63 bits, as those of random keys do: no index is that large.
    private Affine combine(Fn fn, Affine a, Affine b) {
        try {
            return combined(fn, a, b);
        } catch (ArithmeticException e) {
            return null;
        }
    }

    private Affine combined(Fn fn, Affine a, Affine b) {
        return switch (fn) {
            case ADD -> a.plus(b);
            case SUB -> a.plus(b.times(Dim.constant(-1)));
            case MUL -> b.isConstant() ? a.times(b.constant()) : a.isConstant() ? b.times(a.constant()) : null;
            case DIV -> b.isConstant() && !b.constant().is(0) ? quotient(a, b.constant()) : null;
            case REM -> b.isConstant() && !b.constant().is(0) ? remainder(a, b.constant()) : null;
            case MAX -> a.isConstant() && b.isConstant() ? Affine.of(a.constant().max(b.constant())) : null;
            default -> null;
        };
    }

    private Affine quotient(Affine x, Dim by) {
        if (by.is(1)) {
            return x;
        }
        Affine[] parts = split(x, by);
        if (parts != null) {
            return parts[0];
        }
        if (x.isConstant() && x.constant().isConstant() && by.isConstant()) {
            return Affine.of(Dim.constant(x.constant().value() / by.value()));
        }
        return Affine.of(new Affine.Quotient(x, by));
    }

    private Affine remainder(Affine x, Dim by) {
        if (by.is(1)) {
            return Affine.ZERO;
        }
        Affine[] parts = split(x, by);
        if (parts != null) {
            return parts[1];
        }
        if (x.isConstant() && x.constant().isConstant() && by.isConstant()) {
            return Affine.of(Dim.constant(x.constant().value() % by.value()));
        }
        return Affine.of(new Affine.Remainder(x, by));
    }

    /// `x = by * whole + rest` with `0 <= rest < by` and `whole >= 0`, if the ranges of the names show it.
    private Affine[] split(Affine x, Dim by) {
        Affine whole = Affine.ZERO;
        Affine rest = Affine.ZERO;
        for (var term : x.terms().entrySet()) {
            Dim quotient = exact(term.getValue(), by);
            Affine one = Affine.of(term.getKey());
            if (quotient != null) {
                whole = whole.plus(one.times(quotient));
            } else {
                rest = rest.plus(one.times(term.getValue()));
            }
        }
        Dim quotient = exact(x.constant(), by);
        if (quotient != null) {
            whole = whole.plus(Affine.of(quotient));
        } else {
            rest = rest.plus(Affine.of(x.constant()));
        }
        Dim last = largest(rest);
        boolean fits = last != null && by.minus(Dim.ONE).minus(last).isNonNegative() && largest(whole) != null;
        return fits ? new Affine[] {whole, rest} : null;
    }

    /// `c / by` if it is exact.
    private static Dim exact(Dim c, Dim by) {
        if (c.is(0)) {
            return Dim.ZERO;
        }
        if (c.isConstant() && by.isConstant()) {
            return c.value() % by.value() == 0 ? Dim.constant(c.value() / by.value()) : null;
        }
        Dim quotient = c.floorDiv(by);
        return quotient.times(by).equals(c) ? quotient : null;
    }

    /// An upper bound of an index whose lower bound is 0, or null if either is not known.
    public Dim largest(Affine x) {
        if (!x.constant().isNonNegative()) {
            return null;
        }
        Dim sum = x.constant();
        for (var term : x.terms().entrySet()) {
            Dim top = switch (term.getKey()) {
                case Affine.Name(var name) -> extents.containsKey(name) ? extents.get(name).minus(Dim.ONE) : null;
                case Affine.Quotient(var y, var by) -> {
                    Dim most = largest(y);
                    yield most == null || !by.isNonNegative() ? null : most.floorDiv(by);
                }
                case Affine.Remainder(var y, var by) -> largest(y) == null ? null : by.minus(Dim.ONE);
            };
            if (top == null || !term.getValue().isNonNegative()) {
                return null;
            }
            sum = sum.plus(top.times(term.getValue()));
        }
        return sum;
    }

    /// An index as an expression: terms that change least often come first, so that they can leave inner loops together.
    public Expr expression(Affine index) {
        var terms = index.terms().entrySet().stream().sorted(java.util.Comparator.comparingInt(t -> depth(t.getKey()))).toList();
        Expr sum = dim(index.constant());
        for (var term : terms) {
            Expr atom = switch (term.getKey()) {
                case Affine.Name(var name) -> name;
                case Affine.Quotient(var x, var by) -> Expr.apply(Fn.DIV, expression(x), dim(by));
                case Affine.Remainder(var x, var by) -> Expr.apply(Fn.REM, expression(x), dim(by));
            };
            sum = Expr.plus(sum, Expr.times(atom, dim(term.getValue())));
        }
        return sum;
    }

    private int depth(Affine.Atom atom) {
        return switch (atom) {
            case Affine.Name(var name) -> depths.getOrDefault(name, -1);
            case Affine.Quotient(var x, _) -> depth(x);
            case Affine.Remainder(var x, _) -> depth(x);
        };
    }

    private int depth(Affine x) {
        return x.terms().keySet().stream().mapToInt(this::depth).max().orElse(-1);
    }
}
