package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/// ### dot
/// The general contraction: paired batch axes are kept, paired contracted axes are summed over, the free axes of both operands remain:
/// `result[batch…, p…, q…] = sum over k… of a[batch…, p…, k…] * b[batch…, q…, k…]`, with the axes of each operand wherever they are.
/// The sum runs in the lexicographic order of `contractA`, each step one fused multiply-add, from zero.
///
/// - (C1) `a` and `b` have one numeric element type.
/// - (C2) the lists name distinct axes, pairwise of equal dims.
///
/// ```example
/// dot %a, %b {batch = []x[], contract = [1]x[0]}
/// %a = f32[2,2] [1, 2, 3, 4]
/// %b = f32[2,1] [5, 6]
/// result = f32[2,1] [17, 39]
/// ```
public record Dot(Value a, Value b, List<Integer> batchA, List<Integer> batchB, List<Integer> contractA, List<Integer> contractB) implements Op, Evaluated, Differentiable {
    /// Copies the lists.
    public Dot {
        batchA = List.copyOf(batchA);
        batchB = List.copyOf(batchB);
        contractA = List.copyOf(contractA);
        contractB = List.copyOf(contractB);
    }

    @Override
    public String name() {
        return "dot";
    }

    @Override
    public List<Value> operands() {
        return List.of(a, b);
    }

    @Override
    public Dot withOperands(List<Value> operands) {
        return new Dot(operands.get(0), operands.get(1), batchA, batchB, contractA, contractB);
    }

    /// The axes of `a` that are neither batch nor contracted, in order.
    public List<Integer> freeA() {
        return free(a, batchA, contractA);
    }

    /// The axes of `b` that are neither batch nor contracted, in order.
    public List<Integer> freeB() {
        return free(b, batchB, contractB);
    }

    private static List<Integer> free(Value x, List<Integer> batch, List<Integer> contract) {
        return IntStream.range(0, x.rank()).filter(k -> !batch.contains(k) && !contract.contains(k)).boxed().toList();
    }

    @Override
    public Type.Tensor infer() {
        require(a.element() == b.element() && a.element() != dev.sinter.ir.type.ElementType.BOOL, name(), "(C1) elements " + a.element() + " and " + b.element());
        pairs(batchA, batchB);
        pairs(contractA, contractB);
        require(batchA.stream().noneMatch(contractA::contains) && batchB.stream().noneMatch(contractB::contains), name(), "(C2) an axis is both batch and contracted");
        var dims = new ArrayList<Dim>();
        batchA.forEach(k -> dims.add(a.dim(k)));
        freeA().forEach(k -> dims.add(a.dim(k)));
        freeB().forEach(k -> dims.add(b.dim(k)));
        return a.tensor().withShape(new Shape(dims));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray left = operands.get(0);
        NdArray right = operands.get(1);
        var extents = new ArrayList<Long>();
        batchA.forEach(k -> extents.add(left.extent(k)));
        freeA().forEach(k -> extents.add(left.extent(k)));
        freeB().forEach(k -> extents.add(right.extent(k)));
        NdArray result = NdArray.zeros(left.element(), extents.stream().mapToLong(Long::longValue).toArray());
        int[] batchesA = left.offsets(batchA);
        int[] batchesB = right.offsets(batchB);
        int[] summedA = left.offsets(contractA);
        int[] summedB = right.offsets(contractB);
        int[] rows = left.offsets(freeA());
        int[] columns = right.offsets(freeB());
        int at = 0;
        for (int n = 0; n < batchesA.length; n++) {
            for (int row : rows) {
                for (int column : columns) {
                    int i = batchesA[n] + row;
                    int j = batchesB[n] + column;
                    if (left.element().isFloat()) {
                        double sum = 0;
                        for (int k = 0; k < summedA.length; k++) {
                            sum = Math.fma(left.get(i + summedA[k]), right.get(j + summedB[k]), sum);
                        }
                        result.set(at++, sum);
                    } else {
                        long sum = 0;
                        for (int k = 0; k < summedA.length; k++) {
                            sum += left.getLong(i + summedA[k]) * right.getLong(j + summedB[k]);
                        }
                        result.setLong(at++, sum);
                    }
                }
            }
        }
        return result;
    }

    private void pairs(List<Integer> inA, List<Integer> inB) {
        require(inA.size() == inB.size() && inA.stream().distinct().count() == inA.size() && inB.stream().distinct().count() == inB.size(), name(),
                "(C2) axes " + inA + " paired with " + inB);
        for (int k = 0; k < inA.size(); k++) {
            require(inA.get(k) >= 0 && inA.get(k) < a.rank() && inB.get(k) >= 0 && inB.get(k) < b.rank() && a.dim(inA.get(k)).equals(b.dim(inB.get(k))), name(),
                    "(C2) axis " + inA.get(k) + " of " + a.type() + " is not paired with axis " + inB.get(k) + " of " + b.type());
        }
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        Value ta = tangents.get(0) == null ? null : g.add(withOperands(List.of(tangents.get(0), b)));
        Value tb = tangents.get(1) == null ? null : g.add(withOperands(List.of(a, tangents.get(1))));
        return Differentiable.plus(ta, tb, g);
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        int batch = batchA.size();
        int p = freeA().size();
        var batchAxes = IntStream.range(0, batch).boxed().toList();
        var axesOfA = IntStream.range(batch, batch + p).boxed().toList();
        var axesOfB = IntStream.range(batch + p, cotangent.rank()).boxed().toList();
        Value ofA = g.add(new Dot(cotangent, b, batchAxes, batchB, axesOfB, freeB()));
        Value ofB = g.add(new Dot(cotangent, a, batchAxes, batchA, axesOfA, freeA()));
        return List.of(placed(ofA, batchA, freeA(), contractA, contractB, g), placed(ofB, batchB, freeB(), contractB, contractA, g));
    }

    /// The axes of `x`, which are those of an operand in the order batch, free, contracted (the last sorted by the other operand's axes), put
    /// where the operand has them.
    private static Value placed(Value x, List<Integer> batch, List<Integer> free, List<Integer> contract, List<Integer> otherContract, Graph g) {
        var from = new ArrayList<>(batch);
        from.addAll(free);
        otherContract.stream().sorted().forEach(k -> from.add(contract.get(otherContract.indexOf(k))));
        return g.transpose(x, IntStream.range(0, from.size()).mapToObj(from::indexOf).toList());
    }
}
