package dev.sinter.compiler.measure;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.Stmt;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a kernel does in one run by one member, counted from its loops: nothing is estimated but which branch is taken where that depends on data (the first one).
///
/// @param flops   operations on floats, two for a fused multiply-add, each lane of a vector by itself
/// @param touched for each buffer, the elements that are loaded or stored, at most all that it has
/// @param written those that are stored to
/// @param sums    the most accumulators that one loop carries: the register tile
/// @param lanes   the lanes of these
record KernelWork(double flops, Map<Buffer, Double> touched, Set<Buffer> written, int sums, int lanes) {
    /// Counts a kernel.
    ///
    /// @param known values of names from outside: dims, parameters, the number of the member and of members
    static KernelWork of(Kernel kernel, Map<Expr.Var, Long> known) {
        var count = new Count(known);
        count.statements(kernel.body(), 1);
        return new KernelWork(count.flops, count.touched, count.written, count.sums, count.lanes);
    }

    /// Bytes of all buffers, each once.
    double bytes(Map<Buffer, Long> elements) {
        return touched.entrySet().stream().mapToDouble(e -> Math.min(e.getValue(), elements.get(e.getKey())) * e.getKey().type().bytes()).sum();
    }

    private static final class Count {
        final Map<Expr.Var, Long> values = new IdentityHashMap<>();
        final Map<Buffer, Double> touched = new LinkedHashMap<>();
        final Set<Buffer> written = new LinkedHashSet<>();
        double flops;
        int sums;
        int lanes = 1;

        Count(Map<Expr.Var, Long> known) {
            values.putAll(known);
        }

        void statements(List<Stmt> statements, double times) {
            for (Stmt s : statements) {
                switch (s) {
                    case Stmt.Let(var name, var value) -> {
                        expression(value, times);
                        Long number = name.isMutable() ? null : value(value);
                        if (number != null) {
                            values.put(name, number);
                        }
                    }
                    case Stmt.Assign(_, var value) -> expression(value, times);
                    case Stmt.Store(var to, var index, var value, var mask) -> {
                        touch(to, times * value.lanes());
                        written.add(to);
                        expression(index, times);
                        expression(value, times);
                        if (mask != null) {
                            expression(mask, times);
                        }
                    }
                    case Stmt.For loop -> loop(loop, times);
                    case Stmt.If(var condition, var then, var otherwise) -> {
                        Long taken = value(condition);
                        boolean second = taken != null && taken == 0;
                        statements(then, second ? 0 : times);
                        statements(otherwise, second ? times : 0);
                    }
                    case Stmt.While loop -> {
                        statements(loop.head(), times);
                        statements(loop.body(), times);
                    }
                    case Stmt.Launch _, Stmt.Barrier _ -> { }
                }
            }
        }

        private void loop(Stmt.For loop, double times) {
            Long from = value(loop.from());
            Long to = value(loop.to());
            double steps = from == null || to == null ? 1 : Math.max(0, Math.ceil((to - from) / (double) loop.step()));
            if (from != null) {
                values.put(loop.i(), from);
            }
            var carried = loop.body().stream().filter(s -> s instanceof Stmt.Assign(var name, _) && name.type().isFloat()).map(s -> ((Stmt.Assign) s).name()).distinct().toList();
            if (times * steps > 0 && carried.size() > sums) {
                sums = carried.size();
                lanes = carried.getFirst().lanes();
            }
            statements(loop.body(), times * steps);
        }

        private void touch(Buffer buffer, double elements) {
            touched.merge(buffer, elements, Double::sum);
        }

        private void expression(Expr e, double times) {
            switch (e) {
                case Expr.Const _, Expr.Var _ -> { }
                case Expr.Apply(var fn, var arguments) -> {
                    if (e.type().isFloat() && fn != Fn.SELECT) {
                        flops += times * e.lanes() * (fn == Fn.FMA ? 2 : 1);
                    }
                    arguments.forEach(a -> expression(a, times));
                }
                case Expr.Cast(_, var x) -> expression(x, times);
                case Expr.Bitcast(_, var x) -> expression(x, times);
                case Expr.Load(var buffer, var index, _, _, _, var mask, _) -> {
                    touch(buffer, times * e.lanes());
                    expression(index, times);
                    if (mask != null) {
                        expression(mask, times);
                    }
                }
                case Expr.Splat(var x, _) -> expression(x, times);
                case Expr.Ramp(var base, _, _) -> expression(base, times);
                case Expr.FirstLanes(var count, _) -> expression(count, times);
                case Expr.Halve(_, var x) -> {
                    flops += times * (x.lanes() - 1);
                    expression(x, times);
                }
            }
        }

        /// The value of an integer or a condition, or null if it depends on data.
        private Long value(Expr e) {
            return switch (e) {
                case Expr.Const(var type, long bits, int width) when !type.isFloat() && width == 1 -> bits;
                case Expr.Var name -> values.get(name);
                case Expr.Apply(var fn, var arguments) -> {
                    Long a = value(arguments.getFirst());
                    Long b = arguments.size() == 2 ? value(arguments.get(1)) : null;
                    yield a == null || arguments.size() == 2 && b == null ? null : switch (fn) {
                        case ADD -> a + b;
                        case SUB -> a - b;
                        case MUL -> a * b;
                        case DIV -> b == 0 ? 0 : a / b;
                        case REM -> b == 0 ? 0 : a % b;
                        case AND -> a & b;
                        case MIN -> Math.min(a, b);
                        case MAX -> Math.max(a, b);
                        case LT -> a < b ? 1L : 0L;
                        case LE -> a <= b ? 1L : 0L;
                        case EQ -> a.equals(b) ? 1L : 0L;
                        default -> null;
                    };
                }
                default -> null;
            };
        }

        Long number(Expr e) {
            return value(e);
        }
    }

    /// The value of an integer of the program level, or null.
    static Long value(Expr e, Map<Expr.Var, Long> known) {
        return new Count(known).number(e);
    }
}
