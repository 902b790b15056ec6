package dev.sinter.ir.loop;

import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A list of statements under construction.
public final class Block {
    private final List<Stmt> statements = new ArrayList<>();

    /// The statements so far.
    public List<Stmt> statements() {
        return List.copyOf(statements);
    }

    /// Appends a statement.
    public void add(Stmt statement) {
        statements.add(statement);
    }

    /// Names a value, so that it is computed once. Fixed names and constants are returned as they are.
    public Expr let(String hint, Expr value) {
        if (value instanceof Expr.Var name && !name.isMutable() || value instanceof Expr.Const) {
            return value;
        }
        var fresh = Expr.Var.fixed(hint, value.type(), value.lanes());
        statements.add(new Stmt.Let(fresh, value));
        return fresh;
    }

    /// Declares an accumulator with its first value.
    public Expr.Var accumulator(String hint, Expr first) {
        var name = Expr.Var.mutable(hint, first.type(), first.lanes());
        statements.add(new Stmt.Let(name, first));
        return name;
    }

    /// Changes an accumulator.
    public void assign(Expr.Var name, Expr value) {
        statements.add(new Stmt.Assign(name, value));
    }

    /// Writes an element or a vector.
    public void store(Buffer to, Expr index, Expr value) {
        statements.add(new Stmt.Store(to, index, value, null));
    }

    /// A loop from 0 to `to` by 1.
    public void loop(String hint, Expr to, Stmt.Binding binding, java.util.function.BiConsumer<Block, Expr.Var> body) {
        loop(hint, Expr.index(0), to, 1, binding, body);
    }

    /// A loop.
    public void loop(String hint, Expr from, Expr to, long step, Stmt.Binding binding, java.util.function.BiConsumer<Block, Expr.Var> body) {
        var i = Expr.Var.fixed(hint, ElementType.I64, 1);
        var inside = new Block();
        body.accept(inside, i);
        statements.add(new Stmt.For(i, from, to, step, binding, inside.statements()));
    }

    /// A conditional.
    public void when(Expr condition, Consumer<Block> then) {
        var inside = new Block();
        then.accept(inside);
        statements.add(new Stmt.If(condition, inside.statements(), List.of()));
    }
}
