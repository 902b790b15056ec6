package dev.sinter.compiler.measure;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.schedule.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Programs whose speed is a limit of the machine: what a kernel's speed is a fraction of. They are written in the Loop IR, so each backend is measured
/// against a limit that it reaches itself.
public final class Probes {
    private Probes() { }

    /// Fused multiply-adds of one call of [#multiplyAdds] per member.
    public static final long STEPS = 200_000;
    /// What the number of elements of [#read] and [#copy] is a multiple of.
    public static final long READ_STEP = 128;
    /// Elements that one call of [#copy] copies.
    public static final long COPIED = 4L << 20;

    /// Independent chains of fused multiply-adds in registers: `2 * STEPS * sums * lanes` floating-point operations, see [#multiplyAddFlops].
    /// Input `x` (2 f32), output `y` (one f32 per member).
    public static LoopProgram multiplyAdds(Machine machine) {
        int lanes = machine.lanes(ElementType.F32);
        Buffer x = new Buffer("x", ElementType.F32, Dim.constant(2), Buffer.Role.INPUT);
        Buffer y = new Buffer("y", ElementType.F32, Dim.constant(1), Buffer.Role.OUTPUT);
        var in = new Block();
        Expr factor = in.let("factor", splat(Expr.load(x, Expr.index(0)), lanes));
        Expr term = in.let("term", splat(Expr.load(x, Expr.index(1)), lanes));
        var sums = new ArrayList<Expr.Var>();
        for (int k = 0; k < sums(machine); k++) {
            sums.add(in.accumulator("sum" + k, term));
        }
        in.loop("step", Expr.index(STEPS), Stmt.Binding.SERIAL, (body, _) ->
                sums.forEach(sum -> body.assign(sum, Expr.apply(Fn.FMA, sum, factor, term))));
        Expr total = sums.stream().map(Expr.class::cast).reduce((a, b) -> Expr.apply(Fn.ADD, a, b)).orElseThrow();
        in.store(y, Expr.index(0), lanes == 1 ? total : new Expr.Halve(Fn.ADD, total));
        return program("multiply_adds", List.of(x, y), in);
    }

    /// Floating-point operations of one call of [#multiplyAdds].
    public static double multiplyAddFlops(Machine machine) {
        return 2.0 * STEPS * sums(machine) * machine.lanes(ElementType.F32);
    }

    private static int sums(Machine machine) {
        return machine.registers() >= 32 ? 20 : 12;
    }

    /// `y[i] = x[i]` over [#COPIED] f32 elements: reads and writes 4 bytes each.
    public static LoopProgram copy(Machine machine) {
        return copy(machine, COPIED);
    }

    /// `y[i] = x[i]` over this many f32 elements, a multiple of [#READ_STEP].
    public static LoopProgram copy(Machine machine, long elements) {
        int lanes = machine.lanes(ElementType.F32);
        Buffer x = new Buffer("x", ElementType.F32, Dim.constant(elements), Buffer.Role.INPUT);
        Buffer y = new Buffer("y", ElementType.F32, Dim.constant(elements), Buffer.Role.OUTPUT);
        var in = new Block();
        in.loop("i", Expr.index(0), Expr.index(elements), lanes, Stmt.Binding.SERIAL, (body, i) ->
                body.add(new Stmt.Store(y, i, new Expr.Load(x, i, lanes, 1, null), null)));
        return program("copy", List.of(x, y), in);
    }

    /// The sum of this many f32 elements, a multiple of [#READ_STEP], in independent vectors: reads 4 bytes each, and nothing else takes time.
    public static LoopProgram read(Machine machine, long elements) {
        int lanes = machine.lanes(ElementType.F32);
        Buffer x = new Buffer("x", ElementType.F32, Dim.constant(elements), Buffer.Role.INPUT);
        Buffer y = new Buffer("y", ElementType.F32, Dim.constant(1), Buffer.Role.OUTPUT);
        var in = new Block();
        Expr zero = in.let("zero", splat(Expr.load(x, Expr.index(0)), lanes));
        var sums = new ArrayList<Expr.Var>();
        for (int k = 0; k < READ_STEP / 16; k++) {
            sums.add(in.accumulator("sum" + k, zero));
        }
        long step = (long) sums.size() * lanes;
        in.loop("i", Expr.index(0), Expr.index(elements / step * step), step, Stmt.Binding.SERIAL, (body, i) -> {
            for (int k = 0; k < sums.size(); k++) {
                Expr at = Expr.apply(Fn.ADD, i, Expr.index((long) k * lanes));
                body.assign(sums.get(k), Expr.apply(Fn.ADD, sums.get(k), new Expr.Load(x, at, lanes, 1, null)));
            }
        });
        Expr total = sums.stream().map(Expr.class::cast).reduce((a, b) -> Expr.apply(Fn.ADD, a, b)).orElseThrow();
        in.store(y, Expr.index(0), lanes == 1 ? total : new Expr.Halve(Fn.ADD, total));
        return program("read", List.of(x, y), in);
    }

    private static Expr splat(Expr x, int lanes) {
        return lanes == 1 ? x : new Expr.Splat(x, lanes);
    }

    private static LoopProgram program(String name, List<Buffer> buffers, Block body) {
        var kernel = new Kernel(name + "_kernel", List.of(), body.statements(), name);
        return new LoopProgram(name, List.of(), buffers, Map.of(), Dim.ZERO, List.of(new Stmt.Launch(kernel, List.of())));
    }
}
