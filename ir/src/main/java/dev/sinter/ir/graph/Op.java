package dev.sinter.ir.graph;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.List;

/// How a value is computed: an immutable record with its operands. Ops are equal if their attributes are equal and their operands are
/// the same nodes. The `permits` clause is the registry of primitives.
///
/// What an op can do, it says by the interfaces it implements: [Evaluated] (the reference meaning), [Differentiable] (the rules of
/// both modes), [Pointwise] or [Looped] (the lowering). [Reduce] and [Dot] are lowered by the scheduler, which knows no other op by name;
/// control flow ([Scan], [While], [Cond], [Call]) becomes control flow of the program, and [Vjp] and [Jvp] are expanded by differentiation.
public sealed interface Op permits Parameter, Constant, Fill, Iota, Extent, Unary, Binary, Select, Cast, Bitcast, StopGradient,
        Broadcast, Reshape, Transpose, Slice, Pad, Reverse, Concat, Window, Fold, Combine, DynamicSlice, DynamicUpdate,
        Gather, ScatterAdd, TakeAlong, PutAlong, Dot, Reduce, ArgReduce, Cumulative, Sort, RandomBits,
        Scan, While, Cond, Call, Part, Vjp, Jvp {

    /// The name in the text form; a lower-case identifier.
    String name();

    /// The operands, in order.
    List<Value> operands();

    /// The same op of other operands (as many, in the same order).
    Op withOperands(List<Value> operands);

    /// The functions that are part of the op, in order.
    default List<Function> regions() {
        return List.of();
    }

    /// The same op with other regions (as many, of the same signatures).
    default Op withRegions(List<Function> regions) {
        return this;
    }

    /// The dims among the attributes (those of the result are in its type).
    default List<Dim> dims() {
        return List.of();
    }

    /// Dims that must not be negative at a call for every read to be within its operand; see [Requirement].
    default List<Dim> room() {
        return List.of();
    }

    /// The type rule. @throws TypeRuleException naming the constraint that does not hold
    Type infer();
}
