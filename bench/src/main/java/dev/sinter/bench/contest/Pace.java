package dev.sinter.bench.contest;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/// Calling again and again, with a look at the clock.
final class Pace {
    /// How long a warm-up may last while HotSpot still compiles.
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    /// How long it must have compiled nothing at least.
    private static final long CALM_NANOS = 1_000_000_000;
    /// A batch of calls lasts about this long; a call that takes longer is a batch.
    private static final long BATCH_NANOS = 4_000_000;

    private final Runnable call;
    /// At first a call may take anything.
    private double perCall = 1e9;

    Pace(Runnable call) {
        this.call = call;
    }

    /// Calls for this long, and then until HotSpot has compiled nothing for as long, or a second.
    void warm(long millis) {
        long wanted = millis * 1_000_000;
        long began = System.nanoTime();
        spend(wanted);
        long compiled = CompilerThreads.work();
        while (System.nanoTime() - began < PATIENCE_NANOS) {
            spend(Math.max(wanted, CALM_NANOS));
            long now = CompilerThreads.work();
            if (now <= compiled) {
                return;
            }
            compiled = now;
        }
    }

    private void spend(long nanos) {
        long began = System.nanoTime();
        long calls = 0;
        long passed;
        do {
            int some = (int) Math.clamp(100_000 / perCall, 1, 10_000);
            for (int k = 0; k < some; k++) {
                call.run();
            }
            calls += some;
            passed = System.nanoTime() - began;
            perCall = Math.max(1, (double) passed / calls);
        } while (passed < nanos);
    }

    /// The mean nanoseconds of a call in each batch, for about this long; a tenth of it before, unmeasured, brings caches and threads back.
    List<Double> measure(long millis) {
        long wanted = millis * 1_000_000;
        spend(wanted / 10);
        int perBatch = (int) Math.clamp(BATCH_NANOS / perCall, 1, 1_000_000_000);
        var nanos = new ArrayList<Double>();
        long began = System.nanoTime();
        do {
            long start = System.nanoTime();
            for (int k = 0; k < perBatch; k++) {
                call.run();
            }
            nanos.add((double) (System.nanoTime() - start) / perBatch);
        } while (System.nanoTime() - began < wanted);
        return nanos;
    }

    /// Bytes that a call allocates on the heap of the calling thread.
    double allocated() {
        int calls = (int) Math.clamp(BATCH_NANOS / perCall, 1, 100_000);
        long of0 = bytes();
        long accounting = bytes() - of0;
        long before = bytes();
        for (int k = 0; k < calls; k++) {
            call.run();
        }
        double each = (double) Math.max(0, bytes() - before - accounting) / calls;
        return each < 0.01 ? 0 : each;
    }

    private static long bytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
