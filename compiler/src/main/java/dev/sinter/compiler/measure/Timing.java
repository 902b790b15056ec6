package dev.sinter.compiler.measure;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

/// How long a call takes, from many calls.
///
/// @param medianNanos the median over batches of calls
/// @param minNanos    the fastest batch
/// @param maxNanos    the slowest batch
/// @param allocBytes  bytes allocated on the calling thread's heap per call, once warm
public record Timing(double medianNanos, double minNanos, double maxNanos, double allocBytes) {
    /// How long to measure.
    ///
    /// @param warmUpNanos  at least this long before anything counts; longer while HotSpot compiles, which takes its time on a busy machine
    /// @param batches      how many batches count
    /// @param batchNanos   how long a batch of calls lasts, about; a single call that takes longer is a batch
    public record Plan(long warmUpNanos, int batches, long batchNanos) {
        /// How much longer than asked for a warm-up may last, while HotSpot still compiles.
        private static final int PATIENCE = 15;

        /// Two seconds of warm-up or more, then 31 batches of 30 ms.
        public static final Plan USUAL = new Plan(2_000_000_000L, 31, 30_000_000L);
        /// For a first look.
        public static final Plan QUICK = new Plan(500_000_000L, 15, 10_000_000L);
    }

    /// Measures a call.
    public static Timing of(Runnable call, Plan plan) {
        long began = System.nanoTime();
        long calls = 0;
        long perCall;
        do {
            call.run();
            calls++;
            perCall = Math.max(1, (System.nanoTime() - began) / calls);
        } while (System.nanoTime() - began < plan.warmUpNanos());
        perCall = settle(call, plan, perCall);
        long one = time(call, Math.max(1, Math.min(calls, plan.batchNanos() / perCall)));
        int perBatch = (int) Math.max(1, Math.min(1_000_000_000, plan.batchNanos() / Math.max(1, one)));
        var nanos = new double[plan.batches()];
        for (int b = 0; b < nanos.length; b++) {
            nanos[b] = timeExactly(call, perBatch);
        }
        long before = allocated();
        for (int k = 0; k < perBatch; k++) {
            call.run();
        }
        double bytes = (double) Math.max(0, allocated() - before - ACCOUNTING) / perBatch;
        Arrays.sort(nanos);
        return new Timing(nanos[nanos.length / 2], nanos[0], nanos[nanos.length - 1], bytes < 0.01 ? 0 : bytes);
    }

    /// Calls until HotSpot has compiled nothing for one and a half warm-ups, or patience ends. Gives the time of a call at the end.
    private static long settle(Runnable call, Plan plan, long before) {
        var compiler = ManagementFactory.getCompilationMXBean();
        if (compiler == null || !compiler.isCompilationTimeMonitoringSupported()) {
            return before;
        }
        long began = System.nanoTime();
        long perCall = before;
        long compiled = -1;
        for (int quiet = 0; quiet < 3 && System.nanoTime() - began < Plan.PATIENCE * plan.warmUpNanos();) {
            long half = System.nanoTime();
            long calls = 0;
            do {
                call.run();
                calls++;
            } while (System.nanoTime() - half < plan.warmUpNanos() / 2);
            perCall = Math.max(1, (System.nanoTime() - half) / calls);
            long now = compiler.getTotalCompilationTime();
            quiet = now == compiled ? quiet + 1 : 0;
            compiled = now;
        }
        return perCall;
    }

    private static long time(Runnable call, long times) {
        return (long) timeExactly(call, (int) Math.min(times, Integer.MAX_VALUE));
    }

    private static double timeExactly(Runnable call, int times) {
        long began = System.nanoTime();
        for (int k = 0; k < times; k++) {
            call.run();
        }
        return (double) (System.nanoTime() - began) / times;
    }

    /// What asking for the allocated bytes allocates itself.
    private static final long ACCOUNTING;

    static {
        for (int k = 0; k < 100; k++) {
            allocated();
        }
        long before = allocated();
        ACCOUNTING = allocated() - before;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
