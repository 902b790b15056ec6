package dev.sinter.ir.graph;

import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Makes a function that fails smaller: results are left out, or replaced by an operand of theirs, as long as the rest still fails.
public final class Shrink {
    private Shrink() { }

    /// A function with the same parameters, of fewer values, for which `fails` holds as it does for `function`.
    public static Function shrink(Function function, Predicate<Function> fails) {
        Function smallest = function;
        Optional<Function> next = Optional.of(function);
        while (next.isPresent()) {
            smallest = next.get();
            next = smaller(smallest).stream().filter(fails).findFirst();
        }
        return smallest;
    }

    private static List<Function> smaller(Function f) {
        var candidates = new ArrayList<Function>();
        for (int k = 0; k < f.results().size() && f.results().size() > 1; k++) {
            candidates.add(with(f, k, List.of()));
        }
        for (int k = 0; k < f.results().size(); k++) {
            for (Value operand : tensors(f.results().get(k).op().operands())) {
                if (!f.results().contains(operand)) {
                    candidates.add(with(f, k, List.of(operand)));
                }
            }
        }
        return candidates;
    }

    /// The tensors among some values, and the operands of the tuples.
    private static List<Value> tensors(List<Value> values) {
        var tensors = new ArrayList<Value>();
        for (Value v : values) {
            tensors.addAll(v.type() instanceof Type.Tensor ? List.of(v) : v.op().operands());
        }
        return tensors;
    }

    private static Function with(Function f, int k, List<Value> instead) {
        var results = new ArrayList<>(f.results());
        results.remove(k);
        results.addAll(instead);
        return new Function(f.name(), f.parameters(), results);
    }
}
