package dev.sinter.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Loads and stores, contiguous, strided and masked: the right elements, and no others. Buffers lie between pages that may not be touched,
/// and are aligned to an element only.
class MemoryTest {
    private static final int[] LANES = {1, 2, 4, 16, 64};
    private static final int[] STRIDES = {-3, -1, 0, 1, 2, 3, 4, 5, 7};
    /// An element that some loads ask for, and that is not there.
    private static final long BEYOND = 1 << 20;

    /// One program: `y = x[start + l / times * stride]` under a mask that is all, a prefix of `count` lanes, or read from `m`.
    private record Case(ElementType type, int lanes, int stride, int times, Masking masking) {
        String name() {
            return type + "_x" + lanes + "_by" + Integer.toString(stride).replace('-', 'm') + (times > 1 ? "_each" + times : "") + "_" + masking;
        }

        int place(int lane) {
            return lane / times * stride;
        }
    }

    private enum Masking { ALL, PREFIX, READ }

    private static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (ElementType type : ElementType.values()) {
            for (int lanes : LANES) {
                for (int stride : STRIDES) {
                    for (Masking masking : Masking.values()) {
                        if (lanes > 1 || stride == 1) {
                            cases.add(new Case(type, lanes, stride, 1, masking));
                        }
                        for (int times = 2; stride == 1 && times < lanes; times *= 2) {
                            cases.add(new Case(type, lanes, stride, times, masking));
                        }
                    }
                }
            }
        }
        return cases;
    }

    private static LoopProgram program(Case c) {
        var start = Expr.Var.index("start");
        var count = Expr.Var.index("count");
        var any = Dim.named("count");
        var x = new Buffer("x", c.type(), any, Buffer.Role.INPUT);
        var m = new Buffer("m", ElementType.BOOL, any, Buffer.Role.INPUT);
        var loaded = new Buffer("loaded", c.type(), any, Buffer.Role.OUTPUT);
        var stored = new Buffer("stored", c.type(), any, Buffer.Role.OUTPUT);
        var block = new Block();
        Expr mask = switch (c.masking()) {
            case ALL -> null;
            case PREFIX -> block.let("mask", new Expr.FirstLanes(count, c.lanes()));
            case READ -> block.let("mask", new Expr.Load(m, Expr.index(0), c.lanes(), 1, null));
        };
        Expr value = block.let("value", new Expr.Load(x, start, c.lanes(), c.stride(), c.times(), mask).ahead(c.lanes() == 16 ? BEYOND : 0));
        block.store(loaded, Expr.index(0), value);
        block.add(new Stmt.Store(stored, Expr.index(0), value, mask));
        return new LoopProgram(c.name(), List.of(start, count), List.of(x, m, loaded, stored), Map.of(), Dim.ZERO,
                List.of(new Stmt.Launch(new Kernel("k", List.of(), block.statements(), ""), List.of())));
    }

    @TestFactory
    Stream<DynamicNode> loadsAndStores() {
        return NativeLibrary.levels().stream().map(cpu -> {
            var library = NativeLibrary.of(cpu, cases().stream().map(MemoryTest::program).toArray(LoopProgram[]::new));
            return DynamicContainer.dynamicContainer(cpu.name(), cases().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(library, c))));
        });
    }

    private static void check(NativeLibrary library, Case c) {
        switch (c.masking()) {
            case ALL -> check(library, c, new boolean[c.lanes()], true, 0);
            case PREFIX -> {
                for (long count : new long[] {Long.MIN_VALUE, -1, 0, 1, c.lanes() / 2, c.lanes() - 1, c.lanes(), c.lanes() + 1, Integer.MAX_VALUE + 1L, 1L << 32, Long.MAX_VALUE}) {
                    var set = new boolean[c.lanes()];
                    for (int l = 0; l < c.lanes(); l++) {
                        set[l] = l < count;
                    }
                    check(library, c, set, false, count);
                }
            }
            case READ -> {
                for (int seed = 0; seed < 4; seed++) {
                    var set = new boolean[c.lanes()];
                    for (int l = 0; l < c.lanes(); l++) {
                        set[l] = ((l * 2654435761L + seed * 40503L >> 7) & 3) < seed;
                    }
                    check(library, c, set, false, 0);
                }
            }
        }
    }

    /// The buffer has room from the first to the last lane that is read, and is tried at both ends of its page.
    private static void check(NativeLibrary library, Case c, boolean[] mask, boolean all, long count) {
        var set = mask.clone();
        int lowest = Integer.MAX_VALUE;
        int highest = Integer.MIN_VALUE;
        for (int l = 0; l < c.lanes(); l++) {
            set[l] |= all;
            if (set[l]) {
                lowest = Math.min(lowest, c.place(l));
                highest = Math.max(highest, c.place(l));
            }
        }
        if (lowest > highest) {
            lowest = 0;
            highest = -1;
        }
        int bytes = c.type().bytes();
        int elements = highest - lowest + 1;
        int written = 0;
        for (int l = 0; l < c.lanes(); l++) {
            written = set[l] ? l + 1 : written;
        }
        try (var xs = new GuardedMemory((long) elements * bytes); var ms = new GuardedMemory(c.lanes());
             var loads = new GuardedMemory((long) c.lanes() * bytes); var stores = new GuardedMemory((long) written * bytes)) {
            for (boolean atStart : new boolean[] {true, false}) {
                var x = atStart ? xs.first((long) elements * bytes) : xs.last((long) elements * bytes);
                var m = atStart ? ms.first(c.lanes()) : ms.last(c.lanes());
                var loaded = atStart ? loads.first((long) c.lanes() * bytes) : loads.last((long) c.lanes() * bytes);
                var stored = atStart ? stores.first((long) written * bytes) : stores.last((long) written * bytes);
                for (int i = 0; i < elements; i++) {
                    Bits.put(x, c.type(), i, element(c.type(), i));
                }
                for (int l = 0; l < c.lanes(); l++) {
                    Bits.put(m, ElementType.BOOL, l, set[l] ? 1 : 0);
                }
                for (int l = 0; l < written; l++) {
                    Bits.put(stored, c.type(), l, element(c.type(), 9999));
                }
                library.call(c.name(), new long[] {-lowest, count}, x, m, loaded, stored);
                for (int l = 0; l < c.lanes(); l++) {
                    String where = c.name() + " lane " + l;
                    long expected = set[l] ? element(c.type(), c.place(l) - lowest) : 0;
                    assertEquals(expected, Bits.get(loaded, c.type(), l), where);
                    if (l < written) {
                        assertEquals(set[l] ? expected : element(c.type(), 9999), Bits.get(stored, c.type(), l), where);
                    }
                }
            }
        }
    }

    private static long element(ElementType type, int i) {
        return type == ElementType.BOOL ? i * 7 % 3 & 1 : Bits.of(type, i + 1);
    }
}
