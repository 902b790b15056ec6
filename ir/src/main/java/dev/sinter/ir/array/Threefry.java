package dev.sinter.ir.array;

/// The random function that all executors share: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
/// easy as 1, 2, 3", 2011). Equal arguments give equal bits, different ones give bits that pass for independent.
public final class Threefry {
    private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};
    private static final int PARITY = 0x1BD11BDA;
    private static final int ROUNDS = 20;

    private Threefry() { }

    /// 64 random bits.
    ///
    /// @param key     two 32-bit words, the first one in the low half
    /// @param counter likewise; so is the result
    public static long bits(long key, long counter) {
        int[] keys = {(int) key, (int) (key >>> 32), 0};
        keys[2] = PARITY ^ keys[0] ^ keys[1];
        int x = (int) counter + keys[0];
        int y = (int) (counter >>> 32) + keys[1];
        for (int round = 0; round < ROUNDS; round++) {
            x += y;
            y = Integer.rotateLeft(y, ROTATIONS[round % 8]) ^ x;
            if (round % 4 == 3) {                              // every fourth round the key is mixed in, rotated, with a count
                int injection = round / 4 + 1;
                x += keys[injection % 3];
                y += keys[(injection + 1) % 3] + injection;
            }
        }
        return (long) y << 32 | x & 0xffff_ffffL;
    }
}
