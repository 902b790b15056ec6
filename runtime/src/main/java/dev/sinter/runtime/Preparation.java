package dev.sinter.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/// What a function's code needs of state and constants alone, computed once and again when that state has changed. All sessions of the function share it.
///
/// Calls hold the model's lock: while one that only reads state runs, no state changes, so what the first of them has prepared serves the others.
final class Preparation {

    private final Model model;
    private final String function;
    private final Manifest.Preparation program;
    private final Code code;                // or null
    private final MemorySegment symbol;     // or null
    private final int[] reads;
    private final Map<String, MemorySegment> memory = new HashMap<>();      // guarded by this
    private volatile long prepared = -1;    // the changes of the state that was read

    /// @param code   the JVM code, or null
    /// @param symbol the address of the native code, or null
    Preparation(Model model, String function, Manifest.Preparation program, Code code, MemorySegment symbol) {
        this.model = model;
        this.function = function;
        this.program = program;
        this.code = code;
        this.symbol = symbol;
        var names = new ArrayList<String>();
        for (var buffer : program.buffers()) {
            if (buffer.role() == Manifest.Role.STATE) {
                names.add(buffer.name());
            }
        }
        this.reads = model.stateNumbers(names);
    }

    /// The JVM code, or null.
    Code code() {
        return code;
    }

    /// What the manifest says about it.
    Manifest.Preparation program() {
        return program;
    }

    /// The memory of a prepared buffer, which lives as long as the model.
    ///
    /// @throws CallException if there is not enough
    synchronized MemorySegment memory(String name) {
        if (memory.isEmpty()) {
            reserve();
        }
        return memory.get(name);
    }

    private void reserve() {
        var slots = new HashMap<String, MemorySegment>();
        for (var buffer : program.buffers()) {
            if (buffer.role() == Manifest.Role.PREPARED) {
                try {
                    slots.put(buffer.name(), model.allocate(Math.multiplyExact(buffer.elements().constant(), (long) buffer.type().bytes())));
                } catch (OutOfMemoryError | IllegalArgumentException | ArithmeticException e) {
                    throw new CallException(function, "its prepared weights need " + buffer.elements() + " elements of " + buffer.type()
                            + " more, which this process cannot have", e);
                }
            }
        }
        memory.putAll(slots);
    }

    /// Prepares if that has not been done for the present state. For callers that hold the model's lock.
    void update() {
        long now = model.changes(reads);
        if (prepared != now) {
            synchronized (this) {
                if (prepared != now) {
                    run();
                    prepared = now;
                }
            }
        }
    }

    private void run() {
        var rows = program.buffers();
        try (var arena = Arena.ofShared()) {
            var values = Map.of(Manifest.MEMBERS, 1L);
            var temps = arena.allocate(Math.max(program.arena().evaluate(values), 1), Tensor.ALIGNMENT);
            var buffers = new ArrayList<MemorySegment>();
            for (var row : rows) {
                buffers.add(switch (row.role()) {
                    case STATE -> model.memory(row.name());
                    case CONSTANT -> model.constant(row.name());
                    case PREPARED -> memory(row.name());
                    case TEMP -> temps.asSlice(row.offset().evaluate(values), row.elements().evaluate(values) * row.type().bytes());
                    case INPUT, OUTPUT -> throw new AssertionError("a manifest whose preparation has arguments is refused");
                });
            }
            if (code != null) {
                code.run(new long[0], buffers.toArray(new MemorySegment[0]), Team.single(), 0);
            } else {
                var frame = arena.allocate(ValueLayout.JAVA_LONG, Math.max(rows.size(), 1));
                for (int b = 0; b < rows.size(); b++) {
                    frame.setAtIndex(ValueLayout.JAVA_LONG, b, buffers.get(b).address());
                }
                var barrier = arena.allocate(Tensor.ALIGNMENT, Tensor.ALIGNMENT);
                NativeCall.ordinary(symbol, frame.address(), 0, 1, barrier.address());
            }
        } catch (OutOfMemoryError | IndexOutOfBoundsException | ArithmeticException e) {
            throw new CallException(function, "its weights cannot be prepared: " + e.getMessage(), e);
        }
    }
}
