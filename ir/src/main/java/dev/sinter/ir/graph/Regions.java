package dev.sinter.ir.graph;

import java.util.List;

/// The functions inside an op: bodies of control flow, callees, functions to be differentiated.
public final class Regions {
    private Regions() { }

    /// The regions of an op, in order; none for most.
    public static List<Function> of(Op op) {
        return switch (op) {
            case Scan s -> List.of(s.body());
            case While w -> List.of(w.condition(), w.body());
            case Cond c -> List.of(c.then(), c.otherwise());
            case Call c -> List.of(c.function());
            case Vjp v -> List.of(v.function());
            case Jvp j -> List.of(j.function());
            case Parameter _, Constant _, Fill _, Iota _, Extent _, Unary _, Binary _, Select _, Cast _, Bitcast _, StopGradient _,
                 Broadcast _, Reshape _, Transpose _, Slice _, Pad _, Reverse _, Concat _, Window _, Fold _, DynamicSlice _, DynamicUpdate _,
                 Gather _, ScatterAdd _, TakeAlong _, PutAlong _, Dot _, Reduce _, ArgReduce _, Cumulative _, Sort _, RandomBits _, Part _ -> List.of();
        };
    }

    /// The op with other regions of the same signatures (as many, in the same order).
    public static Op with(Op op, List<Function> regions) {
        return switch (op) {
            case Scan s -> s.withBody(regions.getFirst());
            case While w -> new While(regions.get(0), regions.get(1), w.constants(), w.initial());
            case Cond c -> new Cond(c.condition(), regions.get(0), regions.get(1), c.arguments());
            case Call c -> new Call(regions.getFirst(), c.arguments());
            case Vjp v -> new Vjp(regions.getFirst(), v.arguments(), v.wrt(), v.cotangents());
            case Jvp j -> new Jvp(regions.getFirst(), j.arguments(), j.wrt(), j.tangents());
            case Parameter _, Constant _, Fill _, Iota _, Extent _, Unary _, Binary _, Select _, Cast _, Bitcast _, StopGradient _,
                 Broadcast _, Reshape _, Transpose _, Slice _, Pad _, Reverse _, Concat _, Window _, Fold _, DynamicSlice _, DynamicUpdate _,
                 Gather _, ScatterAdd _, TakeAlong _, PutAlong _, Dot _, Reduce _, ArgReduce _, Cumulative _, Sort _, RandomBits _, Part _ -> op;
        };
    }
}
