package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### constant
/// A tensor known at compile time; large ones become constants of the artifact. Uniform tensors are [Fill]s.
///
/// ```example
/// constant {data = f32[2] [1.5, -2]}
/// result = f32[2] [1.5, -2]
/// ```
public record Constant(NdArray data) implements Op, Evaluated {
    @Override
    public String name() {
        return "constant";
    }

    @Override
    public List<Value> operands() {
        return List.of();
    }

    @Override
    public Constant withOperands(List<Value> operands) {
        return this;
    }

    @Override
    public Type.Tensor infer() {
        return data.type();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        return data;
    }
}
