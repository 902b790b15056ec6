package dev.sinter.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopInterpreter;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.runtime.Code;
import dev.sinter.runtime.Team;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/// A program under test: run as emitted code and by the interpreter, with the same memory, and compared bit by bit.
final class Emitted {
    /// The name of every class that is [loaded][#load].
    static final String CLASS_NAME = "generated.Program";
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();
    private final List<Expr.Var> dims = new ArrayList<>();
    private final Map<String, Long> values = new java.util.LinkedHashMap<>();
    private final List<Stmt> body = new ArrayList<>();

    /// The program's buffer of `elements` elements with these first bytes.
    Buffer buffer(String name, ElementType type, int elements, Buffer.Role role, byte[] content) {
        var buffer = new Buffer(name, type, Dim.constant(elements), role);
        buffers.add(buffer);
        contents.add(java.util.Arrays.copyOf(content, elements * type.bytes()));
        return buffer;
    }

    /// An input that holds these lanes: bits of floats, values of integers and bools.
    Buffer input(String name, ElementType type, long... lanes) {
        return buffer(name, type, lanes.length, Buffer.Role.INPUT, bytes(type, lanes));
    }

    /// An output, filled with sevens (bools: zeros).
    Buffer output(String name, ElementType type, int elements) {
        var lanes = new long[elements];
        java.util.Arrays.fill(lanes, type == ElementType.BOOL ? 0 : 7);
        return buffer(name, type, elements, Buffer.Role.OUTPUT, bytes(type, lanes));
    }

    /// A dim with its value.
    Expr.Var dim(String name, long value) {
        var dim = Expr.Var.index(name);
        dims.add(dim);
        values.put(name, value);
        return dim;
    }

    /// Launches a new kernel without parameters.
    void kernel(String name, Consumer<Block> statements) {
        var block = new Block();
        statements.accept(block);
        add(new Stmt.Launch(new Kernel(name, List.of(), block.statements(), name), List.of()));
    }

    /// Appends to the program.
    void add(Stmt statement) {
        body.add(statement);
    }

    /// The program so far.
    LoopProgram program() {
        return new LoopProgram("tested", dims, buffers, Map.of(), Dim.ZERO, body);
    }

    /// Compares emitted code and interpreter.
    void check(int vectorBits) {
        check(vectorBits, 1);
    }

    /// Compares emitted code and interpreter, both with a team of `members`.
    void check(int vectorBits, int members) {
        var program = program();
        var expected = new IdentityHashMap<Buffer, ByteBuffer>();
        for (int b = 0; b < buffers.size(); b++) {
            expected.put(buffers.get(b), ByteBuffer.wrap(contents.get(b).clone()));
        }
        LoopInterpreter.run(program, values, expected, members);
        var dimTable = dims.stream().mapToLong(d -> values.get(d.name())).toArray();
        try (var arena = Arena.ofShared(); var team = Team.of(members)) {
            var code = JvmBackend.emit(program, CLASS_NAME, vectorBits);
            var table = code.program().buffers();
            var memory = new MemorySegment[table.size()];
            for (int b = 0; b < buffers.size(); b++) {
                memory[b] = arena.allocate(Math.max(1, contents.get(b).length), 64).asSlice(0, contents.get(b).length);
                memory[b].copyFrom(MemorySegment.ofArray(contents.get(b)));
            }
            for (int b = buffers.size(); b < memory.length; b++) {
                long elements = table.get(b).elements().substitute(_ -> Dim.constant(members)).value();
                memory[b] = arena.allocate(elements * table.get(b).type().bytes(), 64);
            }
            team.run(load(code.bytes()), dimTable, memory);
            for (int b = 0; b < buffers.size(); b++) {
                compare(buffers.get(b), expected.get(buffers.get(b)).array(), memory[b].toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), vectorBits);
            }
        }
    }

    private static void compare(Buffer buffer, byte[] expected, byte[] actual, int vectorBits) {
        for (int i = 0; i < expected.length / buffer.type().bytes(); i++) {
            long want = lane(buffer.type(), expected, i);
            long got = lane(buffer.type(), actual, i);
            if (want != got && !(isNaN(buffer.type(), want) && isNaN(buffer.type(), got))) {
                assertEquals(show(buffer.type(), want), show(buffer.type(), got), buffer + "[" + i + "] at " + vectorBits + " bits");
            }
        }
    }

    private static boolean isNaN(ElementType type, long lane) {
        return type == ElementType.F32 && Float.isNaN(Float.intBitsToFloat((int) lane))
                || type == ElementType.F64 && Double.isNaN(Double.longBitsToDouble(lane));
    }

    private static String show(ElementType type, long lane) {
        return switch (type) {
            case F32 -> Float.toHexString(Float.intBitsToFloat((int) lane));
            case F64 -> Double.toHexString(Double.longBitsToDouble(lane));
            case I32, I64, BOOL -> Long.toString(lane);
        };
    }

    /// The bytes of lanes.
    static byte[] bytes(ElementType type, long... lanes) {
        var bytes = ByteBuffer.allocate(lanes.length * type.bytes()).order(ByteOrder.nativeOrder());
        for (long lane : lanes) {
            switch (type.bytes()) {
                case 1 -> bytes.put((byte) lane);
                case 4 -> bytes.putInt((int) lane);
                default -> bytes.putLong(lane);
            }
        }
        return bytes.array();
    }

    private static long lane(ElementType type, byte[] bytes, int i) {
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        return switch (type.bytes()) {
            case 1 -> buffer.get(i);
            case 4 -> buffer.getInt(4 * i);
            default -> buffer.getLong(8 * i);
        };
    }

    /// Loads a class after ASM's verifier has accepted it.
    static Code load(byte[] classFile) {
        var loader = new ClassLoader(Emitted.class.getClassLoader()) {
            Class<?> define() {
                return defineClass(CLASS_NAME, classFile, 0, classFile.length);
            }
        };
        try {
            var problems = new StringWriter();
            CheckClassAdapter.verify(new ClassReader(classFile), loader, false, new PrintWriter(problems));
            assertTrue(problems.toString().isEmpty(), problems::toString);
            return (Code) loader.define().getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
