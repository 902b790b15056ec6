package dev.sinter.passes.schedule;

/// A way to carry out a contraction. The lowering tries schedules in order and takes the first that accepts.
public interface ContractionSchedule {
    /// The name for `explain` and for kernels.
    String name();

    /// Whether this schedule fits. The last schedule of the list accepts everything.
    boolean accepts(Contraction contraction, Machine machine);

    /// Emits the kernels, in order. Loops may be bound `PARALLEL` (outermost), `VECTOR` and `SERIAL`; vectors may be written out.
    void emit(Contraction contraction, Machine machine, KernelSink out);
}
