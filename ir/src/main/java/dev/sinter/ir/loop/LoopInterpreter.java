package dev.sinter.ir.loop;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/// Runs loop programs by walking them: slow, and the definition of what the backends must do, to the bit.
///
/// It understands every statement and expression, and the primitive functions; the others are refused, as backends refuse them. Loops run
/// in order whatever their binding, so a program means the same before and after its bindings are carried out; a program with `PARALLEL`
/// loops left can be run by one member only. Every access is checked against the buffer's extent. Temporaries live in one arena at the
/// offsets of the memory plan, and the arena is filled with ones (NaNs) first, so that a wrong plan and a read of what was never
/// written show in the results.
public final class LoopInterpreter {
    private static final int ONES = 0xff;

    private final LoopProgram program;
    private final Map<Buffer, ByteBuffer> memory = new IdentityHashMap<>();
    private final Map<Expr.Var, long[]> globals = new IdentityHashMap<>();
    private final CyclicBarrier barrier;

    private LoopInterpreter(LoopProgram program, Map<String, Long> dims, Map<Buffer, ByteBuffer> given, int members) {
        this.program = program;
        this.barrier = new CyclicBarrier(members);
        var sizes = new HashMap<String, Long>();
        for (Expr.Var dim : program.dims()) {
            Long value = dims.get(dim.name());
            if (value == null) {
                throw new IllegalArgumentException("dim " + dim.name() + " is not bound");
            }
            sizes.put(dim.name(), value);
            globals.put(dim, new long[] {value});
        }
        sizes.put("members", (long) members);
        globals.put(LoopProgram.MEMBERS, new long[] {members});
        var arena = ByteBuffer.allocate(Math.toIntExact(program.arena().evaluate(sizes)));
        Arrays.fill(arena.array(), (byte) ONES);
        for (Buffer buffer : program.buffers()) {
            int bytes = Math.toIntExact(buffer.elements().evaluate(sizes) * buffer.type().bytes());
            ByteBuffer bound = buffer.role() == Buffer.Role.TEMP ? slice(arena, buffer, sizes, bytes) : given.get(buffer);
            if (bound == null) {
                throw new IllegalArgumentException("buffer " + buffer + " has no memory");
            }
            if (bound.remaining() < bytes) {
                throw new IllegalArgumentException("buffer " + buffer + " needs " + bytes + " bytes, its memory has " + bound.remaining());
            }
            memory.put(buffer, bound.slice(bound.position(), bytes).order(ByteOrder.nativeOrder()));
        }
    }

    private ByteBuffer slice(ByteBuffer arena, Buffer buffer, Map<String, Long> sizes, int bytes) {
        Dim offset = program.offsets().get(buffer);
        if (offset == null) {
            throw new IllegalArgumentException("temp " + buffer + " has no offset in the arena");
        }
        int start = Math.toIntExact(offset.evaluate(sizes));
        if (start < 0 || start + bytes > arena.capacity()) {
            throw new IllegalArgumentException("temp " + buffer + " at " + start + ".." + (start + bytes) + " leaves the arena of " + arena.capacity() + " bytes");
        }
        return arena.slice(start, bytes);
    }

    /// Runs a program as one member.
    ///
    /// @param dims   the values of the program's dims by name
    /// @param memory the memory of every buffer that is not a `TEMP`, from position to limit, densely packed in native byte order
    /// @throws IllegalArgumentException      if a dim or a buffer is unbound or too small
    /// @throws IndexOutOfBoundsException     if an access leaves its buffer
    /// @throws UnsupportedOperationException for a function that is not primitive, or not defined for the type
    public static void run(LoopProgram program, Map<String, Long> dims, Map<Buffer, ByteBuffer> memory) {
        run(program, dims, memory, 1);
    }

