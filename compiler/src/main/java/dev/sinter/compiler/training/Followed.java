package dev.sinter.compiler.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The scores that a run follows: the value of each before the first epoch and after every one.
public final class Followed {
    private final Map<String, double[]> values = new LinkedHashMap<>();

    /// @param names  of the scores
    /// @param known  values from before by name, of a run that was resumed
    /// @param epochs done; a score that the run did not follow until now is NaN for those
    Followed(List<String> names, Map<String, double[]> known, int epochs) {
        for (String name : names) {
            var past = new double[epochs + 1];
            Arrays.fill(past, Double.NaN);
            double[] before = known.getOrDefault(name, new double[0]);
            System.arraycopy(before, 0, past, 0, Math.min(before.length, past.length));
            values.put(name, past);
        }
    }

    void set(String name, int epoch, double value) {
        double[] present = values.get(name);
        if (epoch >= present.length) {
            present = Arrays.copyOf(present, epoch + 1);
            values.put(name, present);
        }
        present[epoch] = value;
    }

    /// The values by name: before the first epoch, after the first, and so on; NaN where none was taken.
    public Map<String, double[]> byName() {
        var copy = new LinkedHashMap<String, double[]>();
        values.forEach((name, v) -> copy.put(name, v.clone()));
        return copy;
    }

    /// The last value of each.
    public Map<String, Double> last() {
        var last = new LinkedHashMap<String, Double>();
        values.forEach((name, v) -> last.put(name, v[v.length - 1]));
        return last;
    }
}
