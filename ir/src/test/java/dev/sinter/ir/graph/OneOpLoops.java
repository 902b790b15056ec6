package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopInterpreter;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.LoopVerifier;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.loop.math.ExpandMath;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Lowers one op in the plainest way, serial loops around what [Pointwise] or [Looped] gives, and runs it on the loop interpreter: so the ops' own loop code
/// is tested without any pass.
final class OneOpLoops {
    private final Value value;
    private final Map<String, Expr.Var> dims = new HashMap<>();
    private final List<Buffer> operands = new ArrayList<>();
    private final List<Buffer> scratch = new ArrayList<>();
    private final Buffer result;
    private Block current = new Block();

    private OneOpLoops(Value value) {
        this.value = value;
        for (Value operand : value.op().operands()) {
            operands.add(new Buffer("x" + operands.size(), operand.element(), operand.shape().elements(), Buffer.Role.INPUT));
        }
        result = new Buffer("y", value.element(), value.shape().elements(), Buffer.Role.OUTPUT);
    }

    /// Whether the op has loop code that needs no math library.
    static boolean covers(Op op) {
        return switch (op) {
            case Unary(UnaryFn fn, _) -> fn.loop == null || fn.loop.isPrimitive();
            case Binary(BinaryFn fn, _, _) -> fn.loop.isPrimitive();
            default -> op instanceof Pointwise || op instanceof Looped;
        };
    }

    /// The result of the op for these operands.
    ///
    /// @param dims the values of the names in its dims
    static NdArray run(Value value, List<NdArray> operands, Map<String, Long> dims) {
        var loops = new OneOpLoops(value);
        dims.keySet().stream().sorted().forEach(name -> loops.dims.put(name, Expr.Var.index(name)));
        if (value.op() instanceof Pointwise op) {
            loops.pointwise(op, new ArrayList<>());
        } else if (value.op() instanceof Looped op) {
            op.lower(loops.memory(), loops.current);
        }
        var names = dims.keySet().stream().sorted().map(loops.dims::get).toList();
        return loops.run(operands, dims, names);
    }

    private Expr dim(Dim dim) {
        return Expr.of(dim, dims::get);
    }

    private void pointwise(Pointwise op, List<Expr> index) {
        if (index.size() == value.rank()) {
            current.store(result, offset(value, index), op.at(new OnePoint(), index));
            return;
        }
        Block outside = current;
        outside.loop("i" + index.size(), dim(value.dim(index.size())), Stmt.Binding.SERIAL, (inside, i) -> {
            current = inside;
            var longer = new ArrayList<>(index);
            longer.add(i);
            pointwise(op, longer);
        });
        current = outside;
    }

    private Expr offset(Value of, List<Expr> index) {
        Expr offset = Expr.index(0);
        for (int k = 0; k < of.rank(); k++) {
            offset = Expr.plus(Expr.times(offset, dim(of.dim(k))), index.get(k));
        }
        return offset;
    }

    private final class OnePoint implements Pointwise.Point {
        @Override
        public Expr read(Value operand, List<Expr> index) {
            if (index.size() != operand.rank()) {
                throw new IllegalArgumentException(operand + " read at " + index.size() + " indices");
            }
            return current.let("read", Expr.load(operands.get(value.op().operands().indexOf(operand)), offset(operand, index)));
        }

        @Override
        public Expr guard(Expr condition, Supplier<Expr> inside, Expr otherwise) {
            var chosen = current.accumulator("chosen", otherwise);
            Block outside = current;
            outside.when(condition, then -> {
                current = then;
                Expr computed = inside.get();
                current.assign(chosen, computed);
                current = outside;
            });
            return chosen;
        }

        @Override
        public Expr dim(Dim dim) {
            return OneOpLoops.this.dim(dim);
        }

        @Override
        public Expr let(String hint, Expr value) {
            return current.let(hint, value);
        }
    }

    private Looped.Memory memory() {
        return new Looped.Memory() {
            @Override
            public Buffer operand(int i) {
                return operands.get(i);
            }

            @Override
            public Buffer result(int i) {
                return result;
            }

            @Override
            public Buffer scratch(String hint, ElementType type, Dim elements) {
                scratch.add(new Buffer(hint + scratch.size(), type, elements, Buffer.Role.TEMP));
                return scratch.getLast();
            }

            @Override
            public Expr dim(Dim dim) {
                return OneOpLoops.this.dim(dim);
            }
        };
    }

    private NdArray run(List<NdArray> arguments, Map<String, Long> values, List<Expr.Var> names) {
        var memory = new HashMap<Buffer, ByteBuffer>();
        for (int k = 0; k < operands.size(); k++) {
            memory.put(operands.get(k), bytes(arguments.get(k)));
        }
        NdArray array = NdArray.zeros(value.element(), Evaluated.extents(value.shape(), d -> d.evaluate(values)));
        ByteBuffer results = bytes(array);
        memory.put(result, results);
        var offsets = new HashMap<Buffer, Dim>();
        Dim arena = Dim.ZERO;
        for (Buffer s : scratch) {
            offsets.put(s, arena);
            arena = arena.plus(s.elements().times(s.type().bytes()).plus(63).floorDiv(64).times(64));
        }
        var buffers = new ArrayList<>(operands);
        buffers.addAll(scratch);
        buffers.add(result);
        var kernel = new Kernel("k", List.of(), current.statements(), value.op().name());
        var program = new LoopProgram("one_op", names, buffers, offsets, arena, List.of(new Stmt.Launch(kernel, List.of())));
        LoopVerifier.verify(program);
        LoopInterpreter.run(ExpandMath.run(program), values, memory);
        return array(array, results);
    }

    private static ByteBuffer bytes(NdArray array) {
        var bytes = ByteBuffer.allocate(array.size() * array.element().bytes()).order(ByteOrder.nativeOrder());
        for (int i = 0; i < array.size(); i++) {
            switch (array.element()) {
                case F32 -> bytes.putFloat((float) array.get(i));
                case F64 -> bytes.putDouble(array.get(i));
                case I32 -> bytes.putInt((int) array.getLong(i));
                case I64 -> bytes.putLong(array.getLong(i));
                case BOOL -> bytes.put((byte) array.getLong(i));
            }
        }
        return bytes.flip();
    }

    private static NdArray array(NdArray like, ByteBuffer bytes) {
        NdArray result = NdArray.zeros(like.element(), like.extents());
        for (int i = 0; i < result.size(); i++) {
            switch (like.element()) {
                case F32 -> result.set(i, bytes.getFloat());
                case F64 -> result.set(i, bytes.getDouble());
                case I32 -> result.setLong(i, bytes.getInt());
                case I64 -> result.setLong(i, bytes.getLong());
                case BOOL -> result.setLong(i, bytes.get());
            }
        }
        return result;
    }
}