    /// Runs a program as a team of threads. With more than one member, the bindings must have been carried out.
    ///
    /// @see #run(LoopProgram, Map, Map)
    public static void run(LoopProgram program, Map<String, Long> dims, Map<Buffer, ByteBuffer> memory, int members) {
        var interpreter = new LoopInterpreter(program, dims, memory, members);
        if (members == 1) {
            interpreter.member(0);
            return;
        }
        var failures = new Throwable[members];
        var threads = new Thread[members];
        for (int m = 0; m < members; m++) {
            int member = m;
            threads[m] = new Thread(() -> {
                try {
                    interpreter.member(member);
                } catch (TeamStopped _) {
                    // another member failed and reports it
                } catch (Throwable failure) {
                    failures[member] = failure;
                    Arrays.stream(threads).forEach(Thread::interrupt);
                }
            });
        }
        Arrays.stream(threads).forEach(Thread::start);
        for (int m = 0; m < members; m++) {
            try {
                threads[m].join();
            } catch (InterruptedException stopped) {
                Arrays.stream(threads).forEach(Thread::interrupt);
                throw new IllegalStateException("interrupted", stopped);
            }
        }
        for (Throwable failure : failures) {
            switch (failure) {
                case null -> { }
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }

    /// The lanes of an expression: an oracle for single expressions. A lane is the bits of a float (of an f32, its 32 bits, sign-extended),
    /// the value of an integer, 0 or 1 of a bool.
    ///
    /// @param statements run first; they touch no buffers
    /// @param names      the lanes of the names that are free in both
    public static long[] evaluate(List<Stmt> statements, Expr expression, Map<Expr.Var, long[]> names) {
        var nothing = new LoopProgram("expression", List.of(), List.of(), Map.of(), Dim.ZERO, List.of());
        var interpreter = new LoopInterpreter(nothing, Map.of(), Map.of(), 1);
        var frame = interpreter.new Frame(names, true);
        frame.run(statements);
        return frame.value(expression);
    }

    private void member(int member) {
        var names = new IdentityHashMap<>(globals);
        names.put(LoopProgram.MEMBER, new long[] {member});
        new Frame(names, false).run(program.body());
    }

    /// Thrown to leave the program when another member has failed.
    private static final class TeamStopped extends RuntimeException {
        TeamStopped() {
            super(null, null, false, false);
        }
    }

    /// The names that one activation sees.
    private final class Frame {
        private final Map<Expr.Var, long[]> names;
        private final boolean inKernel;

        Frame(Map<Expr.Var, long[]> names, boolean inKernel) {
            this.names = new IdentityHashMap<>(names);
            this.inKernel = inKernel;
        }

        void run(List<Stmt> statements) {
            for (Stmt statement : statements) {
                run(statement);
            }
        }

        private void run(Stmt statement) {
            switch (statement) {
                case Stmt.Let(var name, var value) -> names.put(name, value(value));
                case Stmt.Assign(var name, var value) -> {
                    if (!name.isMutable() || !names.containsKey(name)) {
                        throw new IllegalStateException(name + " cannot be assigned");
                    }
                    names.put(name, value(value));
                }
                case Stmt.Store(var to, var index, var value, var mask) -> store(to, index, value, mask);
                case Stmt.For loop -> {
                    if (loop.binding() == Stmt.Binding.PARALLEL && barrier.getParties() > 1) {
                        throw new IllegalStateException("a PARALLEL loop is left in a program run by " + barrier.getParties() + " members");
                    }
                    long from = scalar(loop.from());
                    long to = scalar(loop.to());
                    for (long i = from; i < to; i += loop.step()) {
                        stopIfInterrupted();
                        names.put(loop.i(), new long[] {i});
                        run(loop.body());
                    }
                }
                case Stmt.If(var condition, var then, var otherwise) -> run(scalar(condition) != 0 ? then : otherwise);
                case Stmt.While(var head, var condition, var body) -> {
                    run(head);
                    while (scalar(condition) != 0) {
                        stopIfInterrupted();
                        run(body);
                        run(head);
                    }
                }
                case Stmt.Launch(var kernel, var arguments) -> launch(kernel, arguments);
                case Stmt.Barrier() -> await();
            }
        }

        private void launch(Kernel kernel, List<Expr> arguments) {
            if (inKernel) {
                throw new IllegalStateException("kernel " + kernel.name() + " is launched within a kernel");
            }
            var visible = new IdentityHashMap<>(globals);
            visible.put(LoopProgram.MEMBER, names.get(LoopProgram.MEMBER));
            for (int i = 0; i < arguments.size(); i++) {
                visible.put(kernel.parameters().get(i), value(arguments.get(i)));
            }
            new Frame(visible, true).run(kernel.body());
        }

        private void await() {
            if (inKernel) {
                throw new IllegalStateException("a barrier stands within a kernel");
            }
            try {
                barrier.await();
            } catch (InterruptedException | BrokenBarrierException _) {
                throw new TeamStopped();
            }
        }

        private void stopIfInterrupted() {
            if (barrier.getParties() > 1 && Thread.currentThread().isInterrupted()) {
                throw new TeamStopped();
            }
        }

        private long scalar(Expr expression) {
            long[] lanes = value(expression);
            if (lanes.length != 1) {
                throw new IllegalStateException("a scalar is expected where " + lanes.length + " lanes are given");
            }
            return lanes[0];
        }

        long[] value(Expr expression) {
            return switch (expression) {
                case Expr.Const c -> Lanes.constant(c);
                case Expr.Var name -> {
                    long[] lanes = names.get(name);
                    if (lanes == null) {
                        throw new IllegalStateException("the name " + name + " is used before it is defined");
                    }
                    yield lanes;
                }
                case Expr.Apply(var fn, var arguments) -> Lanes.apply(fn, arguments.getLast().type(), value(arguments.get(0)),
                        arguments.size() > 1 ? value(arguments.get(1)) : null, arguments.size() > 2 ? value(arguments.get(2)) : null);
                case Expr.Cast(var type, var x) -> Lanes.cast(x.type(), type, value(x));
                case Expr.Bitcast(var type, var x) -> {
                    if (type.bytes() != x.type().bytes()) {
                        throw new IllegalStateException("the bits of " + x.type() + " cannot be read as " + type);
                    }
                    yield value(x).clone();
                }
                case Expr.Load load -> load(load);
                case Expr.Splat(var x, var lanes) -> {
                    var result = new long[lanes];
                    Arrays.fill(result, scalar(x));
                    yield result;
                }
                case Expr.Ramp(var base, var stride, var lanes) -> {
                    var result = new long[lanes];
                    long first = scalar(base);
                    Arrays.setAll(result, l -> base.type() == ElementType.I32 ? (int) (first + l * stride) : first + l * stride);
                    yield result;
                }
                case Expr.FirstLanes(var count, var lanes) -> {
                    var result = new long[lanes];
                    long set = scalar(count);
                    Arrays.setAll(result, l -> l < set ? 1 : 0);
                    yield result;
                }
                case Expr.Halve(var fn, var x) -> {
                    long[] lanes = value(x);
                    while (lanes.length > 1) {
                        int half = lanes.length / 2;
                        lanes = Lanes.apply(fn, x.type(), Arrays.copyOf(lanes, half), Arrays.copyOfRange(lanes, half, 2 * half), null);
                    }
                    yield lanes;
                }
            };
        }

        private long[] load(Expr.Load load) {
            long index = scalar(load.index());
            long[] mask = load.mask() == null ? null : value(load.mask());
            ByteBuffer bytes = bytes(load.buffer());
            var result = new long[load.lanes()];
            for (int l = 0; l < result.length; l++) {
                if (mask == null || mask[l] != 0) {
                    int at = place(load.buffer(), bytes, index + (long) l / load.times() * load.stride());
                    result[l] = switch (load.type()) {
                        case F32, I32 -> bytes.getInt(at);
                        case F64, I64 -> bytes.getLong(at);
                        case BOOL -> bytes.get(at);
                    };
                }
            }
            return result;
        }

        private void store(Buffer to, Expr index, Expr value, Expr mask) {
            long first = scalar(index);
            long[] lanes = value(value);
            long[] set = mask == null ? null : value(mask);
            ByteBuffer bytes = bytes(to);
            for (int l = 0; l < lanes.length; l++) {
                if (set == null || set[l] != 0) {
                    int at = place(to, bytes, first + l);
                    switch (to.type()) {
                        case F32, I32 -> bytes.putInt(at, (int) lanes[l]);
                        case F64, I64 -> bytes.putLong(at, lanes[l]);
                        case BOOL -> bytes.put(at, (byte) lanes[l]);
                    }
                }
            }
        }

        private ByteBuffer bytes(Buffer buffer) {
            ByteBuffer bytes = memory.get(buffer);
            if (bytes == null) {
                throw new IllegalStateException("buffer " + buffer + " is not in the program's table");
            }
            return bytes;
        }

        private int place(Buffer buffer, ByteBuffer bytes, long element) {
            int size = buffer.type().bytes();
            long elements = bytes.capacity() / size;
            if (element < 0 || element >= elements) {
                throw new IndexOutOfBoundsException("element " + element + " of " + buffer + ", which has " + elements);
            }
            return (int) element * size;
        }
    }
}
