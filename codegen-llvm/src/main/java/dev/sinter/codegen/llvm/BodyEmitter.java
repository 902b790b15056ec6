package dev.sinter.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.*;

import dev.sinter.codegen.llvm.Instructions.Ssa;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Statements and expressions of one function, translated one by one. The program was verified to be ready for a backend before.
final class BodyEmitter {
    /// What launches and barriers mean; they stand at program level only.
    interface ProgramLevel {
        void launch(Kernel kernel, List<Ssa> arguments);

        void barrier();
    }

    /// Within a kernel: no such statement stands there.
    static final ProgramLevel KERNEL = new ProgramLevel() {
        @Override
        public void launch(Kernel kernel, List<Ssa> arguments) {
            throw new IllegalStateException("kernel " + kernel.name() + " is launched in a kernel");
        }

        @Override
        public void barrier() {
            throw new IllegalStateException("a barrier stands in a kernel");
        }
    };

    private final Instructions in;
    private final Map<Buffer, Ssa> buffers;
    private final ProgramLevel level;
    private final Map<Expr.Var, Ssa> fixed = new HashMap<>();
    private final Map<Expr.Var, Ssa> places = new HashMap<>();

    BodyEmitter(Instructions in, Map<Buffer, Ssa> buffers, ProgramLevel level) {
        this.in = in;
        this.buffers = buffers;
        this.level = level;
    }

    /// Binds a name that is not bound by a statement: a dim, a parameter.
    void bind(Expr.Var name, Ssa value) {
        fixed.put(name, value);
    }

    void run(List<Stmt> statements) {
        statements.forEach(this::run);
    }

    private void run(Stmt statement) {
        switch (statement) {
            case Stmt.Let(Expr.Var name, Expr value) when name.isMutable() -> {
                places.put(name, in.local(name.name(), in.type(name.type(), name.lanes())));
                in.write(places.get(name), value(value));
            }
            case Stmt.Let(Expr.Var name, Expr value) -> {
                Ssa bound = value(value);
                fixed.put(name, value instanceof Expr.Var ? bound : in.named(bound, name.name()));
            }
            case Stmt.Assign(Expr.Var name, Expr value) -> in.write(places.get(name), value(value));
            case Stmt.Store(Buffer to, Expr index, Expr value, Expr mask) ->
                    Memory.store(in, to.type(), buffers.get(to), value(index), value.lanes(), value(value), mask == null ? null : value(mask));
            case Stmt.For(Expr.Var i, Expr from, Expr to, long step, _, List<Stmt> body) ->
                    in.loop(i.name(), value(from), value(to), step, index -> {
                        fixed.put(i, index);
                        run(body);
                    });
            case Stmt.If(Expr condition, List<Stmt> then, List<Stmt> otherwise) ->
                    in.when(value(condition), () -> run(then), () -> run(otherwise));
            case Stmt.While(List<Stmt> head, Expr condition, List<Stmt> body) -> in.repeat(() -> {
                run(head);
                return value(condition);
            }, () -> run(body));
            case Stmt.Launch(Kernel kernel, List<Expr> arguments) -> level.launch(kernel, arguments.stream().map(this::value).toList());
            case Stmt.Barrier() -> level.barrier();
        }
    }

    private Ssa value(Expr expression) {
        return switch (expression) {
            case Expr.Const(ElementType type, long bits, int lanes) -> in.constant(type, bits, lanes);
            case Expr.Var name when name.isMutable() -> in.read(in.type(name.type(), name.lanes()), places.get(name));
            case Expr.Var name -> fixed.get(name);
            case Expr.Apply(Fn fn, List<Expr> arguments) -> Operators.apply(in, fn, arguments.getLast().type(), expression.lanes(),
                    arguments.stream().map(this::value).toList());
            case Expr.Cast(ElementType type, Expr x) -> Operators.cast(in, value(x), x.type(), type, x.lanes());
            case Expr.Bitcast(ElementType type, Expr x) -> Operators.bitcast(in, value(x), x.type(), type, x.lanes());
            case Expr.Load(Buffer buffer, Expr index, int lanes, int stride, int times, Expr mask, long ahead) when ahead != 0 -> {
                Memory.fetch(in, buffer.type(), buffers.get(buffer), value(Expr.plus(index, Expr.index(ahead))));
                yield value(new Expr.Load(buffer, index, lanes, stride, times, mask));
            }
            case Expr.Load(Buffer buffer, Expr index, int lanes, int stride, int times, Expr mask, _) when times > 1 ->
                    Memory.repeated(in, buffer.type(), buffers.get(buffer), value(index), lanes, times, mask == null ? null : value(mask));
            case Expr.Load(Buffer buffer, Expr index, int lanes, int stride, _, Expr mask, _) ->
                    Memory.load(in, buffer.type(), buffers.get(buffer), value(index), lanes, stride, mask == null ? null : value(mask));
            case Expr.Splat(Expr x, int lanes) -> in.splat(value(x), lanes);
            case Expr.Ramp(Expr base, long stride, int lanes) -> in.binary(LLVMAdd, in.splat(value(base), lanes),
                    lanes == 1 ? in.constant(base.type(), 0, 1) : in.constants(base.type(), lanes, l -> l * stride));
            case Expr.FirstLanes(Expr count, int lanes) -> firstLanes(value(count), lanes);
            case Expr.Halve(Fn fn, Expr x) -> halve(fn, x.type(), x.lanes(), value(x));
        };
    }

    /// Lanes are counted in i32, whatever the count: that is the width in which vector units compare best.
    private Ssa firstLanes(Ssa count, int lanes) {
        var i64 = List.of(in.type(ElementType.I64, 1));
        Ssa clamped = in.intrinsic("llvm.smin", i64, in.intrinsic("llvm.smax", i64, count, in.index(0)), in.index(lanes));
        Ssa narrow = in.splat(in.cast(LLVMTrunc, clamped, in.type(ElementType.I32, 1)), lanes);
        Ssa numbers = lanes == 1 ? in.constant(ElementType.I32, 0, 1) : in.constants(ElementType.I32, lanes, l -> l);
        return in.compareIntegers(LLVMIntSLT, numbers, narrow);
    }

    /// Halves are combined in order: the lower lanes are the left operand.
    private Ssa halve(Fn fn, ElementType type, int lanes, Ssa x) {
        for (int half = lanes / 2; half >= 1; half /= 2) {
            int width = half;
            Ssa low = in.shuffle(x, x, IntStream.range(0, width).toArray());
            Ssa high = in.shuffle(x, x, IntStream.range(width, 2 * width).toArray());
            if (width == 1) {
                low = in.extract(low, 0);
                high = in.extract(high, 0);
            }
            x = Operators.apply(in, fn, type, width, List.of(low, high));
        }
        return x;
    }
}
