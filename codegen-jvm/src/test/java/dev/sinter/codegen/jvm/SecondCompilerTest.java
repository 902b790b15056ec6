package dev.sinter.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/// Where the ballast stands: C2 comes to its limit of 18,000 nodes within the 28th read of an element, and may be mistaken by 1,500.
class SecondCompilerTest {
    private static final int BITS = 512;
    private static final int ROOM = 4000;
    private static final List<String> BALLAST = Collections.nCopies(20, "broadcast");

    /// The methods that `reads` reads of elements, and a store after `before` of them, call once they have been written with ballast among the reads.
    private static List<String> written(int reads, int before, int bits, int room) {
        var second = new SecondCompiler();
        read(second, before);
        second.storesBegin();
        read(second, reads - before);
        var calls = new ArrayList<String>();
        read(second.amongReads(new MethodVisitor(Opcodes.ASM9) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
                calls.add(name);
            }
        }, bits, room), reads);
        return calls;
    }

    private static void read(MethodVisitor to, int count) {
        IntStream.range(0, count).forEach(_ -> to.visitMethodInsn(Opcodes.INVOKEINTERFACE, Memory.SEGMENT, "get", "()F", true));
    }

    private static List<String> gets(int count) {
        return Collections.nCopies(count, "get");
    }

    @Test
    void theLimitIsMetBetweenTwoReads() {
        var expected = new ArrayList<>(gets(24));
        expected.addAll(BALLAST);
        expected.addAll(gets(16));
        assertEquals(expected, written(40, 40, BITS, ROOM));
    }

    @Test
    void noneWhereTheLimitIsNotMetAmongReads() {
        assertEquals(gets(20), written(20, 20, BITS, ROOM), "a small method");
        assertEquals(gets(40), written(40, 10, BITS, ROOM), "stores come before: theirs is another place");
        assertEquals(gets(40), written(40, 40, 0, ROOM), "code without vectors");
        assertEquals(gets(40), written(40, 40, BITS, 100), "no room");
    }
}
