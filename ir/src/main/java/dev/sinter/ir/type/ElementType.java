package dev.sinter.ir.type;

/// The type of one element of a tensor.
///
/// Adding a type (f16, bf16, i8 …) means adding a constant here and visiting each switch the compiler names.
public enum ElementType {
    /// IEEE 754 binary32.
    F32("f32", 4),
    /// IEEE 754 binary64.
    F64("f64", 8),
    /// Two's complement, 32 bits.
    I32("i32", 4),
    /// Two's complement, 64 bits; also the type of indices and of random keys.
    I64("i64", 8),
    /// A truth value, one byte in memory, 0 or 1.
    BOOL("bool", 1);

    private final String text;
    private final int bytes;

    ElementType(String text, int bytes) {
        this.text = text;
        this.bytes = bytes;
    }

    /// The bytes that one element takes in memory.
    public int bytes() {
        return bytes;
    }

    /// Whether the type is a floating-point type; only these carry derivatives.
    public boolean isFloat() {
        return this == F32 || this == F64;
    }

    /// Whether the type is a two's-complement integer type (`bool` is not).
    public boolean isInteger() {
        return this == I32 || this == I64;
    }

    /// The type with this name (`"f32"`).
    ///
    /// @throws IllegalArgumentException if there is none
    public static ElementType of(String text) {
        for (ElementType type : values()) {
            if (type.text.equals(text)) {
                return type;
            }
        }
        throw new IllegalArgumentException("no element type is called '" + text + "'");
    }

    /// The value of this type nearest to `x`, as the double that represents it: rounding to nearest even for
    /// floats, saturating truncation for integers (NaN becomes 0), `x != 0` for bool.
    public double round(double x) {
        return switch (this) {
            case F32 -> (float) x;
            case F64 -> x;
            case I32 -> (int) x;
            case I64 -> (long) x;
            case BOOL -> x != 0 ? 1 : 0;
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
