package dev.sinter.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;

/// The tables that a session's code gets, and what is needed to keep them right: which tensors stand in them, for which
/// plan, in which memory. Used by one thread at a time, under the model's lock.
final class Bindings implements Team.Task {

    /// A thread that never runs: memory that it may access, every thread may.
    private static final Thread ANYONE = new Thread();

    private static final int BARRIER_BYTES = 64;

    private final Model model;
    private final Manifest.FunctionEntry entry;
    private final Executable executable;
    private final int threads;

    private final MemorySegment[] buffers;
    private final int[] inputSlots;             // the buffer of each input, or -1 where the code does not use it
    private final int[] outputSlots;
    private final Tensor[] inputs;              // the tensors in the tables, null before the first binding
    private final Tensor[] outputs;
    private final MemorySegment[] stagedInputs; // native memory in place of an input's, or null
    private final MemorySegment[] stagedOutputs;
    private final MemorySegment[] foreign;      // memory that its owner could free between or during calls
    private int foreigners;
    private final MemorySegment[] guarded;      // the part of it that native code uses in place, one segment per owner
    private int guards;
    private boolean bound;

    private Plan plan;
    private Arena arena;
    private long arenaBytes;
    private MemorySegment temps;
    private final MemorySegment frame;          // for native code: dims, then addresses
    private final MemorySegment barrier;
    private final Arena frameArena;

    Bindings(Model model, Function function, Executable executable, int threads) {
        this.model = model;
        this.entry = function.entry();
        this.executable = executable;
        this.threads = threads;
        List<Manifest.Buffer> rows = executable.variant().buffers();
        this.buffers = new MemorySegment[rows.size()];
        this.inputSlots = slots(Manifest.Role.INPUT, entry.inputs());
        this.outputSlots = slots(Manifest.Role.OUTPUT, entry.outputs());
        this.inputs = new Tensor[inputSlots.length];
        this.outputs = new Tensor[outputSlots.length];
        this.stagedInputs = new MemorySegment[inputSlots.length];
        this.stagedOutputs = new MemorySegment[outputSlots.length];
        this.foreign = new MemorySegment[inputSlots.length + outputSlots.length];
        this.guarded = new MemorySegment[NativeCall.GUARDS];
        if (executable.symbol() != null) {
            frameArena = Arena.ofShared();
            barrier = frameArena.allocate(BARRIER_BYTES, Tensor.ALIGNMENT);
            frame = frameArena.allocate(8L * (entry.dims().size() + rows.size()), Tensor.ALIGNMENT);
        } else {
            frameArena = null;
            barrier = null;
            frame = null;
        }
        for (int b = 0; b < buffers.length; b++) {
            var row = rows.get(b);
            switch (row.role()) {
                case STATE -> put(b, model.memory(row.name()));
                case CONSTANT -> put(b, model.constant(row.name()));
                case PREPARED -> put(b, executable.preparation().memory(row.name()));
                case INPUT, OUTPUT, TEMP -> { }
            }
        }
    }

    private int[] slots(Manifest.Role role, List<Manifest.Value> values) {
        int[] slots = new int[values.size()];
        Arrays.fill(slots, -1);
        List<Manifest.Buffer> rows = executable.variant().buffers();
        for (int b = 0; b < rows.size(); b++) {
            if (rows.get(b).role() == role) {
                slots[Plan.indexOf(values, rows.get(b).name())] = b;
            }
        }
        return slots;
    }

    /// What is run.
    Executable executable() {
        return executable;
    }

    /// The tensors of the last call's inputs.
    Tensor[] inputs() {
        return inputs;
    }

    /// The same tensors bound to other code; these bindings are closed.
    Bindings on(Function function, Executable other) {
        var next = new Bindings(model, function, other, threads);
        if (bound) {
            next.bind(inputs, outputs);
        }
        close();
        return next;
    }

    long arenaBytes() {
        return plan == null ? 0 : plan.arenaBytes();
    }

    Tensor[] allocateOutputs(Tensor[] given) {
        checkInputs(given);
        replan(given);
        var results = new Tensor[outputs.length];
        for (int i = 0; i < results.length; i++) {
            results[i] = Tensor.allocate(entry.outputs().get(i).type(), plan.outputShapes()[i]);
        }
        return results;
    }

    /// Puts the tensors into the tables; what stands there already is not looked at again.
    void bind(Tensor[] in, Tensor[] out) {
        if (bound && same(in, inputs) && same(out, outputs)) {
            return;
        }
        bound = false;
        checkInputs(in);
        checkCount("output", out.length, entry.outputs());
        replan(in);
        for (int i = 0; i < out.length; i++) {
            checkOutput(i, out[i]);
        }
        for (int i = 0; i < in.length; i++) {
            checkAlive("input", entry.inputs().get(i), in[i]);
        }
        checkOverlaps(in, out);
        guards = 0;
        foreigners = 0;
        for (int i = 0; i < in.length; i++) {
            stagedInputs[i] = place(in[i], inputSlots[i], stagedInputs[i], inputs[i]);
            inputs[i] = in[i];
        }
        for (int i = 0; i < out.length; i++) {
            stagedOutputs[i] = place(out[i], outputSlots[i], stagedOutputs[i], outputs[i]);
            outputs[i] = out[i];
        }
        bound = true;
    }

