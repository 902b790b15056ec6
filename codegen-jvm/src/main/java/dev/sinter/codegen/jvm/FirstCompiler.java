package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.type.ElementType;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/// What HotSpot's first compiler (C1) would make of a method, and how to keep it out.
///
/// C1 inlines the accesses of memory segments, and the Vector API down to its virtual calls, and gives up on a method when it has used 10,000
/// virtual registers. It compiles a method twice, without and with counters (tiers 2 and 3); a method of which it can do the former but
/// not the latter is never handed on to C2, and stays a hundred times slower than it should be. So a method is either light, well below
/// what C1 takes, or it is [closed][#close] to C1 and goes from the interpreter to C2.
final class FirstCompiler extends MethodVisitor {
    /// A method above this, in virtual registers, is closed to C1. Their number at tier 3 is larger than what is counted here.
    private static final int LIMIT = 5_500;
    // Measured: with how many of one kind C1 gives up, JDK 25.
    private static final int VECTOR_ACCESS = 10_000 / 48;
    private static final int MASKED_ACCESS = 10_000 / 15;
    private static final int SCALAR_ACCESS = 10_000 / 180;
    private static final int CAST = 10_000 / 110;
    private static final int STATIC_CALL = 10_000 / 500;
    private static final int VIRTUAL_CALL = 10_000 / 1000;

    private int registers;

    /// Counts what is written to it, and passes method calls on to another that counts.
    FirstCompiler(MethodVisitor next) {
        super(Opcodes.ASM9, next);
    }

    /// Whether what has been written is too much for C1.
    boolean isTooMuch() {
        return registers > LIMIT;
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
        registers += switch (name) {
            case "fromMemorySegment", "intoMemorySegment" -> descriptor.contains(Split.MASK_DESCRIPTOR) ? MASKED_ACCESS : VECTOR_ACCESS;
            case "get", "set" -> SCALAR_ACCESS;
            default -> owner.equals("java/lang/Class") ? CAST : !owner.startsWith(Split.API) ? 1 : opcode == INVOKEVIRTUAL && !name.startsWith("reinterpret") ? VIRTUAL_CALL : STATIC_CALL;
        };
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    /// Opens a method with code that makes C1 refuse it at once, at every tier: an exception handler that is also reached in order. It is
    /// valid, never reached (`member` is not negative), and costs C2 nothing.
    static void close(MethodVisitor out, Instructions code, int member) {
        Label start = new Label();
        Label end = new Label();
        Label handler = new Label();
        Label body = new Label();
        out.visitTryCatchBlock(start, end, handler, null);
        code.place(start);
        code.load(ElementType.I32, member);
        code.place(end);
        code.jump(IFGE, body);
        code.op(ACONST_NULL);
        code.place(handler);
        code.op(ATHROW);
        code.place(body);
    }
}
