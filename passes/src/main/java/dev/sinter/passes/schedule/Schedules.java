package dev.sinter.passes.schedule;

import java.util.List;

/// The schedules of contractions, in the order in which they are tried.
public final class Schedules {
    private static final List<ContractionSchedule> ORDER = List.of(new TiledContraction(), new PackedProduct(), new PlainContraction());

    /// For contractions with several right operands.
    private static final List<ContractionSchedule> OF_PARTS = List.of(new PartedProduct(), new PlainContraction());

    private Schedules() { }

    /// The first schedule that accepts.
    public static ContractionSchedule of(Contraction contraction, Machine machine) {
        return (contraction.parts().size() == 1 ? ORDER : OF_PARTS).stream().filter(s -> s.accepts(contraction, machine)).findFirst().orElseThrow();
    }
}
