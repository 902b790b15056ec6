package dev.sinter.codegen.jvm;

import dev.sinter.ir.type.ElementType;

/// How a vector of the Loop IR lies in hardware vectors: `count` equal parts of `lanes / count` lanes each, in order, none
/// wider than the machine's. The parts of a mask are those of a *carrier*, a vector of another element type whose lanes it selects.
///
/// @param type  the element type; never `BOOL`
/// @param lanes the lanes of the whole vector
/// @param count the number of parts
record Split(ElementType type, int lanes, int count) {
    /// The package of the Vector API, as class files spell it.
    static final String API = "jdk/incubator/vector/";
    /// The class of masks.
    static final String MASK = API + "VectorMask";
    /// The descriptor of masks.
    static final String MASK_DESCRIPTOR = "L" + MASK + ";";
    /// The class of species.
    static final String SPECIES = API + "VectorSpecies";
    /// The descriptor of species.
    static final String SPECIES_DESCRIPTOR = "L" + SPECIES + ";";
    /// All vectors' common class.
    static final String VECTOR = API + "Vector";
    /// The descriptor of all vectors' common class.
    static final String VECTOR_DESCRIPTOR = "L" + VECTOR + ";";

    /// The split of `lanes` lanes of `type` on a machine with vectors of `vectorBits` bits.
    static Split of(ElementType type, int lanes, int vectorBits) {
        return new Split(type, lanes, Math.max(1, lanes * type.bytes() * 8 / vectorBits));
    }

    /// The lanes of a part.
    int partLanes() {
        return lanes / count;
    }

    /// The bytes of a part.
    int partBytes() {
        return partLanes() * type.bytes();
    }

    /// The Vector API's class of a part, as class files spell it.
    String owner() {
        return API + switch (type) {
            case F32 -> "FloatVector";
            case F64 -> "DoubleVector";
            case I32 -> "IntVector";
            case I64 -> "LongVector";
            case BOOL -> throw new IllegalStateException("a mask has no vector class of its own");
        };
    }

    /// The descriptor of a part.
    String descriptor() {
        return "L" + owner() + ";";
    }

    /// The descriptor of a lane.
    String lane() {
        return Instructions.typeOf(type).getDescriptor();
    }

    /// Pushes the species of a part, a constant for the JIT.
    void species(Instructions code) {
        code.constantField(owner(), "SPECIES_" + partBytes() * 8, SPECIES_DESCRIPTOR);
    }
}
