package dev.sinter.ir.loop;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Map;

/// Small programs for the tests of this package.
final class LoopPrograms {
    static final Buffer X = new Buffer("x", ElementType.F32, Dim.named("N"), Buffer.Role.INPUT);
    static final Buffer Y = new Buffer("y", ElementType.F32, Dim.named("N"), Buffer.Role.OUTPUT);
    static final Buffer SUM = new Buffer("sum", ElementType.F32, Dim.named("members").times(16), Buffer.Role.TEMP);

    private LoopPrograms() { }

    /// `y[i] = x[i] - sum(x)`: each member adds up its share, and all read all shares behind a barrier.
    static LoopProgram centred() {
        var n = Expr.Var.index("N");
        Expr share = Expr.apply(Fn.DIV, Expr.apply(Fn.SUB, Expr.apply(Fn.ADD, n, LoopProgram.MEMBERS), Expr.index(1)), LoopProgram.MEMBERS);
        var adding = new Block();
        Expr from = adding.let("from", Expr.times(LoopProgram.MEMBER, share));
        Expr to = adding.let("to", Expr.apply(Fn.MIN, n, Expr.plus(from, share)));
        var total = adding.accumulator("total", new Expr.Splat(Expr.constant(ElementType.F32, 0), 4));
        adding.loop("i", from, to, 4, Stmt.Binding.SERIAL, (b, i) -> {
            Expr left = b.let("left", new Expr.FirstLanes(Expr.apply(Fn.SUB, to, i), 4));
            b.assign(total, Expr.apply(Fn.ADD, total, new Expr.Load(X, i, 4, 1, left)));
        });
        adding.store(SUM, Expr.times(LoopProgram.MEMBER, Expr.index(16)), new Expr.Halve(Fn.ADD, total));

        var all = Expr.Var.index("count");
        var subtracting = new Block();
        var sum = subtracting.accumulator("sum", Expr.constant(ElementType.F32, 0));
        subtracting.loop("m", all, Stmt.Binding.SERIAL, (b, m) ->
                b.assign(sum, Expr.apply(Fn.ADD, sum, Expr.load(SUM, Expr.times(m, Expr.index(16))))));
        subtracting.when(Expr.apply(Fn.EQ, LoopProgram.MEMBER, Expr.index(0)), b ->
                b.loop("i", n, Stmt.Binding.SERIAL, (c, i) -> c.store(Y, i, Expr.apply(Fn.SUB, Expr.load(X, i), sum))));

        return program(List.of(n), List.of(
                new Stmt.Launch(new Kernel("add", List.of(), adding.statements(), "sum(x)"), List.of()),
                new Stmt.Barrier(),
                new Stmt.Launch(new Kernel("subtract", List.of(all), subtracting.statements(), ""), List.of(LoopProgram.MEMBERS))));
    }

    static LoopProgram program(List<Expr.Var> dims, List<Stmt> body) {
        return new LoopProgram("centred", dims, List.of(X, SUM, Y), Map.of(SUM, Dim.constant(64)), Dim.named("members").times(64).plus(64), body);
    }

    /// A program of one kernel without parameters.
    static LoopProgram kernel(List<Expr.Var> dims, List<Stmt> statements) {
        return program(dims, List.of(new Stmt.Launch(new Kernel("k", List.of(), statements, ""), List.of())));
    }
}
