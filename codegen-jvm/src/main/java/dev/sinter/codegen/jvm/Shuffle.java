package dev.sinter.codegen.jvm;

import java.util.ArrayList;
import java.util.List;

/// A constant rearrangement of lanes: lane `l` of the result is lane `sources[l]`.
record Shuffle(List<Integer> sources) {
    Shuffle {
        sources = List.copyOf(sources);
    }

    /// Lane `l` of the result is lane `l + by`, modulo the number of lanes.
    static Shuffle rotation(int lanes, int by) {
        var sources = new ArrayList<Integer>();
        for (int l = 0; l < lanes; l++) {
            sources.add((l + by) % lanes);
        }
        return new Shuffle(sources);
    }
}
