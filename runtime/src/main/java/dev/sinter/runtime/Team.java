package dev.sinter.runtime;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/// A fixed number of members that execute one call together: every member runs the same code with its own number.
///
/// Member 0 is the thread that calls [#run]; the others are daemon threads that belong to the team, start with its first
/// run and end when it is closed. An idle member is parked; it spins for a few microseconds after work, so that calls in
/// quick succession start at once. One thread at a time may use a team. A run allocates nothing.
public final class Team implements AutoCloseable {

    /// What a team runs: called once per member.
    @FunctionalInterface
    public interface Task {
        /// Does the share of `member`.
        void run(Team team, int member);
    }

    /// How long a member spins before it parks. Longer than the gap between two kernels of a call, far shorter than a
    /// time slice.
    private static final long SPIN_NANOS = 5_000;

    /// At a barrier and at the end of a run the others are expected soon.
    private static final long BARRIER_SPIN_NANOS = 20_000;

    private static final VarHandle ARRIVED;
    private static final VarHandle RUNNING;
    private static final VarHandle BUSY;
    private static final VarHandle FAILURE;

    static {
        try {
            var lookup = MethodHandles.lookup();
            ARRIVED = lookup.findVarHandle(Team.class, "arrived", int.class);
            RUNNING = lookup.findVarHandle(Team.class, "running", int.class);
            BUSY = lookup.findVarHandle(Team.class, "busy", boolean.class);
            FAILURE = lookup.findVarHandle(Team.class, "failure", Throwable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Team SINGLE = new Team(1);

    private final int size;
    private final boolean spins;
    private final Seat[] seats;
    private boolean started;

    private Task task;
    private volatile boolean busy;
    private volatile boolean closed;
    private volatile int runs;              // the number of the present run: a change wakes the members
    private volatile int running;           // members other than 0 that have not finished the present run
    private volatile int arrived;           // at the present barrier
    private volatile int barriers;          // barriers passed: a change releases the waiting members
    private volatile Throwable failure;     // the first one of this run; breaks all barriers of the run

    private Team(int size) {
        this.size = size;
        this.spins = size <= Runtime.getRuntime().availableProcessors();
        this.seats = new Seat[size];
        for (int i = 0; i < size; i++) {
            seats[i] = new Seat();
        }
    }

    /// A team of `size` members; needs to be closed if `size` is above 1.
    ///
    /// @throws IllegalArgumentException if `size` is below 1
    public static Team of(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a team has at least one member, not " + size);
        }
        return size == 1 ? SINGLE : new Team(size);
    }

    /// The team of the caller alone: shared by everyone, without threads, its barrier does nothing.
    public static Team single() {
        return SINGLE;
    }

    /// The number of members.
    public int size() {
        return size;
    }

    /// Runs compiled JVM code on all members; see [#run(Task)].
    public void run(Code code, long[] dims, MemorySegment[] buffers) {
        if (size == 1) {
            code.run(dims, buffers, this, 0);
        } else {
            run((team, member) -> code.run(dims, buffers, team, member));
        }
    }

    /// Runs `task` on all members and returns when all have finished. What the first failing member throws is thrown
    /// here; members that wait for it at a barrier are released and give up.
    ///
    /// @throws IllegalStateException if the team is running already, or closed
    public void run(Task task) {
        if (size == 1) {
            task.run(this, 0);
            return;
        }
        if (!BUSY.compareAndSet(this, false, true)) {
            throw new IllegalStateException("this team is running already: a team serves one thread at a time");
        }
        try {
            if (closed) {
                throw new IllegalStateException("this team is closed");
            }
            start();
            this.task = task;
            failure = null;
            arrived = 0;
            running = size - 1;
            runs++;
            wake(1);
            execute(0);
            await(0, Wait.FOR_OTHERS, 0, BARRIER_SPIN_NANOS);
            this.task = null;
            throwFailure();
        } finally {
            busy = false;
        }
    }

    /// Waits until all members have called this. What one member wrote before, all members see after.
    ///
    /// @param member the calling member
    public void barrier(int member) {
        if (size == 1) {
            return;
        }
        int passed = barriers;
        if ((int) ARRIVED.getAndAdd(this, 1) + 1 == size) {
            arrived = 0;
            barriers = passed + 1;
            wake(0);
        } else {
            await(member, Wait.AT_BARRIER, passed, BARRIER_SPIN_NANOS);
            if (barriers == passed) {
                throw Broken.INSTANCE;
            }
        }
    }

    /// Ends the team's threads; waits for none of them. Closing twice, or closing the single team, does nothing.
    @Override
    public void close() {
        if (size > 1) {
            closed = true;
            wake(1);
        }
    }

    boolean isClosed() {
        return closed;
    }

    private void start() {
        if (started) {
            return;
        }
        int ready = runs;
        for (int i = 1; i < size; i++) {
            int member = i;
            var thread = new Thread(null, () -> work(member, ready), "sinter-member-" + member, 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            try {
                thread.start();
            } catch (OutOfMemoryError e) {
                // The members that did start must not wait for ever for one that cannot come.
                close();
                throw e;
            }
        }
        started = true;
    }

    private void work(int member, int ready) {
        int done = ready;
        while (true) {
            await(member, Wait.FOR_WORK, done, SPIN_NANOS);
            if (runs == done) {
                return;
            }
            done++;
            execute(member);
            if ((int) RUNNING.getAndAdd(this, -1) == 1) {
                seats[0].wake();
            }
        }
    }

    private void execute(int member) {
        try {
            task.run(this, member);
        } catch (Throwable e) {
            // Broken is the echo of another member's failure, which is recorded already.
            if (e != Broken.INSTANCE && FAILURE.compareAndSet(this, null, e)) {
                wake(0);
            }
        }
    }

    private void throwFailure() {
        switch (failure) {
            case null -> { }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private void wake(int first) {
        for (int i = first; i < size; i++) {
            seats[i].wake();
        }
    }

    private enum Wait { FOR_WORK, FOR_OTHERS, AT_BARRIER }

    private boolean over(Wait wait, int seen) {
        return switch (wait) {
            case FOR_WORK -> runs != seen || closed;
            case FOR_OTHERS -> running == 0;
            case AT_BARRIER -> barriers != seen || failure != null;
        };
    }

    /// Spins, then parks. On a machine with fewer processors than members spinning would keep those from running that are
    /// waited for, so there the member parks at once.
    private void await(int member, Wait wait, int seen, long spinNanos) {
        if (spins) {
            long start = System.nanoTime();
            do {
                for (int i = 0; i < 16; i++) {
                    if (over(wait, seen)) {
                        return;
                    }
                    Thread.onSpinWait();
                }
            } while (System.nanoTime() - start < spinNanos);
        }
        var seat = seats[member];
        boolean interrupted = false;
        // The seat is taken before the condition is read, and whoever changes the condition looks at the seat after:
        // one of both sees the other.
        seat.waiting = Thread.currentThread();
        while (!over(wait, seen)) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        seat.waiting = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Where a member's thread can be found while it is parked.
    private static final class Seat {
        private volatile Thread waiting;

        private void wake() {
            var thread = waiting;
            if (thread != null) {
                LockSupport.unpark(thread);
            }
        }
    }

    /// Thrown in members that wait at a barrier for a member that failed. Never leaves the team.
    private static final class Broken extends RuntimeException {
        private static final Broken INSTANCE = new Broken();

        private Broken() {
            super("another member of the team failed", null, false, false);
        }
    }
}
