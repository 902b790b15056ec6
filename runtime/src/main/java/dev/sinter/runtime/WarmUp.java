package dev.sinter.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// The quick start of one function on the JVM: calls run scalar code, which HotSpot compiles at once, while vector code is called in the background until
/// it is compiled, faster, and allocates nothing any more. All variants give the same bits, so nobody sees the change but by the clock: as scalar code allocates nothing
/// from its first call on, neither do calls before the change, nor those after it. Vector code that allocates however long it is called is never taken.
///
/// The background is one daemon thread of low priority, for one function at a time in the whole process. It begins with the function's first call, of which
/// it keeps copies: inputs, and the state as it then was, so that loops whose end depends on data end as they did there. It works in memory of its own
/// that is freed when it is done, rests where there is one processor only, and sleeps while the function is not called. Closing that memory stops it wherever it is.
final class WarmUp implements Runnable {

    /// What the copies may take; a function that needs more begins with vectors.
    private static final long MOST_BYTES = 512L << 20;
    /// After so much work without success the scalar code stays. HotSpot compiles what runs seldom last.
    private static final long PATIENCE_NANOS = 120_000_000_000L;
    /// Vector code counts as compiled when it is the faster one and has neither become faster nor allocated for this time.
    private static final long SETTLED_NANOS = 500_000_000L;
    private static final long BATCH_NANOS = 1_000_000L;
    private static final int MOST_PER_BATCH = 10_000;
    private static final int SCALAR_EVERY = 8;
    private static final long IDLE_NANOS = 2_000_000_000L;
    private static final long CLOSING_MILLIS = 2_000;

    private static final ReentrantLock TURN = new ReentrantLock();

    private final Model model;
    private final Manifest.FunctionEntry entry;
    private final Executable scalar;
    private final Executable vectors;
    private volatile Executable chosen;
    private volatile long lastCall;
    private volatile Thread sleeper;
    private volatile boolean over;
    private Arena arena;                // guarded by this
    private Thread thread;              // guarded by this
    private volatile List<Rehearsal> rehearsals;

    /// @param scalar  what calls run at first
    /// @param vectors what they shall run
    WarmUp(Model model, Manifest.FunctionEntry entry, Executable scalar, Executable vectors) {
        this.model = model;
        this.entry = entry;
        this.scalar = scalar;
        this.vectors = vectors;
        this.chosen = scalar;
    }

    /// What calls run at present.
    Executable chosen() {
        return chosen;
    }

    /// Whether the choice is final.
    boolean isOver() {
        return over;
    }

    /// Notes a call by scalar code with these inputs; the first one begins the warm-up. For callers that hold the model's lock.
    void called(Tensor[] inputs) {
        lastCall = System.nanoTime();
        if (rehearsals == null && !over) {
            begin(inputs);
        }
        LockSupport.unpark(sleeper);
    }

    private synchronized void begin(Tensor[] inputs) {
        if (rehearsals != null || over) {
            return;
        }
        var own = Arena.ofShared();
        try {
            var shared = new Copies(own, inputs);
            rehearsals = List.of(new Rehearsal(scalar, inputs, shared), new Rehearsal(vectors, inputs, shared));
        } catch (CallException | OutOfMemoryError | ArithmeticException e) {
            own.close();
            over = true;
            chosen = vectors;
            return;
        }
        arena = own;
        thread = new Thread(null, this, "sinter-warm-up", 0, false);
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.setContextClassLoader(null);
        thread.start();
    }

