package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.type.ElementType;

/// A static method that a generated class carries for masked loads or stores of one kind of vector.
///
/// HotSpot's first compiler (C1) expands a masked access in place to so much code that it gives up on methods with a dozen of them. It
/// does not inline methods of more than 35 bytes, so these are made longer by instructions that do nothing; C2 inlines them where they run
/// often. Methods that are closed to C1 anyway, see [FirstCompiler], have their masked accesses in place.
///
/// @param split the kind of vector: one part
/// @param store whether it stores
record MaskedAccess(Split split, boolean store) {
    /// Brings the method above C1's limit for inlining (`C1MaxInlineSize`).
    private static final int PADDING = 36;

    /// The same part whatever whole it belongs to.
    MaskedAccess {
        split = new Split(split.type(), split.partLanes(), 1);
    }

    /// The method's name; not an identifier, so that no kernel has it.
    String methodName() {
        return "sinter-masked-" + (store ? "store-" : "load-") + split.type() + "x" + split.lanes();
    }

    /// `(segment, offset, mask)` to vector, or `(bits, segment, offset, mask)` to nothing.
    String descriptor() {
        String place = Memory.SEGMENT_DESCRIPTOR + "J" + Split.MASK_DESCRIPTOR;
        return store ? "(" + bits(split).descriptor() + place + ")V" : "(" + place + ")" + split.descriptor();
    }

    /// What a store is given: the vector's bits as the other type of equal size. Where C2 does not inline the call it has to box its argument,
    /// and it boxes a value where that is computed, which may be in a hot loop. This way the argument is computed before the call.
    static void reinterpret(Instructions code, Split split) {
        Split bits = bits(split);
        code.invokeVirtual(split.owner(), "reinterpretAs" + Vectors.plural(bits.type()), "()" + bits.descriptor());
    }

    private static Split bits(Split split) {
        return new Split(switch (split.type()) {
            case F32 -> ElementType.I32;
            case F64 -> ElementType.I64;
            case I32 -> ElementType.F32;
            case I64 -> ElementType.F64;
            case BOOL -> throw new IllegalStateException("a mask has no bits of its own");
        }, split.lanes(), split.count());
    }

    /// Writes the method's code; its arguments are the first locals.
    void body(Instructions code) {
        for (int i = 0; i < PADDING; i++) {
            code.op(NOP);
        }
        int segment = store ? 1 : 0;
        if (store) {
            code.loadReference(0);
            code.invokeVirtual(bits(split).owner(), "reinterpretAs" + Vectors.plural(split.type()), "()" + split.descriptor());
        } else {
            split.species(code);
        }
        code.loadReference(segment);
        code.load(ElementType.I64, segment + 1);
        Memory.order(code);
        code.loadReference(segment + 3);
        String place = Memory.SEGMENT_DESCRIPTOR + "J" + Memory.ORDER_DESCRIPTOR + Split.MASK_DESCRIPTOR;
        if (store) {
            code.invokeVirtual(split.owner(), "intoMemorySegment", "(" + place + ")V");
            code.op(RETURN);
        } else {
            code.invokeStatic(split.owner(), "fromMemorySegment", "(" + Split.SPECIES_DESCRIPTOR + place + ")" + split.descriptor());
            code.op(ARETURN);
        }
    }
}
