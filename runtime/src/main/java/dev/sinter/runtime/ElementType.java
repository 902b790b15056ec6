package dev.sinter.runtime;

import java.util.Locale;

/// The type of a tensor's elements, as the artifact spells it.
///
/// Elements lie densely packed in native byte order; `BOOL` is one byte, 0 or 1.
public enum ElementType {
    /// IEEE 754 binary32.
    F32(4),
    /// IEEE 754 binary64.
    F64(8),
    /// A signed 32-bit integer.
    I32(4),
    /// A signed 64-bit integer.
    I64(8),
    /// A truth value in one byte.
    BOOL(1);

    private final int bytes;
    private final String spelling = name().toLowerCase(Locale.ROOT);

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /// The size of one element in bytes.
    public int bytes() {
        return bytes;
    }

    /// The name in manifests and in Sinter's own texts: `f32`, `f64`, `i32`, `i64`, `bool`.
    @Override
    public String toString() {
        return spelling;
    }

    /// The type that a manifest calls `name`.
    ///
    /// @throws IllegalArgumentException if there is none of that name
    public static ElementType of(String name) {
        for (ElementType type : values()) {
            if (type.spelling.equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException("unknown element type '" + name + "', expected one of f32, f64, i32, i64, bool");
    }
}
