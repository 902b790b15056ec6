package dev.sinter.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.runtime.Code;
import dev.sinter.runtime.Team;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Register tiles make no objects, wherever C2 comes to its limit for inlining: with twelve accumulators of 256 bits that is in the code that stores them. Each tile
/// has a few more scalar additions than the one before, so that the limit is met at many places of a store. Bytes are counted; nothing is timed but the test's patience.
class StoredAccumulatorsTest {
    private static final ElementType F32 = ElementType.F32;
    private static final int BITS = 256;
    private static final int LANES = BITS / 32;
    private static final int ROWS = 6;
    private static final int COLUMNS = 2;
    private static final int DEPTH = 24;
    private static final int TILES = 4;
    /// About forty nodes of C2's each; a store is over four hundred.
    private static final int ADDITIONS = 40;
    private static final int CALLS = 200;
    /// So many rounds of calls without allocation, one after the other, are enough.
    private static final int ROUNDS = 20;
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final com.sun.management.ThreadMXBean THREADS = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    static IntStream additions() {
        return IntStream.range(0, 12).map(n -> n * ADDITIONS);
    }

    /// Vectors of two widths, so that C2 can learn no class from the methods that all vectors share.
    @BeforeAll
    static void severalWidths() {
        for (int lanes : new int[] {LANES / 2, LANES}) {
            running(tile(lanes, 0), run -> calls(run, 2 * CALLS));
        }
    }

    @ParameterizedTest
    @MethodSource("additions")
    void noObjectsAreMade(int additions) {
        running(tile(LANES, additions), run -> {
            long end = THREADS.getCurrentThreadCpuTime() + PATIENCE_NANOS;
            long bytes = 0;
            for (int quiet = 0; quiet < ROUNDS && THREADS.getCurrentThreadCpuTime() < end; quiet = bytes == 0 ? quiet + 1 : 0) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                calls(run, CALLS);
                bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
            assertEquals(0, bytes, bytes + " bytes allocated by " + CALLS + " calls");
        });
    }

    private static void calls(Runnable run, int count) {
        for (int k = 0; k < count; k++) {
            run.run();
        }
    }

    private static void running(LoopProgram program, Consumer<Runnable> measurement) {
        var emitted = JvmBackend.emit(program, Emitted.CLASS_NAME, BITS);
        Code code = Emitted.load(emitted.bytes());
        try (var arena = Arena.ofShared(); var team = Team.of(1)) {
            var memory = emitted.program().buffers().stream().map(b -> arena.allocate(b.elements().value() * b.type().bytes(), 64)).toArray(MemorySegment[]::new);
            long[] dims = {};
            measurement.accept(() -> team.run(code, dims, memory));
        }
    }

    private static LoopProgram tile(int lanes, int additions) {
        var a = new Buffer("a", F32, Dim.constant(ROWS * DEPTH), Buffer.Role.INPUT);
        var b = new Buffer("b", F32, Dim.constant(DEPTH * COLUMNS * lanes), Buffer.Role.INPUT);
        var y = new Buffer("y", F32, Dim.constant(TILES * ROWS * COLUMNS * lanes), Buffer.Role.OUTPUT);
        var z = new Buffer("z", F32, Dim.constant(1), Buffer.Role.OUTPUT);
        var kernel = new Block();
        kernel.loop("tile", Expr.index(TILES), Stmt.Binding.SERIAL, (in, t) -> {
            var sums = new Expr.Var[ROWS * COLUMNS];
            for (int s = 0; s < sums.length; s++) {
                sums[s] = in.accumulator("sum" + s, new Expr.Const(F32, 0, lanes));
            }
            in.loop("k", Expr.index(DEPTH), Stmt.Binding.SERIAL, (body, k) -> {
                Expr further = body.let("further", Expr.load(a, k));
                for (int n = 0; n < additions; n++) {
                    further = body.let("further" + n, Expr.apply(Fn.ADD, further, further));
                }
                body.store(z, Expr.index(0), further);
                var columns = new Expr[COLUMNS];
                for (int c = 0; c < COLUMNS; c++) {
                    columns[c] = body.let("column" + c, new Expr.Load(b, Expr.plus(Expr.apply(Fn.MUL, k, Expr.index(COLUMNS * lanes)), Expr.index(c * lanes)), lanes, 1, null));
                }
                Expr row = null;
                for (int s = 0; s < sums.length; s++) {
                    if (s % COLUMNS == 0) {
                        row = body.let("row" + s, new Expr.Splat(body.let("factor" + s, Expr.load(a, Expr.plus(k, Expr.index(s / COLUMNS * DEPTH)))), lanes));
                    }
                    body.assign(sums[s], Expr.apply(Fn.FMA, row, columns[s % COLUMNS], sums[s]));
                }
            });
            for (int s = 0; s < sums.length; s++) {
                in.store(y, Expr.plus(Expr.apply(Fn.MUL, t, Expr.index(sums.length * lanes)), Expr.index(s * lanes)), sums[s]);
            }
        });
        return new LoopProgram("tiles", List.of(), List.of(a, b, y, z), Map.of(), Dim.ZERO,
                List.of(new Stmt.Launch(new Kernel("tile", List.of(), kernel.statements(), "tile"), List.of())));
    }
}
