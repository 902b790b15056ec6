package dev.sinter.compiler.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// The loss of every step of every training function.
public final class Losses {
    private final Map<String, double[]> values = new LinkedHashMap<>();
    private final Map<String, Integer> sizes = new LinkedHashMap<>();

    void add(String function, double loss) {
        int size = sizes.getOrDefault(function, 0);
        double[] known = values.computeIfAbsent(function, _ -> new double[256]);
        if (size == known.length) {
            known = Arrays.copyOf(known, 2 * size);
            values.put(function, known);
        }
        known[size] = loss;
        sizes.put(function, size + 1);
    }

    void restore(String function, double[] losses) {
        values.put(function, losses.length == 0 ? new double[1] : losses.clone());
        sizes.put(function, losses.length);
    }

    /// The losses by function, in the order of the steps.
    public Map<String, double[]> byFunction() {
        var copy = new LinkedHashMap<String, double[]>();
        values.forEach((function, losses) -> copy.put(function, Arrays.copyOf(losses, sizes.get(function))));
        return copy;
    }

    /// The mean of a function's losses from step `from` on; NaN if there are none.
    public double mean(String function, int from) {
        return Arrays.stream(values.getOrDefault(function, new double[0]), Math.min(from, count(function)), count(function)).average().orElse(Double.NaN);
    }

    /// How many losses a function has.
    public int count(String function) {
        return sizes.getOrDefault(function, 0);
    }
}
