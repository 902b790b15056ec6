package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// A builder of values. Equal ops of equal operands give the same value, so common subexpressions vanish while the graph is built; this is sound
/// because nothing in a graph has effects. The helpers broadcast like NumPy; what they build is explicit.
public final class Graph {
    private final Map<Op, Value> nodes = new HashMap<>();      // looked up, never iterated
    private Origin origin = Origin.NONE;

    /// The place in the source that values are made for from now on; returns the previous one.
    public Origin at(Origin place) {
        Origin before = origin;
        origin = place;
        return before;
    }

    /// The node of an op, with its type inferred. @throws TypeRuleException if its type rule is broken
    public Value add(Op op) {
        Value known = nodes.get(op);
        if (known == null) {
            known = new Value(op, op.infer(), origin);
            nodes.put(op, known);
        }
        return known;
    }

    /// Whether a value was made by this builder.
    public boolean owns(Value value) {
        return nodes.get(value.op()) == value;
    }

    /// The node of an op, if it has been made.
    public Optional<Value> known(Op op) {
        return Optional.ofNullable(nodes.get(op));
    }

    /// A new parameter.
    public Value parameter(String label, Type.Tensor type) {
        return add(new Parameter(label, type));
    }

    /// A tensor with one number in every element.
    public Value fill(Type.Tensor type, double value) {
        return add(new Fill(type, value));
    }

    /// A scalar.
    public Value scalar(ElementType element, double value) {
        return fill(new Type.Tensor(element, Shape.SCALAR), value);
    }

    /// Zeros of the type of `x`.
    public Value zeros(Value x) {
        return fill(x.tensor(), 0);
    }

    /// Ones of the type of `x`.
    public Value ones(Value x) {
        return fill(x.tensor(), 1);
    }

    /// A tensor known now.
    public Value constant(NdArray data) {
        return add(new Constant(data));
    }

    /// An elementwise function.
    public Value unary(UnaryFn fn, Value x) {
        return add(new Unary(fn, x));
    }

    /// An elementwise function; the operands are broadcast to a common shape.
    public Value binary(BinaryFn fn, Value a, Value b) {
        Shape common = broadcastShape(a.shape(), b.shape());
        return add(new Binary(fn, broadcast(a, common), broadcast(b, common)));
    }

    /// `a + b`, broadcast.
    public Value plus(Value a, Value b) {
        return binary(BinaryFn.ADD, a, b);
    }

    /// `a - b`, broadcast.
    public Value minus(Value a, Value b) {
        return binary(BinaryFn.SUB, a, b);
    }

    /// `a * b`, broadcast.
    public Value times(Value a, Value b) {
        return binary(BinaryFn.MUL, a, b);
    }

    /// `a * factor`.
    public Value times(Value a, double factor) {
        return times(a, scalar(a.element(), factor));
    }

    /// `a / b`, broadcast.
    public Value over(Value a, Value b) {
        return binary(BinaryFn.DIV, a, b);
    }

    /// `-a`.
    public Value negate(Value a) {
        return unary(UnaryFn.NEG, a);
    }

    /// `condition ? a : b`, broadcast.
    public Value select(Value condition, Value a, Value b) {
        Shape common = broadcastShape(condition.shape(), broadcastShape(a.shape(), b.shape()));
        return add(new Select(broadcast(condition, common), broadcast(a, common), broadcast(b, common)));
    }

    /// Conversion by value; nothing if it has the type already.
    public Value cast(ElementType to, Value x) {
        return x.element() == to ? x : add(new Cast(to, x));
    }

    /// The shape that both broadcast to, NumPy's rule: aligned at the end, a dim 1 gives way.
    ///
    /// @throws TypeRuleException if there is none
    public static Shape broadcastShape(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        var dims = new ArrayList<Dim>();
        for (int k = 0; k < rank; k++) {
            int i = k - (rank - a.rank());
            int j = k - (rank - b.rank());
            Dim x = i < 0 ? Dim.ONE : a.dim(i);
            Dim y = j < 0 ? Dim.ONE : b.dim(j);
            if (!x.equals(y) && !x.is(1) && !y.is(1)) {
                throw new TypeRuleException("broadcast", "the shapes " + a + " and " + b + " do not go together: " + x + " against " + y);
            }
            dims.add(x.is(1) ? y : x);
        }
        return new Shape(dims);
    }

    /// `x` repeated to the shape `to`, aligned at the end; nothing if it has it already.
    public Value broadcast(Value x, Shape to) {
        return broadcast(x, to, IntStream.range(to.rank() - x.rank(), to.rank()).boxed().toList());
    }

    /// `x` repeated to the shape `to`, axis `k` of `x` at `axes[k]`.
    public Value broadcast(Value x, Shape to, List<Integer> axes) {
        return x.shape().equals(to) ? x : add(new Broadcast(x, to, axes));
    }

    /// Another shape of the same elements; nothing if it has it already.
    public Value reshape(Value x, Shape to) {
        return x.shape().equals(to) ? x : add(new Reshape(x, to));
    }

    /// Axes in another order; nothing if they are in it already.
    public Value transpose(Value x, List<Integer> order) {
        return order.equals(IntStream.range(0, x.rank()).boxed().toList()) ? x : add(new Transpose(x, order));
    }

    /// A reduction along axes; nothing for no axes.
    public Value reduce(Reduction kind, Value x, List<Integer> axes) {
        return axes.isEmpty() ? x : add(new Reduce(kind, x, axes.stream().sorted().toList()));
    }

    /// The sum along axes.
    public Value sum(Value x, List<Integer> axes) {
        return reduce(Reduction.SUM, x, axes);
    }

    /// The adjoint of a broadcast: `x` summed down to `shape`, axis `k` of which is axis `axes[k]` of `x`.
    public Value sumTo(Value x, Shape shape, List<Integer> axes) {
        var summed = IntStream.range(0, x.rank()).filter(k -> !axes.contains(k)
                || shape.dim(axes.indexOf(k)).is(1) && !x.dim(k).is(1)).boxed().toList();
        return reshape(sum(x, summed), shape);
    }

    /// A matrix product of the last two axes, earlier axes being batch axes of equal shapes.
    public Value matmul(Value a, Value b) {
        var batch = IntStream.range(0, a.rank() - 2).boxed().toList();
        return add(new Dot(a, b, batch, batch, List.of(a.rank() - 1), List.of(b.rank() - 2)));
    }

    /// The number of elements along a dim, as a scalar of `element`.
    public Value extent(Dim dim, ElementType element) {
        return dim.isConstant() ? scalar(element, dim.value()) : cast(element, add(new Extent(dim)));
    }

    /// Part `i` of a tuple.
    public Value part(Value tuple, int i) {
        return add(new Part(tuple, i));
    }

    /// All parts of a tuple.
    public List<Value> parts(Value tuple) {
        int n = ((Type.Tuple) tuple.type()).parts().size();
        return IntStream.range(0, n).mapToObj(i -> part(tuple, i)).toList();
    }

    /// The results of `function` for `arguments`, its body copied into this graph.
    public List<Value> inline(Function function, List<Value> arguments) {
        var copies = new HashMap<Value, Value>();
        for (int k = 0; k < arguments.size(); k++) {
            copies.put(function.parameters().get(k), arguments.get(k));
        }
        Origin before = origin;
        for (Value v : function.values()) {
            if (!copies.containsKey(v)) {
                origin = v.origin();
                copies.put(v, add(v.op().withOperands(v.op().operands().stream().map(copies::get).toList())));
            }
        }
        origin = before;
        return function.results().stream().map(copies::get).toList();
    }
}
