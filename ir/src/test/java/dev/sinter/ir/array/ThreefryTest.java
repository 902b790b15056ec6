package dev.sinter.ir.array;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// The known answers of threefry2x32 with 20 rounds in the Random123 distribution of the function's authors.
class ThreefryTest {
    @Test
    void known_answers() {
        assertEquals(words(0x6b200159, 0x99ba4efe), Threefry.bits(words(0, 0), words(0, 0)));
        assertEquals(words(0x1cb996fc, 0xbb002be7), Threefry.bits(words(-1, -1), words(-1, -1)));
        assertEquals(words(0xc4923a9c, 0x483df7a0), Threefry.bits(words(0x13198a2e, 0x03707344), words(0x243f6a88, 0x85a308d3)));
    }

    private static long words(int first, int second) {
        return (long) second << 32 | first & 0xffff_ffffL;
    }
}
