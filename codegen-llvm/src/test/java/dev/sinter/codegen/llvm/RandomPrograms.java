package dev.sinter.codegen.llvm;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Random well-formed programs: a kernel that loops over vectors of all types with a masked rest, with names, accumulators, conditions,
/// and expressions of all primitive functions. The same seed gives the same program.
final class RandomPrograms {
    private static final Expr.Var N = Expr.Var.index("N");
    private static final List<Fn> PRIMITIVE = java.util.Arrays.stream(Fn.values()).filter(Fn::isPrimitive).toList();

    private final Random random;
    private final Map<ElementType, Buffer> inputs = new EnumMap<>(ElementType.class);
    private final Map<ElementType, Buffer> outputs = new EnumMap<>(ElementType.class);
    private final List<Expr.Var> names = new ArrayList<>();

    private RandomPrograms(int seed) {
        random = new Random(seed);
        for (ElementType type : ElementType.values()) {
            inputs.put(type, new Buffer("x_" + type, type, Dim.named("N"), Buffer.Role.INPUT));
            outputs.put(type, new Buffer("y_" + type, type, Dim.named("N"), Buffer.Role.OUTPUT));
        }
    }

    static LoopProgram program(int seed) {
        return new RandomPrograms(seed).program("random" + seed);
    }

    private LoopProgram program(String name) {
        int lanes = 1 << random.nextInt(6);
        var kernel = new Block();
        var sum = kernel.accumulator("sum", zero(ElementType.F32, lanes));
        var count = kernel.accumulator("count", zero(ElementType.I32, lanes));
        kernel.loop("i", Expr.index(0), N, lanes, Stmt.Binding.SERIAL, (b, i) -> {
            Expr mask = b.let("mask", new Expr.FirstLanes(Expr.apply(Fn.SUB, N, i), lanes));
            for (ElementType type : ElementType.values()) {
                bind(b, new Expr.Load(inputs.get(type), i, lanes, 1, mask));
            }
            bind(b, lanes == 1 ? i : new Expr.Ramp(i, random.nextInt(5) - 2, lanes));
            names.add(sum);
            names.add(count);
            for (int s = 0; s < 6; s++) {
                bind(b, expression(ElementType.values()[random.nextInt(5)], lanes, 3));
            }
            b.assign(sum, Expr.apply(Fn.ADD, sum, expression(ElementType.F32, lanes, 2)));
            int visible = names.size();
            b.when(Expr.apply(Fn.EQ, Expr.apply(Fn.AND, i, Expr.index(8)), Expr.index(0)), then -> {
                bind(then, expression(ElementType.I32, lanes, 2));
                then.assign(count, Expr.apply(Fn.ADD, count, expression(ElementType.I32, lanes, 2)));
            });
            names.subList(visible, names.size()).clear();
            b.loop("j", Expr.index(random.nextInt(4)), Stmt.Binding.SERIAL, (inner, j) -> {
                Expr turn = new Expr.Cast(ElementType.F32, j);
                inner.assign(sum, Expr.apply(Fn.SUB, lanes == 1 ? turn : new Expr.Splat(turn, lanes), Expr.apply(Fn.MUL, sum, expression(ElementType.F32, lanes, 1))));
            });
            for (ElementType type : ElementType.values()) {
                b.add(new Stmt.Store(outputs.get(type), i, expression(type, lanes, 3), mask));
            }
            names.clear();
        });
        kernel.when(Expr.apply(Fn.LT, Expr.index(0), N), b -> {
            b.store(outputs.get(ElementType.F32), Expr.index(0), lanes == 1 ? sum : new Expr.Halve(Fn.SUB, sum));
            b.store(outputs.get(ElementType.I32), Expr.index(0), lanes == 1 ? count : new Expr.Halve(Fn.SUB, count));
        });
        var buffers = new ArrayList<>(inputs.values());
        buffers.addAll(outputs.values());
        return new LoopProgram(name, List.of(N), buffers, Map.of(), Dim.ZERO, List.of(
                new Stmt.If(Expr.apply(Fn.EQ, LoopProgram.MEMBER, Expr.index(0)),
                        List.of(new Stmt.Launch(new Kernel("k", List.of(), kernel.statements(), "random"), List.of())), List.of())));
    }

    private void bind(Block block, Expr value) {
        if (block.let("v", value) instanceof Expr.Var name) {
            names.add(name);
        }
    }

    private static Expr zero(ElementType type, int lanes) {
        return lanes == 1 ? Expr.constant(type, 0) : new Expr.Splat(Expr.constant(type, 0), lanes);
    }

    private Expr expression(ElementType type, int lanes, int depth) {
        if (depth == 0 || random.nextInt(6) == 0) {
            return leaf(type, lanes);
        }
        if (random.nextInt(4) == 0) {
            return new Expr.Cast(type, expression(ElementType.values()[random.nextInt(5)], lanes, depth - 1));
        }
        while (true) {
            Fn fn = PRIMITIVE.get(random.nextInt(PRIMITIVE.size()));
            ElementType operand = fn.isComparison() ? ElementType.values()[random.nextInt(5)] : type;
            if (fn.isComparison() != (type == ElementType.BOOL && fn.isComparison()) || !Reference.isDefined(fn, operand)) {
                continue;
            }
            var operands = new ArrayList<Expr>();
            for (int i = 0; i < fn.arity(); i++) {
                operands.add(expression(fn == Fn.SELECT && i == 0 ? ElementType.BOOL : operand, lanes, depth - 1));
            }
            return new Expr.Apply(fn, operands);
        }
    }

    private Expr leaf(ElementType type, int lanes) {
        var candidates = names.stream().filter(n -> n.type() == type && n.lanes() == lanes).toList();
        if (!candidates.isEmpty() && random.nextInt(4) > 0) {
            return candidates.get(random.nextInt(candidates.size()));
        }
        var special = SpecialValues.of(type);
        long bits = special.get(random.nextInt(special.size()));
        var constant = type == ElementType.F32 ? Expr.constant(type, Bits.f32(bits)) : new Expr.Const(type, bits, 1);
        return lanes == 1 ? constant : new Expr.Splat(constant, lanes);
    }
}