    private static boolean same(Tensor[] given, Tensor[] present) {
        if (given.length != present.length) {
            return false;
        }
        for (int i = 0; i < given.length; i++) {
            if (given[i] != present[i]) {
                return false;
            }
        }
        return true;
    }

    private void checkCount(String what, int found, List<Manifest.Value> wanted) {
        if (found != wanted.size()) {
            throw new CallException(entry.name(), "it has " + wanted.size() + " " + what + "s (" + Function.names(wanted) + "), found " + found);
        }
    }

    private void checkInputs(Tensor[] in) {
        checkCount("input", in.length, entry.inputs());
        for (int i = 0; i < in.length; i++) {
            var wanted = entry.inputs().get(i);
            if (in[i] == null || in[i].type() != wanted.type()) {
                throw new CallException(entry.name(), "input '" + wanted.name() + "' must be " + Function.describe(wanted)
                        + ", found " + (in[i] == null ? "null" : in[i].description()));
            }
        }
    }

    private void checkOutput(int i, Tensor tensor) {
        var wanted = entry.outputs().get(i);
        long[] shape = plan.outputShapes()[i];
        if (tensor == null || tensor.type() != wanted.type() || !tensor.hasShape(shape)) {
            throw new CallException(entry.name(), "output '" + wanted.name() + "' must be " + Function.describe(wanted) + ", here "
                    + Tensor.describe(wanted.type(), shape) + "; found " + (tensor == null ? "null" : tensor.description()));
        }
        if (tensor.segment().isReadOnly()) {
            throw new CallException(entry.name(), "output '" + wanted.name() + "' is read-only memory");
        }
        checkAlive("output", wanted, tensor);
    }

    private void checkAlive(String what, Manifest.Value value, Tensor tensor) {
        if (!tensor.segment().scope().isAlive()) {
            throw new CallException(entry.name(), "the memory of " + what + " '" + value.name() + "' is closed");
        }
        if (!tensor.segment().isAccessibleBy(Thread.currentThread())) {
            throw new CallException(entry.name(), "the memory of " + what + " '" + value.name() + "' belongs to another thread");
        }
    }

    private void checkOverlaps(Tensor[] in, Tensor[] out) {
        for (int i = 0; i < out.length; i++) {
            var segment = out[i].segment();
            for (int j = 0; j < in.length; j++) {
                if (overlap(segment, in[j].segment())) {
                    throw overlaps(i, "input '" + entry.inputs().get(j).name() + "'");
                }
            }
            for (int j = 0; j < i; j++) {
                if (overlap(segment, out[j].segment())) {
                    throw overlaps(i, "output '" + entry.outputs().get(j).name() + "'");
                }
            }
            if (overlap(segment, model.stateMemory())) {
                throw overlaps(i, "the model's state");
            }
        }
        if (!entry.writes().isEmpty()) {
            for (int j = 0; j < in.length; j++) {
                if (overlap(in[j].segment(), model.stateMemory())) {
                    throw new CallException(entry.name(), "input '" + entry.inputs().get(j).name()
                            + "' lies in the model's state, which the function writes: pass a copy");
                }
            }
        }
    }

    private CallException overlaps(int output, String other) {
        return new CallException(entry.name(), "output '" + entry.outputs().get(output).name() + "' overlaps " + other + " in memory");
    }

    private static boolean overlap(MemorySegment a, MemorySegment b) {
        if (a.isNative() && b.isNative()) {
            return a.address() < b.address() + b.byteSize() && b.address() < a.address() + a.byteSize()
                    && a.byteSize() > 0 && b.byteSize() > 0;
        }
        return a.isNative() == b.isNative() && a.asOverlappingSlice(b).isPresent();
    }

    /// Makes a plan if the present one is for other shapes, and lays out the arena.
    private void replan(Tensor[] in) {
        if (plan != null && fits(in)) {
            return;
        }
        bound = false;
        var next = Plan.of(entry, executable.variant(), in, threads);
        reserve(next.arenaBytes());
        var rows = executable.variant().buffers();
        for (int b = 0; b < buffers.length; b++) {
            if (rows.get(b).role() == Manifest.Role.TEMP) {
                put(b, temps.asSlice(next.tempOffsets()[b], next.tempBytes()[b] + Tensor.SLACK));
            }
        }
        if (frame != null) {
            for (int d = 0; d < next.dims().length; d++) {
                frame.setAtIndex(ValueLayout.JAVA_LONG, d, next.dims()[d]);
            }
        }
        plan = next;
    }

    private boolean fits(Tensor[] in) {
        for (int i = 0; i < in.length; i++) {
            if (!in[i].hasShape(plan.inputShapes()[i])) {
                return false;
            }
        }
        return true;
    }

