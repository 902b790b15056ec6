package dev.sinter.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.StampedLock;

/// A loaded artifact: functions, and the state that they share.
///
/// A model may be used by several threads. Calls of functions that only read state run at once; a call that writes state,
/// and everything here that replaces state, waits until it is alone. [#close] waits for running calls, then frees the
/// state, the sessions and the code; tensors of [#state] cannot be used after it. Nothing goes on in the background then.
public final class Model implements AutoCloseable {

    /// How often a writer looks for calls to end before it lets the processor go, and for how many nanoseconds it does.
    private static final int SPINS = 1000;
    private static final long PAUSE = 20_000;

    private final Manifest manifest;
    private final int threads;
    private final Arena arena = Arena.ofShared();
    private final Map<String, byte[]> entries;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private final Map<String, Tensor> views = new LinkedHashMap<>();            // the same memory, read-only
    private final Map<String, Integer> stateNumbers = new HashMap<>();
    private final long[] changes;       // how often each state tensor was written; guarded by the lock
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, Function> functions = new LinkedHashMap<>();
    private final MemorySegment stateMemory;
    /// Who changes state, or looks at it from outside of a session, holds this.
    private final StampedLock lock = new StampedLock();
    /// Whether somebody has the lock for writing, or the model is closed. Sessions that only read state do not take the lock: two atomic operations would cost a
    /// small function more than its own work. They show that they are in a call (an atomic write), then look here; a writer raises this, then waits until no such
    /// session is in a call. Each does its write before its look, so one of both sees the other (Dekker).
    private volatile boolean alone;
    private volatile Session[] sessions = {};       // replaced, never changed; writes are guarded by `teams`
    private final List<Team> teams = new ArrayList<>();
    private boolean closed;             // guarded by the lock

