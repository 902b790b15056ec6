package dev.sinter.ir.loop;

import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Checks what the types of the Loop IR cannot say. A program is well formed if
///
/// - every name is defined before it is used, once on every way, and is visible there: what a list defines ends with the list,
///   a kernel sees its parameters, the dims, `member` and `members` alone;
/// - only mutable names are assigned, and with their own type and lanes;
/// - operands have the types their function is defined for, indices and bounds are scalar i64s, conditions scalar bools, masks bools
///   of the lanes they mask, lanes powers of two, steps positive;
/// - every buffer is in the table, temps have offsets, and nothing is stored to an input or a constant;
/// - launches and barriers stand at program level, stores and loads of vectors in kernels; launches pass what the kernel takes;
/// - kernels of one program have different names.
///
/// A program is *ready for a backend* if, beyond that, its loops are `SERIAL` and its functions primitive.
public final class LoopVerifier {
    private final LoopProgram program;
    private final boolean ready;
    private final List<String> problems = new ArrayList<>();
    private final Set<Buffer> table = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Kernel, Boolean> kernels = new IdentityHashMap<>();
    private final Set<String> kernelNames = new HashSet<>();
    private Kernel kernel;

    private LoopVerifier(LoopProgram program, boolean ready) {
        this.program = program;
        this.ready = ready;
    }

    /// Refuses a program that is not well formed.
    ///
    /// @throws IllegalStateException naming every problem, with the program's text
    public static void verify(LoopProgram program) {
        refuse(program, problems(program, false));
    }

    /// Refuses a program that is not ready for a backend.
    ///
    /// @throws IllegalStateException naming every problem, with the program's text
    public static void verifyReady(LoopProgram program) {
        refuse(program, problems(program, true));
    }

