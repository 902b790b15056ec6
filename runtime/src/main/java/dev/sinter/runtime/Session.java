package dev.sinter.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Repeated calls of one function into memory of the caller's.
///
/// A session keeps the plan of the last call, and its own memory for temporary values. A call with the tensors of the call
/// before, or with others of the same shapes, allocates nothing. A session serves one thread at a time; several sessions
/// of a function may run at once. Close it to free its memory before the model is closed.
public final class Session implements AutoCloseable {

    private static final VarHandle USER;

    static {
        try {
            USER = MethodHandles.lookup().findVarHandle(Session.class, "user", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long NO_LOCK = 0;

    private final Model model;
    private final Function function;
    private final int[] writes;
    private final int threads;
    private Bindings bindings;          // used by the user only
    private volatile Thread user;       // the thread that is in a call
    private boolean closed;             // written and read by the user only

    Session(Model model, Function function, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a call needs at least one thread, not " + threads);
        }
        this.model = model;
        this.function = function;
        this.writes = model.stateNumbers(function.writes());
        this.threads = threads;
        long stamp = model.enter(false);
        try {
            this.bindings = new Bindings(model, function, function.executable(), threads);
            model.opened(this);
        } finally {
            model.leave(stamp);
        }
    }

    /// The function that is called.
    public Function function() {
        return function;
    }

    /// How many threads a call may use; a small call uses one.
    public int threads() {
        return threads;
    }

    /// The bytes of memory for temporary values that the last plan needs.
    public long arenaBytes() {
        return bindings.arenaBytes();
    }

    /// New tensors for the results of a call with these inputs.
    ///
    /// @throws CallException if the inputs do not fit the signature
    public Tensor[] allocateOutputs(Tensor... inputs) {
        long stamp = enter();
        try {
            return bindings.allocateOutputs(inputs);
        } finally {
            leave(stamp);
        }
    }

    /// Sets the tensors of the following [#call()]s.
    ///
    /// @throws CallException if they do not fit the signature or each other, or overlap
    public void bind(Tensor[] inputs, Tensor[] outputs) {
        long stamp = enter();
        try {
            bindings.bind(inputs, outputs);
        } finally {
            leave(stamp);
        }
    }

    /// Calls with the tensors that are bound.
    ///
    /// @throws CallException if none are bound, or their memory is gone
    public void call() {
        long stamp = enter();
        try {
            run();
        } finally {
            leave(stamp);
        }
    }

    /// Binds the tensors and calls: reads `inputs`, writes `outputs`.
    ///
    /// @throws CallException if they do not fit the signature or each other, or overlap
    public void call(Tensor[] inputs, Tensor[] outputs) {
        long stamp = enter();
        try {
            bindings.bind(inputs, outputs);
            run();
        } finally {
            leave(stamp);
        }
    }

    private void run() {
        Executable present = function.executable();
        if (bindings.executable() != present) {
            bindings = bindings.on(function, present);
        }
        try {
            bindings.run();
        } catch (IndexOutOfBoundsException e) {
            throw new CallException(function.name(), "its code does not fit the buffers that the manifest gives it (" + e.getMessage()
                    + "): the artifact was altered after it was compiled, and what it computed is not to be used", e);
        } finally {
            model.changed(writes);
        }
        function.called(bindings.inputs());
    }

    /// Frees the session's memory. Closing twice does nothing.
    ///
    /// @throws CallException if a call is running
    @Override
    public void close() {
        take();
        try {
            closed = true;
            // The model may be closing at this moment: one of both frees the memory.
            if (model.removed(this)) {
                bindings.close();
            }
        } finally {
            user = null;
        }
    }

    /// Lets go of the tensors of the last call, for a session that waits for another user.
    void forget() {
        bindings.forget();
    }

    /// Frees the memory of a session whose model is closed, and which nobody can be using.
    void closeWithModel() {
        bindings.close();
    }

    /// Whether it is in a call that may hold no lock (see [Model#isAlone]).
    boolean isReading() {
        return writes.length == 0 && user != null;
    }

    private void take() {
        if (!USER.compareAndSet(this, null, Thread.currentThread())) {
            Thread other = user;
            throw new CallException(function.name(), "the session is in a call of the thread '" + (other == null ? "?" : other.getName())
                    + "': give every thread its own session");
        }
    }

    /// Begins a call. @return the stamp of the model's lock, or [#NO_LOCK]
    private long enter() {
        take();
        long stamp = NO_LOCK;
        try {
            if (writes.length > 0) {
                stamp = model.enter(true);
            } else if (model.isAlone()) {
                user = null;            // whoever is alone waits for that
                stamp = model.enter(false);
                take();
            }
            if (closed) {
                throw new CallException(function.name(), "the session is closed");
            }
            return stamp;
        } catch (Throwable e) {
            if (stamp != NO_LOCK) {
                model.leave(stamp);
            }
            USER.compareAndSet(this, Thread.currentThread(), null);
            throw e;
        }
    }

    private void leave(long stamp) {
        if (stamp != NO_LOCK) {
            model.leave(stamp);
        }
        USER.setRelease(this, null);
    }
}