    private void reserve(long bytes) {
        if (temps != null && bytes <= arenaBytes) {
            return;
        }
        plan = null;
        if (arena != null) {
            arena.close();
            arena = null;
        }
        temps = null;
        var next = Arena.ofShared();
        try {
            temps = next.allocate(Math.addExact(bytes, Tensor.SLACK), Tensor.ALIGNMENT);
        } catch (OutOfMemoryError | IllegalArgumentException | ArithmeticException e) {
            next.close();
            throw new CallException(entry.name(), "a call with these shapes needs " + bytes + " bytes for temporary values, which this process cannot have", e);
        }
        arena = next;
        arenaBytes = bytes;
    }

    private void put(int slot, MemorySegment segment) {
        buffers[slot] = segment;
        if (frame != null) {
            frame.setAtIndex(ValueLayout.JAVA_LONG, entry.dims().size() + slot, segment.address());
        }
    }

    /// Puts a tensor's memory into the tables, or native memory of our own where the code cannot use the tensor's.
    ///
    /// @return the memory of our own, or null
    private MemorySegment place(Tensor tensor, int slot, MemorySegment staged, Tensor before) {
        if (slot < 0) {                               // the code does not look at it
            return null;
        }
        var segment = tensor.segment();
        if (tensor.isCollected()) {
            put(slot, tensor.roomySegment());
            return null;
        }
        foreign[foreigners++] = segment;
        if (segment.isNative() && segment.isAccessibleBy(ANYONE) && (executable.symbol() == null || plan.members() == 1 && guard(segment))) {
            put(slot, tensor.roomySegment());
            return null;
        }
        long bytes = segment.byteSize() + Tensor.SLACK;
        var own = staged != null && staged.byteSize() == bytes ? staged : Arena.ofAuto().allocate(bytes, Tensor.ALIGNMENT);
        put(slot, own);
        return own;
    }

    /// JVM code meets memory that is freed during the call with an exception. For native code the memory is kept alive,
    /// which can be done for a few owners, and by one thread: with several, one of them could still be at work when the
    /// one that keeps it alive is done.
    private boolean guard(MemorySegment segment) {
        for (int i = 0; i < guards; i++) {
            if (guarded[i].scope().equals(segment.scope())) {
                return true;
            }
        }
        if (guards == guarded.length) {
            return false;
        }
        guarded[guards++] = segment;
        return true;
    }

    /// Runs the code on what is bound.
    void run() {
        if (!bound) {
            throw new CallException(entry.name(), "no tensors are bound");
        }
        for (int i = 0; i < foreigners; i++) {
            if (!foreign[i].scope().isAlive() || !foreign[i].isAccessibleBy(Thread.currentThread())) {
                throw new CallException(entry.name(), "the memory of an input or output was closed since it was bound, or belongs to another thread");
            }
        }
        for (int i = 0; i < inputs.length; i++) {
            if (stagedInputs[i] != null) {
                MemorySegment.copy(inputs[i].segment(), 0, stagedInputs[i], 0, inputs[i].segment().byteSize());
            }
        }
        if (executable.preparation() != null) {
            executable.preparation().update();
        }
        if (plan.members() == 1) {
            run(Team.single(), 0);
        } else {
            runTogether();
        }
        for (int i = 0; i < outputs.length; i++) {
            if (stagedOutputs[i] != null) {
                MemorySegment.copy(stagedOutputs[i], 0, outputs[i].segment(), 0, outputs[i].segment().byteSize());
            }
        }
        // Native code knows addresses only: the tensors must not be collected before it is done.
        Reference.reachabilityFence(this);
    }

    private void runTogether() {
        if (barrier != null) {
            barrier.fill((byte) 0);
        }
        var team = model.borrowTeam(plan.members());
        try {
            team.run(this);
        } finally {
            model.giveBack(team);
        }
    }

    /// One member's share.
    @Override
    public void run(Team team, int member) {
        if (executable.code() != null) {
            executable.code().run(plan.dims(), buffers, team, member);
        } else if (guards > 0) {
            NativeCall.guarded(executable.symbol(), frame.address(), member, team.size(), barrier.address(),
                    guarded[0], guards > 1 ? guarded[1] : MemorySegment.NULL);
        } else {
            NativeCall.ordinary(executable.symbol(), frame.address(), member, team.size(), barrier.address());
        }
    }

    void forget() {
        bound = false;
        Arrays.fill(inputs, null);
        Arrays.fill(outputs, null);
        guards = 0;
        Arrays.fill(guarded, null);
        foreigners = 0;
        Arrays.fill(foreign, null);
        for (int slot : inputSlots) {
            clear(slot);
        }
        for (int slot : outputSlots) {
            clear(slot);
        }
    }

    private void clear(int slot) {
        if (slot >= 0) {
            buffers[slot] = null;
        }
    }

    void close() {
        forget();
        plan = null;
        Arrays.fill(buffers, null);
        if (arena != null) {
            arena.close();
            arena = null;
            temps = null;
        }
        if (frameArena != null) {
            frameArena.close();
        }
    }
}
