package dev.sinter.codegen.llvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// Which buffers a list of statements touches, in order of appearance, and which of them it writes. Kernels that are launched are not looked into.
///
/// @param touched the buffers read or written
/// @param written those that are written
record BufferUses(SequencedSet<Buffer> touched, SequencedSet<Buffer> written) {
    static BufferUses of(List<Stmt> statements) {
        var uses = new BufferUses(new LinkedHashSet<>(), new LinkedHashSet<>());
        uses.walk(statements);
        return uses;
    }

    private void walk(List<Stmt> statements) {
        for (Stmt statement : statements) {
            switch (statement) {
                case Stmt.Let(_, Expr value) -> walk(value);
                case Stmt.Assign(_, Expr value) -> walk(value);
                case Stmt.Store(Buffer to, Expr index, Expr value, Expr mask) -> {
                    touched.add(to);
                    written.add(to);
                    walk(index);
                    walk(value);
                    walk(mask);
                }
                case Stmt.For(_, Expr from, Expr to, _, _, List<Stmt> body) -> {
                    walk(from);
                    walk(to);
                    walk(body);
                }
                case Stmt.If(Expr condition, List<Stmt> then, List<Stmt> otherwise) -> {
                    walk(condition);
                    walk(then);
                    walk(otherwise);
                }
                case Stmt.While(List<Stmt> head, Expr condition, List<Stmt> body) -> {
                    walk(head);
                    walk(condition);
                    walk(body);
                }
                case Stmt.Launch(_, List<Expr> arguments) -> arguments.forEach(this::walk);
                case Stmt.Barrier() -> { }
            }
        }
    }

    private void walk(Expr expression) {
        switch (expression) {
            case null -> { }
            case Expr.Const _, Expr.Var _ -> { }
            case Expr.Apply(_, List<Expr> arguments) -> arguments.forEach(this::walk);
            case Expr.Cast(_, Expr x) -> walk(x);
            case Expr.Bitcast(_, Expr x) -> walk(x);
            case Expr.Load(Buffer buffer, Expr index, _, _, _, Expr mask, _) -> {
                touched.add(buffer);
                walk(index);
                walk(mask);
            }
            case Expr.Splat(Expr x, _) -> walk(x);
            case Expr.Ramp(Expr base, _, _) -> walk(base);
            case Expr.FirstLanes(Expr count, _) -> walk(count);
            case Expr.Halve(_, Expr x) -> walk(x);
        }
    }
}
