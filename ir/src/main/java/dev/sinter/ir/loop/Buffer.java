package dev.sinter.ir.loop;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;

/// A block of memory that a program reads and writes: `elements` of one type, densely packed. Indices count elements.
/// Buffers compare by identity; no two buffers of a program overlap unless the memory plan gave temps with disjoint
/// lifetimes the same place.
public final class Buffer {
    /// Where a buffer's memory comes from; see "The call contract" in `ARCHITECTURE.md`.
    public enum Role {
        /// The caller's, read only.
        INPUT,
        /// The caller's, written.
        OUTPUT,
        /// The model's: parameters and optimiser state, updated in place.
        STATE,
        /// The artifact's, read only.
        CONSTANT,
        /// A slice of the call's arena, at an offset given by the memory plan.
        TEMP,
        /// What is computed from state and constants alone, before the first call and whenever that state has changed: written by a function's
        /// *preparation*, a program of its own, and read by the function.
        PREPARED
    }

    private final String name;
    private final ElementType type;
    private final Dim elements;
    private final Role role;

    /// A buffer. For every role but `TEMP` the name is what binds it: the input's, output's, state's or constant's name; a `PREPARED` buffer has the same name in both programs.
    public Buffer(String name, ElementType type, Dim elements, Role role) {
        this.name = name;
        this.type = type;
        this.elements = elements;
        this.role = role;
    }

    /// The name, unique within role and program.
    public String name() {
        return name;
    }

    /// The type of an element.
    public ElementType type() {
        return type;
    }

    /// The number of elements; may depend on the program's dims and on `members` (the number of threads).
    public Dim elements() {
        return elements;
    }

    /// Where the memory comes from.
    public Role role() {
        return role;
    }

    @Override
    public String toString() {
        return name;
    }
}
