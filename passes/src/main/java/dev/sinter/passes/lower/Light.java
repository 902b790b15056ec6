package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.passes.memory.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Finds the kernels of a function that are not worth vectors where a JIT compiles them while they run.
///
/// A kernel that is called once in a call and has a few vectors to do, such as the update of a bias, is compiled after thousands of calls only. Until then vectors
/// are objects, so that it is slow and allocates; plain loops do neither. Those that take least give up their vectors, as long as all of them together take a small
/// part of the function's time.
final class Light {
    /// The part of a function's time, its inverse, that such kernels take together. Without vectors they take up to sixteen times as much.
    private static final long PART = 3000;
    /// What a dim is taken for.
    private static final long USUAL_EXTENT = 32;
    /// The effort of loops whose steps are not known.
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final int vectorBits;
    private final Map<Expr.Var, Long> values = new HashMap<>();
    private final List<Weighed> weighed = new ArrayList<>();

    /// A kernel of the function, and how much a call does in it.
    private record Weighed(Step.Run run, long effort) { }

    private Light(Table table) {
        this.vectorBits = table.machine.vectorBits();
        table.dims.values().forEach(d -> values.put(d, USUAL_EXTENT));
        values.put(LoopProgram.MEMBER, 0L);
        values.put(LoopProgram.MEMBERS, 1L);
    }

    /// The steps with those kernels as plain loops, and others as they are made for a JIT; an equal list if there are none.
    static List<Step> withoutVectors(List<Step> steps, Table table) {
        if (table.machine.vectorBits() == 0) {
            return steps;
        }
        var light = new Light(table);
        light.weigh(steps, 1);
        long left = light.weighed.stream().mapToLong(Weighed::effort).filter(effort -> effort < UNKNOWN).reduce(0, Light::sum) / PART;
        Set<Step.Run> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Weighed candidate : light.weighed.stream().sorted(Comparator.comparingLong(Weighed::effort)).toList()) {
            if (candidate.effort() > left) {
                break;
            }
            left -= candidate.effort();
            chosen.add(candidate.run());
        }
        return replaced(steps, chosen, table);
    }

    private static List<Step> replaced(List<Step> steps, Set<Step.Run> chosen, Table table) {
        return steps.stream().<Step>map(step -> switch (step) {
            case Step.Run run -> chosen.contains(run) ? table.scalar(run) : table.inJit(run);
            case Step.Blocks blocks -> blocks;
            case Step.For loop -> new Step.For(loop.i(), loop.to(), replaced(loop.body(), chosen, table));
            case Step.While loop -> new Step.While(replaced(loop.head(), chosen, table), loop.condition(), loop.index(), replaced(loop.body(), chosen, table));
            case Step.If choice -> new Step.If(choice.condition(), choice.index(), replaced(choice.then(), chosen, table), replaced(choice.otherwise(), chosen, table));
        }).toList();
    }

    private void weigh(List<Step> steps, long times) {
        for (Step step : steps) {
            switch (step) {
                case Step.Run run -> weighed.add(new Weighed(run, product(times, effort(run.kernel().body()))));
                case Step.Blocks blocks -> blocks.body().forEach(run -> weigh(List.of(run), product(times, value(blocks.count()).orElse(1))));
                case Step.For loop -> weigh(loop.body(), product(times, value(loop.to()).orElse(1)));
                case Step.While loop -> {
                    weigh(loop.head(), times);
                    weigh(loop.body(), times);
                }
                case Step.If choice -> {
                    weigh(choice.then(), times);
                    weigh(choice.otherwise(), times);
                }
            }
        }
    }

    /// How many statements are carried out, one for each of the machine's vectors in them. For loops whose steps are not known, [#UNKNOWN].
    private long effort(List<Stmt> statements) {
        return statements.stream().mapToLong(this::effort).reduce(0, Light::sum);
    }

    private long effort(Stmt statement) {
        return switch (statement) {
            case Stmt.Let(var name, var value) -> {
                if (name.lanes() == 1 && !name.isMutable()) {
                    value(value).ifPresent(v -> values.put(name, v));
                }
                yield parts(value);
            }
            case Stmt.Assign(_, var value) -> parts(value);
            case Stmt.Store(_, _, var value, _) -> parts(value);
            case Stmt.For(var i, var from, var to, long step, _, var body) -> {
                var first = value(from);
                var end = value(to);
                if (first.isEmpty() || end.isEmpty()) {
                    yield UNKNOWN;
                }
                values.put(i, first.getAsLong());
                yield product(Math.max(0, Math.ceilDiv(end.getAsLong() - first.getAsLong(), step)), effort(body));
            }
            case Stmt.If(_, var then, var otherwise) -> Math.max(effort(then), effort(otherwise));
            case Stmt.While _ -> UNKNOWN;
            case Stmt.Launch _, Stmt.Barrier _ -> 1;
        };
    }

    private long parts(Expr value) {
        return Math.max(1, value.lanes() * value.type().bytes() * 8L / vectorBits);
    }

    /// What an index is for the usual extents, in the first step of each loop.
    private OptionalLong value(Expr index) {
        return switch (index) {
            case Expr.Const(var type, long bits, _) when !type.isFloat() -> OptionalLong.of(bits);
            case Expr.Var name when values.containsKey(name) -> OptionalLong.of(values.get(name));
            case Expr.Apply(var fn, var arguments) when arguments.size() == 2 -> {
                var a = value(arguments.get(0));
                var b = value(arguments.get(1));
                yield a.isEmpty() || b.isEmpty() ? OptionalLong.empty() : switch (fn) {
                    case ADD -> OptionalLong.of(a.getAsLong() + b.getAsLong());
                    case SUB -> OptionalLong.of(a.getAsLong() - b.getAsLong());
                    case MUL -> OptionalLong.of(a.getAsLong() * b.getAsLong());
                    case AND -> OptionalLong.of(a.getAsLong() & b.getAsLong());
                    case MIN -> OptionalLong.of(Math.min(a.getAsLong(), b.getAsLong()));
                    case MAX -> OptionalLong.of(Math.max(a.getAsLong(), b.getAsLong()));
                    case DIV -> OptionalLong.of(b.getAsLong() == 0 ? 0 : a.getAsLong() / b.getAsLong());
                    case REM -> OptionalLong.of(b.getAsLong() == 0 ? 0 : a.getAsLong() % b.getAsLong());
                    default -> OptionalLong.empty();
                };
            }
            default -> OptionalLong.empty();
        };
    }

    private static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? UNKNOWN : sum;
    }

    private static long product(long a, long b) {
        return b != 0 && a > UNKNOWN / b ? UNKNOWN : a * b;
    }
}
