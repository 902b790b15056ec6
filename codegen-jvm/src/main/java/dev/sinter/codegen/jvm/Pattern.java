package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Statements apart from the index numbers and the buffers in them: what is left is equal for statements that one method can carry out, given numbers and buffers.
/// What is divided by stays, since the JIT multiplies where it knows a divisor.
final class Pattern {
    private final Set<Expr.Var> globals;
    private final StringBuilder text = new StringBuilder();
    private final List<Long> numbers = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Expr.Var> names = new ArrayList<>();
    private final Map<Expr.Var, Integer> ordinals = new IdentityHashMap<>();
    private final Set<Expr.Var> declared = new HashSet<>();
    private final List<? extends Expr> otherNumbers;
    private final List<Buffer> otherBuffers;

    private Pattern(Set<Expr.Var> globals, List<? extends Expr> otherNumbers, List<Buffer> otherBuffers) {
        this.globals = globals;
        this.otherNumbers = otherNumbers;
        this.otherBuffers = otherBuffers;
    }

    /// The pattern of statements.
    ///
    /// @param globals names that every method knows
    static Pattern of(List<Stmt> statements, Set<Expr.Var> globals) {
        var pattern = new Pattern(globals, null, null);
        pattern.list(statements);
        return pattern;
    }

    /// The statements with other numbers and buffers: one for each that their pattern has, in order.
    static List<Stmt> with(List<Stmt> statements, List<? extends Expr> numbers, List<Buffer> buffers) {
        return new Pattern(Set.of(), numbers, buffers).list(statements);
    }

    /// What statements of one pattern have in common.
    String text() {
        return text.toString();
    }

    /// The index numbers, in order of appearance.
    List<Long> numbers() {
        return numbers;
    }

    /// The buffers, in order of appearance.
    List<Buffer> buffers() {
        return buffers;
    }

    /// The names from outside, in order of their first appearance.
    List<Expr.Var> names() {
        return names;
    }

    private List<Stmt> list(List<Stmt> statements) {
        text.append('{');
        var all = statements.stream().map(this::statement).toList();
        text.append('}');
        return all;
    }

    private Stmt statement(Stmt statement) {
        text.append(statement.getClass().getSimpleName()).append(' ');
        return switch (statement) {
            case Stmt.Let(var name, var value) -> {
                Expr copy = expression(value);
                yield new Stmt.Let(declare(name), copy);
            }
            case Stmt.Assign(var name, var value) -> new Stmt.Assign((Expr.Var) expression(name), expression(value));
            case Stmt.Store(var to, var index, var value, var mask) -> new Stmt.Store(buffer(to), expression(index), expression(value), optional(mask));
            case Stmt.For(var i, var from, var to, long step, var binding, var body) -> {
                Expr first = expression(from);
                Expr end = expression(to);
                text.append(step);
                yield new Stmt.For(declare(i), first, end, step, binding, list(body));
            }
            case Stmt.If(var condition, var then, var otherwise) -> new Stmt.If(expression(condition), list(then), list(otherwise));
            case Stmt.While(var head, var condition, var body) -> {
                var first = list(head);
                yield new Stmt.While(first, expression(condition), list(body));
            }
            case Stmt.Launch launch -> {
                text.append(System.identityHashCode(launch));  // like no other
                yield launch;
            }
            case Stmt.Barrier barrier -> barrier;
        };
    }

    private Expr.Var declare(Expr.Var name) {
        declared.add(name);
        expression(name);
        return name;
    }

    private Buffer buffer(Buffer buffer) {
        text.append('[').append(buffer.type()).append(']');
        buffers.add(buffer);
        return otherBuffers == null ? buffer : otherBuffers.get(buffers.size() - 1);
    }

    private Expr optional(Expr e) {
        text.append(e == null ? '-' : '+');
        return e == null ? null : expression(e);
    }

    private Expr expression(Expr e) {
        return switch (e) {
            case Expr.Const(var type, long bits, int lanes) -> {
                if (type == ElementType.I64 && lanes == 1) {
                    text.append('#');
                    numbers.add(bits);
                    yield otherNumbers == null ? e : otherNumbers.get(numbers.size() - 1);
                }
                yield fixed(e);
            }
            case Expr.Var name -> {
                Integer known = ordinals.putIfAbsent(name, ordinals.size());
                if (known == null && !declared.contains(name) && !globals.contains(name)) {
                    names.add(name);
                }
                text.append(globals.contains(name) ? name.name() : "v" + ordinals.get(name)).append(':').append(name.type()).append(name.lanes()).append(name.isMutable());
                yield name;
            }
            case Expr.Apply(var fn, var arguments) -> {
                text.append(fn).append('(');
                boolean divides = (fn == Fn.DIV || fn == Fn.REM) && arguments.getLast() instanceof Expr.Const;
                var copies = new ArrayList<Expr>();
                for (int k = 0; k < arguments.size(); k++) {
                    copies.add(divides && k == 1 ? fixed(arguments.get(k)) : expression(arguments.get(k)));
                }
                text.append(')');
                yield new Expr.Apply(fn, copies);
            }
            case Expr.Cast(var type, var x) -> {
                text.append(type).append('?');
                yield new Expr.Cast(type, expression(x));
            }
            case Expr.Bitcast(var type, var x) -> {
                text.append(type).append('!');
                yield new Expr.Bitcast(type, expression(x));
            }
            case Expr.Load(var from, var index, int lanes, int stride, int times, var mask, _) -> {
                text.append("load").append(lanes).append(',').append(stride).append(',').append(times);
                yield new Expr.Load(buffer(from), expression(index), lanes, stride, times, optional(mask));
            }
            case Expr.Splat(var x, int lanes) -> {
                text.append("splat").append(lanes);
                yield new Expr.Splat(expression(x), lanes);
            }
            case Expr.Ramp(var base, long stride, int lanes) -> {
                text.append("ramp").append(lanes).append(',').append(stride);
                yield new Expr.Ramp(expression(base), stride, lanes);
            }
            case Expr.FirstLanes(var count, int lanes) -> {
                text.append("first").append(lanes);
                yield new Expr.FirstLanes(expression(count), lanes);
            }
            case Expr.Halve(var fn, var x) -> {
                text.append("halve").append(fn);
                yield new Expr.Halve(fn, expression(x));
            }
        };
    }

    private Expr fixed(Expr constant) {
        text.append(constant);
        return constant;
    }
}
