package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.type.ElementType;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/// The helper methods and constants that the methods of one class have used so far.
final class Support {
    private static final String SHUFFLE_DESCRIPTOR = "L" + Split.API + "VectorShuffle;";
    private static final String LITTLE_ENDIAN_LONG = "LITTLE_ENDIAN_LONG";
    private static final String ORDER = "ORDER";
    /// A thread that never runs: memory that it may access, every thread may.
    private static final String ANYONE = "ANYONE";
    private static final String THREAD_DESCRIPTOR = "Ljava/lang/Thread;";
    private static final String CLASS_DESCRIPTOR = "Ljava/lang/Class;";

    private record Constant(Split split, Shuffle shuffle) { }

    private record Ramp(Split split, long stride) { }

    /// A class whose name is hidden: that of an object that the initializer has at hand.
    ///
    /// @param name    the constant that holds the class
    /// @param visible the visible class that such objects are used as
    /// @param instance pushes one
    private record Hidden(String name, String visible, Consumer<Instructions> instance) { }

    private final String owner;
    private final Set<Helper> helpers = EnumSet.noneOf(Helper.class);
    private final Set<Gather> gathers = new LinkedHashSet<>();
    private final Map<Constant, String> shuffles = new LinkedHashMap<>();
    private final Map<String, Hidden> classes = new LinkedHashMap<>();
    private final Map<Ramp, String> ramps = new LinkedHashMap<>();
    private boolean littleEndianLong;
    private boolean order;
    private boolean anyone;

    /// The support of the class `owner`.
    Support(String owner) {
        this.owner = owner;
    }

    /// Calls a helper.
    void call(Instructions code, Helper helper) {
        helpers.add(helper);
        code.invokeStatic(owner, helper.methodName(), helper.descriptor());
    }

    /// Calls a load of lanes that lie apart.
    void call(Instructions code, Gather gather) {
        gathers.add(gather);
        code.invokeStatic(owner, gather.methodName(), gather.descriptor());
    }

    /// Pushes a constant shuffle of the lanes of a part.
    void pushShuffle(Instructions code, Split split, Shuffle shuffle) {
        var part = new Split(split.type(), split.partLanes(), 1);
        String name = shuffles.computeIfAbsent(new Constant(part, shuffle), _ -> "SHUFFLE_" + shuffles.size());
        code.constantField(owner, name, SHUFFLE_DESCRIPTOR);
    }

    /// Pushes the constant vector 0, `stride`, 2 `stride`, … of a part. The Vector API's own (`addIndex`) is boxed by C2 where vectors of several widths are about.
    void pushRamp(Instructions code, Split split, long stride) {
        var part = new Split(split.type(), split.partLanes(), 1);
        String name = ramps.computeIfAbsent(new Ramp(part, stride), _ -> "RAMP_" + ramps.size());
        code.constantField(owner, name, split.descriptor());
    }

    /// Pushes the layout of a long whose first byte is the lowest.
    void pushLittleEndianLong(Instructions code) {
        littleEndianLong = true;
        code.constantField(owner, LITTLE_ENDIAN_LONG, Memory.layoutDescriptor(ElementType.I64));
    }

    /// Pushes the order of bytes in buffers. It is a constant, since in long methods C2 calls what it is not made to inline.
    void pushOrder(Instructions code) {
        order = true;
        code.constantField(owner, ORDER, Memory.ORDER_DESCRIPTOR);
    }

    /// Casts the segment on top to the class of segments outside of the heap, which all buffers are and whose name is hidden. Then the JIT knows where the
    /// segment is used that it is not on the heap. It would not learn that in the JDK's accessors: the Vector API, while it is interpreted,
    /// reinterprets vectors by segments on the heap, and an access that may be to the heap keeps every check in its loop.
    void knowSegment(Instructions code) {
        know(code, new Hidden("SEGMENT_CLASS", Memory.SEGMENT, c -> c.constantField(Memory.SEGMENT, "NULL", Memory.SEGMENT_DESCRIPTOR)));
    }

    /// Ends the method if the segment in a local is one thread's own, as memory of an `Arena.ofConfined()` is; the runtime hands over no such memory. Each access of a segment asks whether it is, and
    /// by the profile that all accesses of the process share: where the application uses such an arena anywhere, C2 keeps the question and a look at the current thread at every access within a
    /// loop. Behind this one, every question has its answer.
    void knowAccess(Instructions code, int local) {
        anyone = true;
        var open = new Label();
        code.loadReference(local);
        code.constantField(owner, ANYONE, THREAD_DESCRIPTOR);
        code.invokeInterface(Memory.SEGMENT, "isAccessibleBy", "(" + THREAD_DESCRIPTOR + ")Z");
        code.jump(IFNE, open);
        code.op(ACONST_NULL);
        code.op(ATHROW);
        code.place(open);
    }

    /// Casts the vector on top to the class of its type and width, whose name is hidden, for what is called next is a method of the Vector API that all vectors share. Its profile is that of
    /// the whole process: where that has two classes, C2 writes the method out for both, and boxes the vector for the one that it is not.
    void knowVector(Instructions code, Split split) {
        know(code, new Hidden("VECTOR_CLASS_" + split.type() + "_" + split.partLanes(), split.owner(), c -> {
            split.species(c);
            c.invokeInterface(Split.SPECIES, "zero", "()" + Split.VECTOR_DESCRIPTOR);
        }));
    }

