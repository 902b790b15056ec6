package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import org.objectweb.asm.Label;

/// Small static methods that a generated class carries if its code needs them: what takes a branch or a loop within an expression.
/// The JIT inlines them.
enum Helper {
    /// Integer division as the Loop IR has it: 0 for a zero divisor.
    DIVIDE_I32("divide", "(II)I"),
    /// The same for i64.
    DIVIDE_I64("divide", "(JJ)J"),
    /// Integer remainder as the Loop IR has it: 0 for a zero divisor.
    REMAINDER_I32("remainder", "(II)I"),
    /// The same for i64.
    REMAINDER_I64("remainder", "(JJ)J"),
    /// The integral part of a double.
    TRUNC("trunc", "(D)D"),
    /// Reads bools as bits: `(segment, offset, set, lanes)`, lane `l` only if bit `l` of `set` is set, else as 0.
    LOAD_BITS("loadBits", "(" + Memory.SEGMENT_DESCRIPTOR + "JJI)J"),
    /// Writes bits as bools: `(segment, offset, bits, set, lanes)`, lane `l` only if bit `l` of `set` is set.
    STORE_BITS("storeBits", "(" + Memory.SEGMENT_DESCRIPTOR + "JJJI)V");

    private final String name;
    private final String descriptor;

    Helper(String name, String descriptor) {
        this.name = name;
        this.descriptor = descriptor;
    }

    /// The helper for an integer `DIV` or `REM`.
    static Helper division(Fn fn, ElementType type) {
        boolean wide = type == ElementType.I64;
        return fn == Fn.DIV ? wide ? DIVIDE_I64 : DIVIDE_I32 : wide ? REMAINDER_I64 : REMAINDER_I32;
    }

    /// The method's name; not an identifier, so that no kernel has it.
    String methodName() {
        return "sinter-" + name;
    }

    /// The method's descriptor.
    String descriptor() {
        return descriptor;
    }

    /// Writes the method's code; its arguments are the first locals.
    void body(Instructions code) {
        switch (this) {
            case DIVIDE_I32 -> division(code, ElementType.I32, IDIV, 1);
            case DIVIDE_I64 -> division(code, ElementType.I64, IDIV, 2);
            case REMAINDER_I32 -> division(code, ElementType.I32, IREM, 1);
            case REMAINDER_I64 -> division(code, ElementType.I64, IREM, 2);
            case TRUNC -> trunc(code);
            case LOAD_BITS -> loadBits(code);
            case STORE_BITS -> storeBits(code);
        }
    }

    private static void division(Instructions code, ElementType type, int opcode, int divisor) {
        Label divide = new Label();
        code.load(type, divisor);
        if (type == ElementType.I64) {
            code.push(0L);
            code.op(LCMP);
        }
        code.jump(IFNE, divide);
        if (type == ElementType.I64) {
            code.push(0L);
        } else {
            code.push(0);
        }
        code.op(IRETURN, type);
        code.place(divide);
        code.load(type, 0);
        code.load(type, divisor);
        code.op(opcode, type);
        code.op(IRETURN, type);
    }

    private static void trunc(Instructions code) {
        Label negative = new Label();
        code.load(ElementType.F64, 0);
        code.push(0d);
        code.op(DCMPG);
        code.jump(IFLT, negative);
        code.load(ElementType.F64, 0);
        code.invokeStatic("java/lang/Math", "floor", "(D)D");
        code.op(DRETURN);
        code.place(negative);
        code.load(ElementType.F64, 0);
        code.invokeStatic("java/lang/Math", "ceil", "(D)D");
        code.op(DRETURN);
    }

    private static void loadBits(Instructions code) {
        int segment = 0;
        int offset = 1;
        int set = 3;
        int lanes = 5;
        int lane = 6;
        int bits = 7;
        code.push(0L);
        code.store(ElementType.I64, bits);
        eachSetLane(code, set, lanes, lane, () -> {
            code.load(ElementType.I64, bits);
            place(code, segment, offset, lane);
            code.invokeInterface(Memory.SEGMENT, "get", "(" + Memory.layoutDescriptor(ElementType.BOOL) + "J)B");
            code.op(ICONST_1);
            code.op(IAND);
            code.op(I2L);
            code.load(ElementType.I32, lane);
            code.op(LSHL);
            code.op(LOR);
            code.store(ElementType.I64, bits);
        });
        code.load(ElementType.I64, bits);
        code.op(LRETURN);
    }

    private static void storeBits(Instructions code) {
        int segment = 0;
        int offset = 1;
        int bits = 3;
        int set = 5;
        int lanes = 7;
        int lane = 8;
        eachSetLane(code, set, lanes, lane, () -> {
            place(code, segment, offset, lane);
            bit(code, bits, lane);
            code.op(I2B);
            code.invokeInterface(Memory.SEGMENT, "set", "(" + Memory.layoutDescriptor(ElementType.BOOL) + "JB)V");
        });
        code.op(RETURN);
    }

    private static void eachSetLane(Instructions code, int set, int lanes, int lane, Runnable body) {
        Label top = new Label();
        Label next = new Label();
        Label end = new Label();
        code.push(0);
        code.store(ElementType.I32, lane);
        code.place(top);
        code.load(ElementType.I32, lane);
        code.load(ElementType.I32, lanes);
        code.jump(IF_ICMPGE, end);
        bit(code, set, lane);
        code.jump(IFEQ, next);
        body.run();
        code.place(next);
        code.load(ElementType.I32, lane);
        code.push(1);
        code.op(IADD);
        code.store(ElementType.I32, lane);
        code.jump(GOTO, top);
        code.place(end);
    }

    private static void bit(Instructions code, int bits, int lane) {
        code.load(ElementType.I64, bits);
        code.load(ElementType.I32, lane);
        code.op(LUSHR);
        code.op(L2I);
        code.op(ICONST_1);
        code.op(IAND);
    }

    private static void place(Instructions code, int segment, int offset, int lane) {
        code.loadReference(segment);
        Memory.layout(code, ElementType.BOOL);
        code.load(ElementType.I64, offset);
        code.load(ElementType.I32, lane);
        code.op(I2L);
        code.op(LADD);
    }
}
