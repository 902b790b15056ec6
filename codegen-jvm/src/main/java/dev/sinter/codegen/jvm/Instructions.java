package dev.sinter.codegen.jvm;

import dev.sinter.ir.type.ElementType;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/// The instructions of one method, typed by [ElementType], with the shortest form chosen. A bool is an `int` that is 0 or 1.
final class Instructions {
    private final MethodVisitor out;
    private int nextLocal;

    /// Writes to `out`; locals are handed out from `firstFreeLocal`.
    Instructions(MethodVisitor out, int firstFreeLocal) {
        this.out = out;
        this.nextLocal = firstFreeLocal;
    }

    /// The JVM's type for a scalar.
    static Type typeOf(ElementType type) {
        return switch (type) {
            case F32 -> Type.FLOAT_TYPE;
            case F64 -> Type.DOUBLE_TYPE;
            case I32, BOOL -> Type.INT_TYPE;
            case I64 -> Type.LONG_TYPE;
        };
    }

    // Locals.

    /// A fresh local of `size` slots.
    int newLocal(int size) {
        int local = nextLocal;
        nextLocal += size;
        return local;
    }

    /// A fresh local for a scalar.
    int newLocal(ElementType type) {
        return newLocal(typeOf(type).getSize());
    }

    /// The first local that is free: what [#release] takes back.
    int mark() {
        return nextLocal;
    }

    /// Frees all locals from `mark` on.
    void release(int mark) {
        nextLocal = mark;
    }

    /// Pushes a scalar local.
    void load(ElementType type, int local) {
        out.visitVarInsn(typeOf(type).getOpcode(Opcodes.ILOAD), local);
    }

    /// Pops into a scalar local.
    void store(ElementType type, int local) {
        out.visitVarInsn(typeOf(type).getOpcode(Opcodes.ISTORE), local);
    }

    /// Pushes a reference.
    void loadReference(int local) {
        out.visitVarInsn(Opcodes.ALOAD, local);
    }

    /// Pops into a reference.
    void storeReference(int local) {
        out.visitVarInsn(Opcodes.ASTORE, local);
    }

    // Constants.

    /// Pushes an int.
    void push(int value) {
        if (value >= -1 && value <= 5) {
            out.visitInsn(Opcodes.ICONST_0 + value);
        } else if (value == (byte) value) {
            out.visitIntInsn(Opcodes.BIPUSH, value);
        } else if (value == (short) value) {
            out.visitIntInsn(Opcodes.SIPUSH, value);
        } else {
            out.visitLdcInsn(value);
        }
    }

    /// Pushes a long.
    void push(long value) {
        if (value == 0 || value == 1) {
            out.visitInsn(Opcodes.LCONST_0 + (int) value);
        } else if (value == (short) value) {
            push((int) value);
            out.visitInsn(Opcodes.I2L);
        } else {
            out.visitLdcInsn(value);
        }
    }

    /// Pushes a float.
    void push(float value) {
        if (Float.floatToRawIntBits(value) == 0 || value == 1 || value == 2) {
            out.visitInsn(Opcodes.FCONST_0 + (int) value);
        } else {
            out.visitLdcInsn(value);
        }
    }

    /// Pushes a double.
    void push(double value) {
        if (Double.doubleToRawLongBits(value) == 0 || value == 1) {
            out.visitInsn(Opcodes.DCONST_0 + (int) value);
        } else {
            out.visitLdcInsn(value);
        }
    }

    // Operations.

    /// An instruction without operands.
    void op(int opcode) {
        out.visitInsn(opcode);
    }

    /// The instruction `opcode`, given in its int form, for a scalar type: `IADD` of f64 is `DADD`.
    void op(int intOpcode, ElementType type) {
        out.visitInsn(typeOf(type).getOpcode(intOpcode));
    }

    /// Duplicates the scalar on top.
    void duplicate(ElementType type) {
        out.visitInsn(typeOf(type).getSize() == 2 ? Opcodes.DUP2 : Opcodes.DUP);
    }

    void invokeStatic(String owner, String name, String descriptor) {
        out.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
    }

    void invokeStaticInterface(String owner, String name, String descriptor) {
        out.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, true);
    }

    void invokeVirtual(String owner, String name, String descriptor) {
        out.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, name, descriptor, false);
    }

    void invokeInterface(String owner, String name, String descriptor) {
        out.visitMethodInsn(Opcodes.INVOKEINTERFACE, owner, name, descriptor, true);
    }

    /// Pushes a static field.
    void constantField(String owner, String name, String descriptor) {
        out.visitFieldInsn(Opcodes.GETSTATIC, owner, name, descriptor);
    }

    /// Narrows the reference on top.
    void cast(String type) {
        out.visitTypeInsn(Opcodes.CHECKCAST, type);
    }

    // Control flow. The values of a condition are on the stack.

    /// A jump.
    void jump(int opcode, Label target) {
        out.visitJumpInsn(opcode, target);
    }

    /// Here is `label`.
    void place(Label label) {
        out.visitLabel(label);
    }

    /// Turns a jump that is taken when something does *not* hold into 1 (it holds) or 0.
    void truthOf(java.util.function.Consumer<Label> jumpUnless) {
        Label isFalse = new Label();
        Label end = new Label();
        jumpUnless.accept(isFalse);
        op(Opcodes.ICONST_1);
        jump(Opcodes.GOTO, end);
        place(isFalse);
        op(Opcodes.ICONST_0);
        place(end);
    }
}