    private static void refuse(LoopProgram program, List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalStateException("loop program " + program.name() + ":\n" + String.join("\n", problems) + "\n" + LoopPrinter.print(program));
        }
    }

    /// What is wrong with a program, empty if nothing is.
    ///
    /// @param ready whether it is to be ready for a backend
    public static List<String> problems(LoopProgram program, boolean ready) {
        var verifier = new LoopVerifier(program, ready);
        verifier.program();
        return List.copyOf(verifier.problems);
    }

    private void program() {
        var seen = new HashSet<String>();
        for (Buffer buffer : program.buffers()) {
            table.add(buffer);
            if (!seen.add(buffer.role() + " " + buffer.name())) {
                problem("two buffers are " + buffer.role() + " " + buffer);
            }
            if (buffer.role() == Buffer.Role.TEMP != program.offsets().containsKey(buffer)) {
                problem("buffer " + buffer + " of role " + buffer.role() + (buffer.role() == Buffer.Role.TEMP ? " has no offset" : " has an offset"));
            }
        }
        var scope = new Scope(null);
        scope.names.addAll(globals());
        program.dims().forEach(d -> expect(d, ElementType.I64, 1, "dim " + d));
        statements(program.body(), scope);
    }

    private List<Expr.Var> globals() {
        var names = new ArrayList<>(program.dims());
        names.add(LoopProgram.MEMBER);
        names.add(LoopProgram.MEMBERS);
        return names;
    }

    /// The names visible in a list of statements.
    private static final class Scope {
        final Scope outer;
        final Set<Expr.Var> names = Collections.newSetFromMap(new IdentityHashMap<>());

        Scope(Scope outer) {
            this.outer = outer;
        }

        boolean sees(Expr.Var name) {
            return names.contains(name) || outer != null && outer.sees(name);
        }
    }

    private void define(Expr.Var name, Scope scope) {
        if (scope.sees(name)) {
            problem("the name " + name + " is defined twice");
        }
        scope.names.add(name);
    }

    private void statements(List<Stmt> statements, Scope outer) {
        inside(statements, new Scope(outer));
    }

    private void inside(List<Stmt> statements, Scope scope) {
        statements.forEach(s -> statement(s, scope));
    }

    private void statement(Stmt statement, Scope scope) {
        switch (statement) {
            case Stmt.Let(var name, var value) -> {
                expression(value, scope);
                expect(value, name.type(), name.lanes(), "the value of " + name);
                define(name, scope);
            }
            case Stmt.Assign(var name, var value) -> {
                expression(value, scope);
                expression(name, scope);
                expect(value, name.type(), name.lanes(), "the value of " + name);
                if (!name.isMutable()) {
                    problem("the fixed name " + name + " is assigned");
                }
            }
            case Stmt.Store(var to, var index, var value, var mask) -> {
                access(to, index, mask, value.lanes(), scope);
                expression(value, scope);
                expect(value, to.type(), value.lanes(), "what is stored to " + to);
                if (to.role() == Buffer.Role.INPUT || to.role() == Buffer.Role.CONSTANT) {
                    problem("the " + to.role() + " " + to + " is stored to");
                }
                if (kernel == null) {
                    problem("a store to " + to + " stands outside of kernels");
                }
            }
            case Stmt.For loop -> {
                index(loop.from(), "the lower bound of " + loop.i(), scope);
                index(loop.to(), "the upper bound of " + loop.i(), scope);
                expect(loop.i(), ElementType.I64, 1, "the loop variable " + loop.i());
                if (loop.i().isMutable()) {
                    problem("the loop variable " + loop.i() + " is mutable");
                }
                if (loop.step() <= 0) {
                    problem("the loop over " + loop.i() + " has the step " + loop.step());
                }
                if (ready && loop.binding() != Stmt.Binding.SERIAL) {
                    problem("the loop over " + loop.i() + " is still bound " + loop.binding());
                }
                var inner = new Scope(scope);
                define(loop.i(), inner);
                inside(loop.body(), inner);
            }
            case Stmt.If(var condition, var then, var otherwise) -> {
                expression(condition, scope);
                expect(condition, ElementType.BOOL, 1, "a condition");
                statements(then, scope);
                statements(otherwise, scope);
            }
            case Stmt.While(var head, var condition, var body) -> {
                var inner = new Scope(scope);
                inside(head, inner);
                expression(condition, inner);
                expect(condition, ElementType.BOOL, 1, "a condition");
                statements(body, inner);
            }
            case Stmt.Launch(var launched, var arguments) -> launch(launched, arguments, scope);
            case Stmt.Barrier() -> {
                if (kernel != null) {
                    problem("a barrier stands in a kernel");
                }
            }
        }
    }

    private void launch(Kernel launched, List<Expr> arguments, Scope scope) {
        if (kernel != null) {
            problem("kernel " + launched.name() + " is launched in a kernel");
            return;
        }
        arguments.forEach(a -> expression(a, scope));
        if (arguments.size() != launched.parameters().size()) {
            problem("kernel " + launched.name() + " takes " + launched.parameters().size() + " arguments, not " + arguments.size());
        } else {
            for (int i = 0; i < arguments.size(); i++) {
                Expr.Var parameter = launched.parameters().get(i);
                expect(arguments.get(i), parameter.type(), 1, "the argument " + parameter + " of kernel " + launched.name());
            }
        }
        if (kernels.put(launched, true) == null) {
            if (!kernelNames.add(launched.name())) {
                problem("two kernels are called " + launched.name());
            }
            kernel = launched;
            var visible = new Scope(null);
            visible.names.addAll(globals());
            launched.parameters().forEach(p -> define(p, visible));
            statements(launched.body(), visible);
            kernel = null;
        }
    }

    private void expression(Expr expression, Scope scope) {
        if (Integer.bitCount(expression.lanes()) != 1) {
            problem(expression.lanes() + " lanes are not a power of two");
        }
        switch (expression) {
            case Expr.Const _ -> { }
            case Expr.Var name -> {
                if (!scope.sees(name)) {
                    problem("the name " + name + " is used where it is not defined");
                }
            }
            case Expr.Apply(var fn, var arguments) -> {
                arguments.forEach(a -> expression(a, scope));
                ElementType type = arguments.getLast().type();
                if (!isDefined(fn, type)) {
                    problem(fn + " is not defined for " + type);
                }
                if (ready && !fn.isPrimitive()) {
                    problem(fn + " is left, which is not primitive");
                }
            }
            case Expr.Cast(_, var x) -> expression(x, scope);
            case Expr.Bitcast(var type, var x) -> {
                expression(x, scope);
                if (type.bytes() != x.type().bytes() || type == ElementType.BOOL) {
                    problem("the bits of " + x.type() + " are read as " + type);
                }
            }
            case Expr.Load load -> {
                access(load.buffer(), load.index(), load.mask(), load.lanes(), scope);
                if (load.times() != 1 && (load.stride() != 1 || load.times() < 1 || Integer.bitCount(load.times()) != 1 || load.times() >= load.lanes())) {
                    problem("each element of " + load.buffer() + " is loaded into " + load.times() + " of " + load.lanes() + " lanes with the stride " + load.stride());
                }
                if (load.lanes() == 1 && load.stride() != 1) {
                    problem("a scalar is loaded from " + load.buffer() + " with the stride " + load.stride());
                }
            }
            case Expr.Splat(var x, _) -> {
                expression(x, scope);
                expect(x, x.type(), 1, "what is splat");
            }
            case Expr.Ramp(var base, _, _) -> {
                expression(base, scope);
                expect(base, base.type(), 1, "the base of a ramp");
                if (!base.type().isInteger()) {
                    problem("a ramp of " + base.type());
                }
            }
            case Expr.FirstLanes(var count, _) -> index(count, "the count of a mask", scope);
            case Expr.Halve(var fn, var x) -> {
                expression(x, scope);
                if (fn.arity() != 2 || !fn.isPrimitive() || fn.isComparison() || !isDefined(fn, x.type())) {
                    problem("lanes of " + x.type() + " cannot be combined by " + fn);
                }
            }
        }
    }

    /// Whether a function is defined for operands of a type.
    private static boolean isDefined(Fn fn, ElementType type) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV, NEG, ABS, MIN, MAX, LT, LE -> type != ElementType.BOOL;
            case REM, SHL, SHR, USHR -> type.isInteger();
            case AND, OR, XOR, NOT -> !type.isFloat();
            case EQ, NE, SELECT -> true;
            case THREEFRY -> type == ElementType.I64;
            default -> type.isFloat();
        };
    }

    private void access(Buffer buffer, Expr index, Expr mask, int lanes, Scope scope) {
        if (!table.contains(buffer)) {
            problem("buffer " + buffer + " is not in the table");
        }
        index(index, "an index of " + buffer, scope);
        if (mask != null) {
            expression(mask, scope);
            expect(mask, ElementType.BOOL, lanes, "a mask of " + buffer);
        }
        if (kernel == null && lanes != 1) {
            problem("a vector of " + buffer + " is accessed outside of kernels");
        }
    }

    private void index(Expr expression, String what, Scope scope) {
        expression(expression, scope);
        expect(expression, ElementType.I64, 1, what);
    }

    private void expect(Expr expression, ElementType type, int lanes, String what) {
        if (expression.type() != type || expression.lanes() != lanes) {
            problem(what + " is " + expression.type() + "x" + expression.lanes() + ", not " + type + "x" + lanes);
        }
    }

    private void problem(String text) {
        String where = kernel == null ? "" : "kernel " + kernel.name() + ": ";
        problems.add(where + text);
    }
}
