package dev.sinter.passes.memory;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import java.util.List;
import java.util.Set;

/// One step of a program before barriers and memory are planned. Steps run in order, each seeing what earlier ones wrote.
public sealed interface Step {
    /// Runs a kernel.
    ///
    /// @param shared whether all members run it (each its share); otherwise member 0 does
    record Run(Kernel kernel, List<Expr> arguments, Set<Buffer> reads, Set<Buffer> writes, boolean shared) implements Step { }

    /// Runs `body` for each `block` from 0 up to `count`. Every member takes some of the blocks and runs all of the body for each by itself, without a barrier: what one kernel of the body
    /// makes for another one is in memory of the member's own (a temp whose size mentions `members`), and blocks write different elements.
    record Blocks(Expr.Var block, Expr count, List<Run> body) implements Step { }

    /// Runs `body` for `i` from 0 up to `to`.
    record For(Expr.Var i, Expr to, List<Step> body) implements Step { }

    /// Runs `head`; while the bool at `index` of `condition` is set, runs `body` and `head`.
    record While(List<Step> head, Buffer condition, Expr index, List<Step> body) implements Step { }

    /// Runs `then` if the bool at `index` of `condition` is set, else `otherwise`.
    record If(Buffer condition, Expr index, List<Step> then, List<Step> otherwise) implements Step { }
}
