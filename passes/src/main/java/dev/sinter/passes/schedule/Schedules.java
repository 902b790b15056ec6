package dev.sinter.passes.schedule;

import java.util.List;

/// The schedules of contractions, in the order in which they are tried.
public final class Schedules {
    private static final List<ContractionSchedule> ORDER = List.of(new TiledContraction(), new PackedProduct(), new PlainContraction());

    private Schedules() { }

    /// The first schedule that accepts.
    public static ContractionSchedule of(Contraction contraction, Machine machine) {
        return ORDER.stream().filter(s -> s.accepts(contraction, machine)).findFirst().orElseThrow();
    }
}
