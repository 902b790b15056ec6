package dev.sinter.passes.schedule;

import dev.sinter.ir.type.ElementType;

/// What a schedule wants to know of a processor. Programs for different machines compute the same bits.
///
/// @param name       the name in the artifact's variants: `scalar`, `v256`
/// @param vectorBits the width of a vector, 0 for none
/// @param registers  how many vectors (without vectors: scalars) can be held at once
public record Machine(String name, int vectorBits, int registers) {
    /// No vectors: plain loops.
    public static final Machine SCALAR = new Machine("scalar", 0, 16);
    /// 128-bit vectors: SSE, Neon.
    public static final Machine V128 = new Machine("v128", 128, 16);
    /// 256-bit vectors: AVX2.
    public static final Machine V256 = new Machine("v256", 256, 16);
    /// 512-bit vectors: AVX-512.
    public static final Machine V512 = new Machine("v512", 512, 32);

    /// The lanes of a vector of `type`; 1 without vectors. A vector of bools has as many lanes as the one it masks, so for `BOOL` this is the
    /// number for 32-bit elements.
    public int lanes(ElementType type) {
        return vectorBits == 0 ? 1 : vectorBits / (8 * Math.max(4, type.bytes()));
    }
}