    /// Casts the mask of a part on top to the class of such masks, for the reason for which vectors are cast.
    void knowMask(Instructions code, Split split) {
        know(code, new Hidden("MASK_CLASS_" + split.type() + "_" + split.partLanes(), Split.MASK, c -> {
            split.species(c);
            c.push(1);
            c.invokeInterface(Split.SPECIES, "maskAll", "(Z)" + Split.MASK_DESCRIPTOR);
        }));
    }

    private void know(Instructions code, Hidden hidden) {
        classes.putIfAbsent(hidden.name(), hidden);
        code.constantField(owner, hidden.name(), CLASS_DESCRIPTOR);
        code.op(SWAP);
        code.invokeVirtual("java/lang/Class", "cast", "(Ljava/lang/Object;)Ljava/lang/Object;");
        code.cast(hidden.visible());
    }

    /// Writes all of it.
    void emit(ClassVisitor out) {
        helpers.forEach(h -> method(out, h.methodName(), h.descriptor(), h::body));
        gathers.forEach(g -> method(out, g.methodName(), g.descriptor(), g::body));
        if (!classes.isEmpty() || order || anyone || littleEndianLong || !shuffles.isEmpty() || !ramps.isEmpty()) {
            constants(out);
        }
    }

    private static void method(ClassVisitor out, String name, String descriptor, Consumer<Instructions> body) {
        MethodVisitor method = out.visitMethod(ACC_PRIVATE | ACC_STATIC, name, descriptor, null, null);
        method.visitCode();
        body.accept(new Instructions(method, 0));
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private void constants(ClassVisitor out) {
        MethodVisitor method = out.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
        method.visitCode();
        var code = new Instructions(method, 0);
        classes.forEach((name, hidden) -> {
            hidden.instance().accept(code);
            code.invokeVirtual("java/lang/Object", "getClass", "()" + CLASS_DESCRIPTOR);
            define(out, method, name, CLASS_DESCRIPTOR);
        });
        if (anyone) {
            method.visitTypeInsn(NEW, "java/lang/Thread");
            code.op(DUP);
            method.visitMethodInsn(INVOKESPECIAL, "java/lang/Thread", "<init>", "()V", false);
            define(out, method, ANYONE, THREAD_DESCRIPTOR);
        }
        if (order) {
            code.invokeStatic("java/nio/ByteOrder", "nativeOrder", "()" + Memory.ORDER_DESCRIPTOR);
            define(out, method, ORDER, Memory.ORDER_DESCRIPTOR);
        }
        if (littleEndianLong) {
            Memory.layout(code, ElementType.I64);
            code.constantField("java/nio/ByteOrder", "LITTLE_ENDIAN", "Ljava/nio/ByteOrder;");
            code.invokeInterface("java/lang/foreign/ValueLayout$OfLong", "withOrder",
                    "(Ljava/nio/ByteOrder;)" + Memory.layoutDescriptor(ElementType.I64));
            define(out, method, LITTLE_ENDIAN_LONG, Memory.layoutDescriptor(ElementType.I64));
        }
        shuffles.forEach((constant, name) -> {
            var sources = constant.shuffle().sources();
            constant.split().species(code);
            code.push(sources.size());
            method.visitIntInsn(NEWARRAY, T_INT);
            for (int l = 0; l < sources.size(); l++) {
                code.op(DUP);
                code.push(l);
                code.push(sources.get(l));
                code.op(IASTORE);
            }
            code.invokeStatic(Split.API + "VectorShuffle", "fromValues", "(" + Split.SPECIES_DESCRIPTOR + "[I)" + SHUFFLE_DESCRIPTOR);
            define(out, method, name, SHUFFLE_DESCRIPTOR);
        });
        ramps.forEach((ramp, name) -> {
            boolean longs = ramp.split().type() == ElementType.I64;
            ramp.split().species(code);
            code.push(ramp.split().lanes());
            method.visitIntInsn(NEWARRAY, longs ? T_LONG : T_INT);
            for (int l = 0; l < ramp.split().lanes(); l++) {
                code.op(DUP);
                code.push(l);
                if (longs) {
                    code.push(l * ramp.stride());
                    code.op(LASTORE);
                } else {
                    code.push((int) (l * ramp.stride()));
                    code.op(IASTORE);
                }
            }
            code.push(0);
            code.invokeStatic(ramp.split().owner(), "fromArray", "(" + Split.SPECIES_DESCRIPTOR + (longs ? "[J" : "[I") + "I)" + ramp.split().descriptor());
            define(out, method, name, ramp.split().descriptor());
        });
        code.op(RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private void define(ClassVisitor out, MethodVisitor initializer, String name, String descriptor) {
        out.visitField(ACC_PRIVATE | ACC_STATIC | ACC_FINAL, name, descriptor, null, null).visitEnd();
        initializer.visitFieldInsn(PUTSTATIC, owner, name, descriptor);
    }
}