    /// Ends the thread and waits until it has ended; a kernel that runs stops at its next access of memory.
    void stop() {
        Thread running;
        synchronized (this) {
            over = true;
            running = thread;
            close();
        }
        if (running != null) {
            running.interrupt();
            try {
                running.join(CLOSING_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void close() {
        if (arena != null && arena.scope().isAlive()) {
            arena.close();
        }
    }

    @Override
    public void run() {
        try {
            TURN.lockInterruptibly();
            try {
                if (isFaster(rehearsals.get(0), rehearsals.get(1))) {
                    chosen = vectors;
                }
            } finally {
                TURN.unlock();
            }
        } catch (InterruptedException | RuntimeException e) {
            // The model was closed, or the copies are too little for the code: calls go on as they began.
        } finally {
            over = true;
            rehearsals = List.of();
            close();
        }
    }

    /// Calls both until the second is compiled; whether it is the faster one.
    private boolean isFaster(Rehearsal first, Rehearsal second) throws InterruptedException {
        first.prepare();
        second.prepare();
        long worked = 0;
        long settled = 0;
        long quiet = 0;
        for (int round = 0; !over && worked < PATIENCE_NANOS; round++) {
            long began = System.nanoTime();
            if (round % SCALAR_EVERY == 0) {
                first.time(false);
            }
            boolean better = second.time(second.best < first.best);
            long took = System.nanoTime() - began;
            worked += took;
            // A call may take longer than the time that the code must be calm for: one that was not calm does not count.
            settled = better ? 0 : settled + took;
            quiet = second.allocates ? 0 : quiet + took;
            if (second.best < first.best && settled > SETTLED_NANOS && quiet > SETTLED_NANOS) {
                return !over;
            }
            rest(took);
        }
        return false;
    }

    private void rest(long worked) throws InterruptedException {
        if (Runtime.getRuntime().availableProcessors() == 1) {
            Thread.sleep(worked / 1_000_000, (int) (worked % 1_000_000));
        }
        sleeper = Thread.currentThread();
        while (!over && System.nanoTime() - lastCall > IDLE_NANOS) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        sleeper = null;
    }

    /// Copies that both kinds of code work on.
    private final class Copies {
        private final Arena arena;
        private final Map<String, MemorySegment> inputs = new HashMap<>();
        private final Map<String, MemorySegment> outputs = new HashMap<>();
        private final Map<String, MemorySegment> state = new HashMap<>();
        private long bytes;

        Copies(Arena arena, Tensor[] given) {
            this.arena = arena;
            for (int i = 0; i < given.length; i++) {
                inputs.put(entry.inputs().get(i).name(), copy(given[i].segment()));
            }
        }

        MemorySegment allocate(long size) {
            bytes = Math.addExact(bytes, size);
            if (bytes > MOST_BYTES) {
                throw new CallException(entry.name(), "the copies for a warm-up would take more than " + MOST_BYTES + " bytes");
            }
            return arena.allocate(Math.addExact(size, Tensor.SLACK), Tensor.ALIGNMENT);
        }

        MemorySegment copy(MemorySegment segment) {
            return allocate(segment.byteSize()).copyFrom(segment);
        }

        MemorySegment state(String name) {
            return state.computeIfAbsent(name, n -> copy(model.state(n).segment()));
        }

        MemorySegment output(String name, long size) {
            return outputs.computeIfAbsent(name, _ -> allocate(size));
        }
    }

    /// Calls of one kind of code.
    private final class Rehearsal {
        private final Executable executable;
        private final Plan plan;
        private final MemorySegment[] buffers;
        private final MemorySegment[] preparing;
        private long best = Long.MAX_VALUE;     // nanoseconds of a call
        private int perBatch = 1;
        private boolean allocates = true;       // as far as anybody knows

        Rehearsal(Executable executable, Tensor[] inputs, Copies copies) {
            this.executable = executable;
            this.plan = Plan.of(entry, executable.variant(), inputs, 1);
            var temps = copies.allocate(plan.arenaBytes());
            var prepared = new HashMap<String, MemorySegment>();
            this.preparing = executable.preparation() == null ? null : preparing(executable.preparation().program(), copies, prepared);
            var rows = executable.variant().buffers();
            this.buffers = new MemorySegment[rows.size()];
            for (int b = 0; b < buffers.length; b++) {
                var row = rows.get(b);
                buffers[b] = switch (row.role()) {
                    case INPUT -> copies.inputs.get(row.name());
                    case OUTPUT -> copies.output(row.name(), bytes(plan.outputShapes()[Plan.indexOf(entry.outputs(), row.name())], row.type()));
                    case STATE -> copies.state(row.name());
                    case CONSTANT -> model.constant(row.name());
                    case PREPARED -> prepared.get(row.name());
                    case TEMP -> temps.asSlice(plan.tempOffsets()[b], plan.tempBytes()[b] + Tensor.SLACK);
                };
            }
        }

        private MemorySegment[] preparing(Manifest.Preparation program, Copies copies, Map<String, MemorySegment> prepared) {
            var values = Map.of(Manifest.MEMBERS, 1L);
            var temps = copies.allocate(program.arena().evaluate(values));
            return program.buffers().stream().map(row -> {
                long size = Math.multiplyExact(row.elements().evaluate(values), row.type().bytes());
                return switch (row.role()) {
                    case STATE -> copies.state(row.name());
                    case CONSTANT -> model.constant(row.name());
                    case PREPARED -> prepared.computeIfAbsent(row.name(), _ -> copies.allocate(size));
                    case TEMP -> temps.asSlice(row.offset().evaluate(values), size + Tensor.SLACK);
                    case INPUT, OUTPUT -> throw new AssertionError("a manifest whose preparation has arguments is refused");
                };
            }).toArray(MemorySegment[]::new);
        }

        private static long bytes(long[] shape, ElementType type) {
            long bytes = type.bytes();
            for (long extent : shape) {
                bytes = Math.multiplyExact(bytes, extent);
            }
            return bytes;
        }

        void prepare() {
            if (preparing != null) {
                executable.preparation().code().run(new long[0], preparing, Team.single(), 0);
            }
        }

        /// Times some calls; whether they were faster than ever, by more than a twentieth.
        ///
        /// @param counted whether to note if they allocate, which the virtual machine needs some time to prepare for
        boolean time(boolean counted) {
            long before = counted ? Allocation.ofThread() : 0;
            long began = System.nanoTime();
            for (int k = 0; k < perBatch; k++) {
                executable.code().run(plan.dims(), buffers, Team.single(), 0);
            }
            allocates = !counted || Allocation.ofThread() > before;
            long each = Math.max(1, (System.nanoTime() - began) / perBatch);
            perBatch = (int) Math.clamp(BATCH_NANOS / each, 1, MOST_PER_BATCH);
            boolean better = each < best - best / 20;
            best = Math.min(best, each);
            return better;
        }
    }
}
