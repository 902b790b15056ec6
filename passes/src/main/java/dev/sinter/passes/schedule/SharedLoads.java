package dev.sinter.passes.schedule;

import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// In which order a tile whose steps are all written out loads the operand that moves, such that what several sums need is loaded once for them: a line of an
/// image for all the places of a window that see it.
///
/// Each sum takes its steps in order. The first sum that has steps left says what is loaded next, and every sum whose next step needs just that takes it, too.
///
/// @param loads in order
record SharedLoads(List<Load> loads) {
    /// What is loaded, and who takes it.
    ///
    /// @param distance from the first element that the tile loads
    record Load(Dim distance, List<Use> uses) { }

    /// A step of the sum in row `i` and column `j` of the tile.
    ///
    /// @param step  its number
    /// @param splat how far the other operand is from its first element
    record Use(int i, int j, int step, Dim splat) { }

    /// The loads of a tile.
    ///
    /// @param moving     the index of the operand that moves, linear in all these axes
    /// @param splats     the index of the other operand, linear in them too
    /// @param contracted of known extents
    static SharedLoads of(Affine moving, Affine splats, List<Axis> contracted, Axis first, int r, Axis second, int s) {
        var ofMoving = distances(moving, contracted);
        var ofSplats = distances(splats, contracted);
        int depth = ofMoving.size();
        int[] next = new int[r * s];
        var loads = new ArrayList<Load>();
        for (int n = 0; n < r * s; n++) {
            while (next[n] < depth) {
                Dim wanted = at(moving, first, n / s, second, n % s).plus(ofMoving.get(next[n]));
                var uses = new ArrayList<Use>();
                for (int m = 0; m < r * s; m++) {
                    if (next[m] < depth && at(moving, first, m / s, second, m % s).plus(ofMoving.get(next[m])).equals(wanted)) {
                        uses.add(new Use(m / s, m % s, next[m], at(splats, first, m / s, second, m % s).plus(ofSplats.get(next[m]))));
                        next[m]++;
                    }
                }
                loads.add(new Load(wanted, List.copyOf(uses)));
            }
        }
        return new SharedLoads(loads);
    }

    /// How many elements of the other operand there are.
    int splats() {
        var seen = new HashSet<Dim>();
        loads.forEach(l -> l.uses().forEach(u -> seen.add(u.splat())));
        return seen.size();
    }

    private static Dim at(Affine index, Axis first, int i, Axis second, int j) {
        Dim a = first == null || i == 0 ? Dim.ZERO : index.coefficient(first.name()).times(i);
        return second == null || j == 0 ? a : a.plus(index.coefficient(second.name()).times(j));
    }

    /// For each step, in order, how far it is from the first.
    private static List<Dim> distances(Affine index, List<Axis> contracted) {
        var all = List.of(Dim.ZERO);
        for (Axis axis : contracted) {
            var next = new ArrayList<Dim>();
            for (Dim d : all) {
                for (long k = 0; k < axis.extent().value(); k++) {
                    next.add(d.plus(index.coefficient(axis.name()).times(k)));
                }
            }
            all = next;
        }
        return all;
    }
}
