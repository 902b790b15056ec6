package dev.sinter.frontend.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Which names a mistyped one may have meant.
public final class Near {
    private Near() { }

    /// At most three of `known` that differ from `name` by few edits, nearest first.
    public static List<String> names(String name, Collection<String> known) {
        record Candidate(String name, int distance) { }
        int limit = name.length() < 3 ? 0 : Math.max(1, name.length() / 3);     // of one or two letters only the case can be wrong
        return known.stream().distinct()
            .filter(k -> !k.equals(name) && Math.abs(k.length() - name.length()) <= limit)
            .map(k -> new Candidate(k, distance(name.toLowerCase(Locale.ROOT), k.toLowerCase(Locale.ROOT))))
            .filter(c -> c.distance <= limit)
            .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
            .limit(3).map(Candidate::name).toList();
    }

    /// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) d[i][0] = i;
        for (int j = 0; j <= b.length(); j++) d[0][j] = j;
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
                boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
        return d[a.length()][b.length()];
    }
}
