package dev.sinter.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import dev.sinter.runtime.Team;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/// What the backend does not take, it says; and what scalar code must not mention.
class RefusalTest {
    private static final String NAME = "generated.Program";

    private static String refusal(Emitted program, int vectorBits) {
        return assertThrows(IllegalArgumentException.class, () -> JvmBackend.emit(program.program(), NAME, vectorBits)).getMessage();
    }

    private static Emitted program(Fn fn, Stmt.Binding binding, int lanes) {
        var program = new Emitted();
        Buffer x = program.input("x", ElementType.F32, new long[64]);
        Buffer y = program.output("y", ElementType.F32, 64);
        program.kernel("tested", k -> k.loop("i", Expr.index(1), binding,
                (body, i) -> body.store(y, i, Expr.apply(fn, new Expr.Load(x, i, lanes, 1, null)))));
        return program;
    }

    @Test
    void functionsThatAreNotPrimitive() {
        assertTrue(refusal(program(Fn.EXP, Stmt.Binding.SERIAL, 1), 0).contains("kernel tested: exp is left, which is not primitive"));
    }

    @Test
    void loopsThatAreNotSerial() {
        assertTrue(refusal(program(Fn.ABS, Stmt.Binding.PARALLEL, 1), 0).contains("kernel tested: the loop over i is still bound PARALLEL"));
    }

    @Test
    void vectorsInScalarCode() {
        assertEquals("the scalar JVM backend has no vectors of 4 lanes", refusal(program(Fn.ABS, Stmt.Binding.SERIAL, 4), 0));
    }

    @Test
    void vectorsOfTooManyLanes() {
        assertEquals("the JVM backend has vectors of at most 64 lanes, not of 128", refusal(program(Fn.ABS, Stmt.Binding.SERIAL, 128), 512));
    }

    @Test
    void otherMachines() {
        assertEquals("the JVM backend has vectors of 128, 256 or 512 bits, or none (0), not of 1024",
                refusal(program(Fn.ABS, Stmt.Binding.SERIAL, 1), 1024));
    }

    @Test
    void scalarCodeDoesNotMentionTheVectorApi() {
        byte[] scalar = JvmBackend.emit(program(Fn.FLOOR, Stmt.Binding.SERIAL, 1).program(), NAME, 0).bytes();
        assertFalse(new String(scalar, java.nio.charset.StandardCharsets.ISO_8859_1).contains("jdk/incubator"));
        assertTrue(JvmBackend.text(scalar).contains("INVOKESTATIC java/lang/Math.floor (D)D"));
    }

    @Test
    void memoryOfOneThread() {
        for (int bits : new int[] {0, 512}) {
            var code = Emitted.load(JvmBackend.emit(program(Fn.ABS, Stmt.Binding.SERIAL, bits == 0 ? 1 : 16).program(), Emitted.CLASS_NAME, bits).bytes());
            try (var arena = Arena.ofConfined(); var team = Team.of(1)) {
                MemorySegment[] memory = {arena.allocate(256), arena.allocate(256)};
                assertThrows(NullPointerException.class, () -> team.run(code, new long[0], memory));
            }
        }
    }
}