    private Model(Artifact artifact, LoadOptions options) {
        this.manifest = artifact.manifest();
        this.threads = options.threads();
        this.entries = artifact.entries();
        try {
            stateMemory = layOutState();
            changes = new long[manifest.state().size()];
            var weights = artifact.tensors(Manifest.WEIGHTS, new StatePlace(state));
            var values = artifact.tensors(Manifest.CONSTANTS, new NewPlace(arena));
            constants.putAll(values);
            ManifestCheck.checkTensors(manifest, weights, constants);
            var loader = new CodeLoader(this, entries, options, arena);
            for (var entry : manifest.functions()) {
                var best = loader.load(entry);
                functions.put(entry.name(), new Function(this, entry, best, loader.quick(entry, best)));
            }
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /// Loads an artifact with the best code for this machine.
    ///
    /// @throws ArtifactException if it is damaged, foreign, newer than this runtime, or has no code for this machine
    public static Model load(Path file) {
        return load(file, LoadOptions.DEFAULT);
    }

    /// Loads an artifact.
    ///
    /// @throws ArtifactException if it is damaged, foreign, newer than this runtime, or has no code that the options accept
    public static Model load(Path file, LoadOptions options) {
        return load(file, file.toString(), options);
    }

    /// Loads an artifact from a stream, a resource of the application for instance; the stream is read to its end.
    ///
    /// @throws IOException       if the stream cannot be read
    /// @throws ArtifactException as [#load(Path)]
    public static Model load(InputStream in) throws IOException {
        return load(in, LoadOptions.DEFAULT);
    }

    /// As [#load(InputStream)], with options.
    public static Model load(InputStream in, LoadOptions options) throws IOException {
        Path file = Files.createTempFile("sinter-", ".jar");
        try {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return load(file, "the stream", options);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static Model load(Path file, String where, LoadOptions options) {
        try (var artifact = Artifact.open(file, where)) {
            return new Model(artifact, options);
        }
    }

    /// The model's name.
    public String name() {
        return manifest.model();
    }

    /// All that the artifact says about itself.
    public Manifest manifest() {
        return manifest;
    }

    /// How many threads a call may use, unless its session says otherwise.
    public int threads() {
        return threads;
    }

    /// The functions by name, in the order of the model.
    public Map<String, Function> functions() {
        return Collections.unmodifiableMap(functions);
    }

    /// The function of this name.
    ///
    /// @throws IllegalArgumentException if there is none
    public Function function(String name) {
        var function = functions.get(name);
        if (function == null) {
            throw new IllegalArgumentException("model " + name() + " has no function '" + name + "'; its functions are " + String.join(", ", functions.keySet()));
        }
        return function;
    }

    /// The state by name, as read-only views of the model's memory: what calls write shows in them at once. [#setState] writes.
    public Map<String, Tensor> state() {
        return Collections.unmodifiableMap(views);
    }

    /// The read-only view of one state tensor.
    ///
    /// @throws IllegalArgumentException if there is none of that name
    public Tensor state(String name) {
        return of(views, name);
    }

    private Tensor of(Map<String, Tensor> tensors, String name) {
        var tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("model " + name() + " has no state '" + name + "'; its state is " + String.join(", ", state.keySet()));
        }
        return tensor;
    }

    /// Replaces one state tensor, between calls.
    ///
    /// @throws IllegalArgumentException if there is none of that name, or type or shape differ
    public void setState(String name, Tensor value) {
        long stamp = enter(true);
        try {
            of(state, name).copyFrom(value);
            changes[stateNumbers.get(name)]++;
        } finally {
            leave(stamp);
        }
    }

    /// Writes the state to a safetensors file, between calls that change it.
    public void saveState(Path file) throws IOException {
        long stamp = enter(false);
        try {
            SafeTensors.write(file, state);
        } finally {
            leave(stamp);
        }
    }

    /// Replaces the state by that of a safetensors file. It must have exactly the names, types and shapes of the model; if
    /// anything is wrong, nothing is changed.
    ///
    /// @throws ArtifactException if the file cannot be read or does not fit
    public void loadState(Path file) {
        var values = SafeTensors.read(file);
        var missing = new TreeSet<>(state.keySet());
        missing.removeAll(values.keySet());
        var unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(state.keySet());
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw misfit(file, (missing.isEmpty() ? "" : "it lacks " + String.join(", ", missing))
                    + (missing.isEmpty() || unknown.isEmpty() ? "" : " and ")
                    + (unknown.isEmpty() ? "" : "the model has no " + String.join(", ", unknown)));
        }
        values.forEach((name, value) -> {
            var present = state.get(name);
            if (present.type() != value.type() || !present.hasShape(value.shape())) {
                throw misfit(file, "'" + name + "' is " + value.description() + ", the model's is " + present.description());
            }
        });
        long stamp = enter(true);
        try {
            values.forEach((name, value) -> {
                state.get(name).copyFrom(value);
                changes[stateNumbers.get(name)]++;
            });
        } finally {
            leave(stamp);
        }
    }

    private ArtifactException misfit(Path file, String problem) {
        return new ArtifactException(file.toString(), "the state does not fit the model " + name() + ": " + problem,
                "load a file that was saved from this model");
    }

    /// Writes the artifact again, with the present state as its weights.
    public void save(Path file) throws IOException {
        long stamp = enter(false);
        try {
            ArtifactWriter.write(file, manifest, state, constants, entries);
        } finally {
            leave(stamp);
        }
    }

    /// Waits for running calls, then frees everything. Closing twice does nothing.
    @Override
    public void close() {
        for (var function : functions.values()) {
            function.stopWarmUp();
        }
        long stamp = lock.writeLock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            drain();
            synchronized (teams) {
                for (var session : sessions) {
                    session.closeWithModel();
                }
                sessions = new Session[0];
                for (var team : teams) {
                    team.close();
                }
                teams.clear();
            }
            arena.close();
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /// Takes the lock for a call: shared, or alone if it writes state.
    long enter(boolean writes) {
        long stamp = writes ? lock.writeLock() : lock.readLock();
        if (closed) {
            lock.unlock(stamp);
            throw new IllegalStateException("the model " + name() + " is closed");
        }
        if (writes) {
            drain();
        }
        return stamp;
    }

    void leave(long stamp) {
        if (StampedLock.isWriteLockStamp(stamp)) {
            alone = false;
        }
        lock.unlock(stamp);
    }

    /// Whether a session that reads state has to take the lock.
    boolean isAlone() {
        return alone;
    }

    /// Waits until no session is in a call that it has begun without the lock. For the holder of the lock for writing.
    private void drain() {
        alone = true;
        for (var session : sessions) {
            for (int i = 0; session.isReading(); i++) {
                if (i < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(PAUSE);
                }
            }
        }
    }

    /// All state, for the test whether a caller's memory overlaps it.
    MemorySegment stateMemory() {
        return stateMemory;
    }

    MemorySegment memory(String stateName) {
        return state.get(stateName).roomySegment();
    }

    MemorySegment constant(String name) {
        return constants.get(name).roomySegment();
    }

    /// The numbers by which [#changed] and [#changes] know state tensors.
    int[] stateNumbers(List<String> names) {
        var numbers = new int[names.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = stateNumbers.get(names.get(i));
        }
        return numbers;
    }

    /// Notes that state was written, by a call that is alone.
    void changed(int[] numbers) {
        for (int number : numbers) {
            changes[number]++;
        }
    }

    /// How often these were written, all together: it grows if any of them is. For calls.
    long changes(int[] numbers) {
        long sum = 0;
        for (int number : numbers) {
            sum += changes[number];
        }
        return sum;
    }

    /// Memory that lives as long as the model, with slack behind it.
    ///
    /// @throws OutOfMemoryError if there is none
    MemorySegment allocate(long bytes) {
        return arena.allocate(Math.addExact(bytes, Tensor.SLACK), Tensor.ALIGNMENT);
    }

    void opened(Session session) {
        synchronized (teams) {
            var more = Arrays.copyOf(sessions, sessions.length + 1);
            more[more.length - 1] = session;
            sessions = more;
        }
    }

    /// Whether the session was there, so that the caller has to free its memory.
    boolean removed(Session session) {
        synchronized (teams) {
            var rest = new ArrayList<>(Arrays.asList(sessions));
            boolean found = rest.remove(session);
            sessions = rest.toArray(new Session[0]);
            return found;
        }
    }

    /// An idle team of this size, or a new one. Teams belong to the model, not to sessions, so that there are no more
    /// threads than calls at once can use.
    Team borrowTeam(int size) {
        synchronized (teams) {
            for (int i = teams.size() - 1; i >= 0; i--) {
                if (teams.get(i).size() == size) {
                    return teams.remove(i);
                }
            }
        }
        return Team.of(size);
    }

    void giveBack(Team team) {
        if (!team.isClosed()) {
            synchronized (teams) {
                teams.add(team);
            }
        }
    }

    /// Gives every state tensor its place in one block of memory.
    private MemorySegment layOutState() {
        long bytes = 0;
        var offsets = new HashMap<String, Long>();
        try {
            for (var row : manifest.state()) {
                offsets.put(row.name(), bytes);
                bytes = Math.addExact(bytes, aligned(Math.multiplyExact(ManifestCheck.elements(row.name(), row.shape()), row.type().bytes())));
            }
        } catch (ArithmeticException e) {
            throw ArtifactException.damaged(Manifest.ENTRY, "the state has no 63-bit size", e);
        }
        // The manifest alone must not make us ask for memory: what it promises has to be in the file of weights.
        var weights = manifest.files().get(Manifest.WEIGHTS);
        if (bytes > 0 && bytes - (long) Tensor.ALIGNMENT * manifest.state().size() > weights.bytes()) {
            throw ArtifactException.damaged(Manifest.ENTRY, "the state has " + bytes + " bytes, " + Manifest.WEIGHTS + " only " + weights.bytes());
        }
        var memory = arena.allocate(Math.addExact(bytes, Tensor.SLACK), Tensor.ALIGNMENT);
        for (var row : manifest.state()) {
            long[] shape = ManifestCheck.numbers(row.shape());
            long size = ManifestCheck.elements(row.name(), row.shape()) * row.type().bytes();
            var roomy = memory.asSlice(offsets.get(row.name()), size + Tensor.SLACK);
            stateNumbers.put(row.name(), stateNumbers.size());
            state.put(row.name(), Tensor.of(roomy, row.type(), shape));
            views.put(row.name(), Tensor.wrap(roomy.asSlice(0, size).asReadOnly(), row.type(), shape));
        }
        return memory;
    }

    private static long aligned(long bytes) {
        return Math.addExact(bytes, Tensor.ALIGNMENT - 1) / Tensor.ALIGNMENT * Tensor.ALIGNMENT;
    }

    /// Weights are read to where the state lies.
    private record StatePlace(Map<String, Tensor> state) implements SafeTensors.Place {
        @Override
        public Tensor of(String name, ElementType type, long[] shape) {
            var tensor = state.get(name);
            if (tensor == null || tensor.type() != type || !tensor.hasShape(shape)) {
                throw ArtifactException.damaged(Manifest.WEIGHTS, "'" + name + "' is " + Tensor.describe(type, shape) + ", the manifest has "
                        + (tensor == null ? "no such state" : tensor.description()));
            }
            return tensor;
        }
    }

    /// Constants get memory of the model's.
    private record NewPlace(Arena arena) implements SafeTensors.Place {
        @Override
        public Tensor of(String name, ElementType type, long[] shape) {
            return Tensor.allocate(arena, type, shape);
        }
    }
}
