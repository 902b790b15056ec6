package dev.sinter.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.LoopInterpreter;
import dev.sinter.ir.loop.LoopPrinter;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.type.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Random;

/// Runs a program in native code and in the Loop IR's interpreter, and compares all memory that the caller sees, bit for bit.
final class Differential {
    private Differential() { }

    /// Checks on tame inputs, whose results are mostly numbers, and on special ones.
    ///
    /// @param dims    the values of the program's dims, in order
    /// @param members the size of the team
    static void check(NativeLibrary library, LoopProgram program, int members, long... dims) {
        check(false, library, program, members, dims);
        check(true, library, program, members, dims);
    }

    private static void check(boolean special, NativeLibrary library, LoopProgram program, int members, long... dims) {
        var sizes = new HashMap<String, Long>();
        for (int d = 0; d < dims.length; d++) {
            sizes.put(program.dims().get(d).name(), dims[d]);
        }
        var expected = new IdentityHashMap<Buffer, ByteBuffer>();
        var all = new HashMap<>(sizes);
        all.put("members", (long) members);
        var random = new Random(1);
        try (var memory = Arena.ofShared()) {
            var arena = memory.allocate(program.arena().evaluate(all) + 1, 64);
            var table = new MemorySegment[program.buffers().size()];
            for (int b = 0; b < table.length; b++) {
                Buffer buffer = program.buffers().get(b);
                int count = Math.toIntExact(buffer.elements().evaluate(all));
                if (buffer.role() == Buffer.Role.TEMP) {
                    table[b] = arena.asSlice(program.offsets().get(buffer).evaluate(all));
                    continue;
                }
                table[b] = Bits.memory(memory, buffer.type(), contents(special, buffer.type(), count, random));
                expected.put(buffer, ByteBuffer.wrap(table[b].toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).order(ByteOrder.nativeOrder()));
            }
            LoopInterpreter.run(program, sizes, expected, members);
            library.team(program.name(), members, dims, table);
            for (int b = 0; b < table.length; b++) {
                Buffer buffer = program.buffers().get(b);
                if (buffer.role() != Buffer.Role.TEMP) {
                    compare(program, members, sizes, buffer, MemorySegment.ofBuffer(expected.get(buffer).clear()), table[b]);
                }
            }
        }
    }

    private static void compare(LoopProgram program, int members, Map<String, Long> sizes, Buffer buffer, MemorySegment expected, MemorySegment actual) {
        for (long i = 0; i < expected.byteSize() / buffer.type().bytes(); i++) {
            long e = Bits.get(expected, buffer.type(), i);
            long a = Bits.get(actual, buffer.type(), i);
            if (e != a) {
                assertEquals(Bits.text(buffer.type(), e), Bits.text(buffer.type(), a),
                        buffer + "[" + i + "] for " + sizes + " and " + members + " members of\n" + LoopPrinter.print(program));
            }
        }
    }

    private static long[] contents(boolean special, ElementType type, int count, Random random) {
        var values = SpecialValues.of(type);
        var contents = new long[count];
        for (int i = 0; i < count; i++) {
            contents[i] = special && random.nextBoolean() ? values.get(random.nextInt(values.size()))
                    : type == ElementType.BOOL ? random.nextInt(2)
                    : Bits.of(type, type.isFloat() ? random.nextGaussian() * 3 : random.nextInt(200) - 100);
        }
        return contents;
    }
}
