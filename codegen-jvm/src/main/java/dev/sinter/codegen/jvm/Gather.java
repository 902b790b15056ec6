package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.type.ElementType;
import org.objectweb.asm.Label;

/// A static method that a generated class carries for loading one kind of vector whose lanes lie any distance apart:
/// `(segment, offset of lane 0, distance in bytes)`, and with a mask its bits, lane 0 lowest. Lane by lane, and a method of its own, because
/// it is long. Without a mask it is still short enough for C2 to inline it where it runs often (`FreqInlineSize`, 325 bytes).
///
/// @param split  the kind of vector: one part
/// @param masked whether it takes the bits of a mask; where they are unset nothing is read and the lane is 0
record Gather(Split split, boolean masked) {
    private static final int SEGMENT = 0;
    private static final int OFFSET = 1;
    private static final int DISTANCE = 3;
    private static final int BITS = 5;

    /// The same part whatever whole it belongs to.
    Gather {
        split = new Split(split.type(), split.partLanes(), 1);
    }

    /// The method's name; not an identifier, so that no kernel has it.
    String methodName() {
        return "sinter-" + (masked ? "masked-" : "") + "gather-" + split.type() + "x" + split.lanes();
    }

    /// The method's descriptor.
    String descriptor() {
        return "(" + Memory.SEGMENT_DESCRIPTOR + "JJ" + (masked ? "J" : "") + ")" + split.descriptor();
    }

    /// Writes the method's code; its arguments are the first locals.
    void body(Instructions code) {
        split.species(code);
        code.invokeStatic(split.owner(), "zero", "(" + Split.SPECIES_DESCRIPTOR + ")" + split.descriptor());
        for (int lane = 0; lane < split.lanes(); lane++) {
            Label unset = new Label();
            if (masked) {
                code.load(ElementType.I64, BITS);
                code.push(lane);
                code.op(LUSHR);
                code.op(L2I);
                code.op(ICONST_1);
                code.op(IAND);
                code.jump(IFEQ, unset);
            }
            code.push(lane);
            code.loadReference(SEGMENT);
            Memory.layout(code, split.type());
            code.load(ElementType.I64, OFFSET);
            code.invokeInterface(Memory.SEGMENT, "get", "(" + Memory.layoutDescriptor(split.type()) + "J)" + split.lane());
            code.invokeVirtual(split.owner(), "withLane", "(I" + split.lane() + ")" + split.descriptor());
            code.place(unset);
            code.load(ElementType.I64, OFFSET);
            code.load(ElementType.I64, DISTANCE);
            code.op(LADD);
            code.store(ElementType.I64, OFFSET);
        }
        code.op(ARETURN);
    }
}
