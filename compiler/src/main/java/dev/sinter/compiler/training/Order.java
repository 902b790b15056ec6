package dev.sinter.compiler.training;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// The order in which rows are taken.
final class Order {
    private static final RandomGeneratorFactory<RandomGenerator> GENERATOR = RandomGeneratorFactory.of("L64X128MixRandom");

    private Order() { }

    /// As they stand: 0, 1, 2, …
    static int[] plain(int rows) {
        var order = new int[rows];
        for (int k = 0; k < rows; k++) {
            order[k] = k;
        }
        return order;
    }

    /// Shuffles the rows for an epoch: the same order for the same seed and epoch, whatever was shuffled before.
    static void shuffle(int[] order, long seed, int epoch) {
        for (int k = 0; k < order.length; k++) {
            order[k] = k;
        }
        RandomGenerator random = GENERATOR.create(seed * 0x9E3779B97F4A7C15L + epoch);
        for (int k = order.length - 1; k > 0; k--) {
            int other = random.nextInt(k + 1);
            int swapped = order[k];
            order[k] = order[other];
            order[other] = swapped;
        }
    }
}
