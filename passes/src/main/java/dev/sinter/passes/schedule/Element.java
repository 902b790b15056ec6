package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A scalar as a function of axis names: statements that name intermediate values, then the value.
///
/// @param statements lets only
/// @param value      sees the axes and the names of `statements`
public record Element(List<Stmt> statements, Expr value) {
    /// Copies the list.
    public Element {
        statements = List.copyOf(statements);
    }

    /// Appends a copy in which names are replaced (`names`: axis name to scalar expression); its value.
    public Expr at(Map<Expr.Var, Expr> names, Block into) {
        var rewriter = new Rewriter();
        names.forEach(rewriter::with);
        rewriter.copy(statements).forEach(into::add);
        return rewriter.copy(value);
    }

    /// The buffers that this reads.
    public Set<Buffer> buffers() {
        var found = new HashSet<Buffer>();
        var reader = new Rewriter() {
            @Override
            public Expr copy(Expr e) {
                if (e instanceof Expr.Load load) {
                    found.add(load.buffer());
                }
                return super.copy(e);
            }
        };
        reader.copy(statements);
        reader.copy(value);
        return found;
    }

    /// If this is nothing but an element of a buffer at an affine index: that index, and the buffer in [#buffer].
    public Optional<Affine> affine(Indices indices) {
        indices.learn(statements);
        return resolved() instanceof Expr.Load load && load.mask() == null ? indices.of(load.index()) : Optional.empty();
    }

    /// If this is an element at an affine index: the same without the names on the way to it, some of which a vector could not have (quotients
    /// that have vanished from the index).
    public Element direct(Indices indices) {
        return affine(indices).map(index -> new Element(List.of(), Expr.load(buffer(), indices.expression(index)))).orElse(this);
    }

    /// The buffer that [#affine] speaks of.
    public Buffer buffer() {
        return ((Expr.Load) resolved()).buffer();
    }

    /// The value, looked up if it is the name of a let.
    private Expr resolved() {
        Expr e = value;
        for (Stmt s : statements.reversed()) {
            if (s instanceof Stmt.Let(var name, var definition) && name == e) {
                e = definition;
            }
        }
        return e;
    }
}
