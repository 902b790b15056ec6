package dev.sinter.frontend.problem;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Collects problems; a problem that was found before at the same place counts once.
public final class Problems {
    private record Key(Code code, Label primary) { }

    private final List<Problem> list = new ArrayList<>();
    private final Set<Key> seen = new HashSet<>();

    /// Adds a problem.
    public void add(Problem problem) {
        if (seen.add(new Key(problem.code(), problem.primary()))) list.add(problem);
    }

    /// Whether one of them stops the compilation.
    public boolean hasErrors() {
        return list.stream().anyMatch(Problem::isError);
    }

    /// How many there are.
    public int size() {
        return list.size();
    }

    /// All of them, those of one file in the order of its text.
    public List<Problem> sorted() {
        var sorted = new ArrayList<>(list);
        var files = sorted.stream().map(p -> p.primary().span().source()).distinct().toList();
        sorted.sort(Comparator.comparing((Problem p) -> files.indexOf(p.primary().span().source()))
            .thenComparing(p -> p.primary().span().start()));
        return List.copyOf(sorted);
    }
}
