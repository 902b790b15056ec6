package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.type.ElementType;
import org.objectweb.asm.Label;

/// A static method that a generated class carries for loading some lanes of one kind of vector whose lanes lie any distance apart:
/// `(vector, segment, offset of the first of these lanes, distance in bytes)`, and with a mask its bits, lane 0 lowest, to the vector with these lanes replaced.
///
/// Lane by lane, which is long, so it is a method of its own; and a few lanes only, so that C2 inlines it and boxes no vector: it refuses methods of more than 325 bytes (`FreqInlineSize`)
/// and those whose own compiled code has become large (`InlineSmallCode`).
///
/// @param split  the kind of vector: one part
/// @param first  the first lane that it loads, a multiple of [#LANES]
/// @param masked whether it takes the bits of a mask; where they are unset nothing is read and the lane stays
record Gather(Split split, int first, boolean masked) {
    /// So many lanes are loaded by one call.
    static final int LANES = 4;

    private static final int VECTOR = 0;
    private static final int SEGMENT = 1;
    private static final int OFFSET = 2;
    private static final int DISTANCE = 4;
    private static final int BITS = 6;

    /// The same part whatever whole it belongs to.
    Gather {
        split = new Split(split.type(), split.partLanes(), 1);
    }

    /// The method's name; not an identifier, so that no kernel has it.
    String methodName() {
        return "sinter-" + (masked ? "masked-" : "") + "gather-" + split.type() + "x" + split.lanes() + "-" + first;
    }

    /// The method's descriptor.
    String descriptor() {
        return "(" + split.descriptor() + Memory.SEGMENT_DESCRIPTOR + "JJ" + (masked ? "J" : "") + ")" + split.descriptor();
    }

    /// Writes the method's code; its arguments are the first locals.
    void body(Instructions code) {
        for (int lane = first; lane < Math.min(first + LANES, split.lanes()); lane++) {
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
            code.loadReference(VECTOR);
            code.push(lane);
            code.loadReference(SEGMENT);
            Memory.layout(code, split.type());
            code.load(ElementType.I64, OFFSET);
            code.invokeInterface(Memory.SEGMENT, "get", "(" + Memory.layoutDescriptor(split.type()) + "J)" + split.lane());
            code.invokeVirtual(split.owner(), "withLane", "(I" + split.lane() + ")" + split.descriptor());
            code.storeReference(VECTOR);
            code.place(unset);
            code.load(ElementType.I64, OFFSET);
            code.load(ElementType.I64, DISTANCE);
            code.op(LADD);
            code.store(ElementType.I64, OFFSET);
        }
        code.loadReference(VECTOR);
        code.op(ARETURN);
    }
}
