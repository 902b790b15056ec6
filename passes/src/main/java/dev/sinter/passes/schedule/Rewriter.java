package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Copies statements, with every name that they bind replaced by a fresh one, so that a copy can stand beside its original. Names from outside are
/// replaced where the table says so.
public class Rewriter {
    private final Map<Expr.Var, Expr> names = new IdentityHashMap<>();
    private final Map<Buffer, Buffer> buffers = new IdentityHashMap<>();
    private final Map<Buffer, Expr> offsets = new IdentityHashMap<>();

    /// Replaces `name`, which comes from outside, by an expression of the same type.
    public Rewriter with(Expr.Var name, Expr by) {
        names.put(name, by);
        return this;
    }

    /// Replaces a buffer by another one of its type.
    public Rewriter with(Buffer buffer, Buffer by) {
        buffers.put(buffer, by);
        return this;
    }

    /// Replaces a buffer by another one of its type, in which everything lies `further` elements on.
    public Rewriter with(Buffer buffer, Buffer by, Expr further) {
        offsets.put(buffer, further);
        return with(buffer, by);
    }

    /// Copies statements in order; later ones see the names of earlier ones.
    public List<Stmt> copy(List<Stmt> statements) {
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            if (!(s instanceof Stmt.Let let && isDropped(let))) {
                out.add(copy(s));
            }
        }
        return out;
    }

    /// Whether a name has no readers in the copy.
    protected boolean isDropped(Stmt.Let let) {
        return false;
    }

    private Stmt copy(Stmt statement) {
        return switch (statement) {
            case Stmt.Let(var name, var value) -> {
                Expr copied = copy(value);
                yield new Stmt.Let(fresh(name), copied);
            }
            case Stmt.Assign(var name, var value) -> new Stmt.Assign((Expr.Var) copy(name), copy(value));
            case Stmt.Store(var to, var index, var value, var mask) -> new Stmt.Store(buffers.getOrDefault(to, to), moved(to, copy(index)), copy(value), mask == null ? null : copy(mask));
            case Stmt.For loop -> {
                Expr from = copy(loop.from());
                Expr to = copy(loop.to());
                yield new Stmt.For(fresh(loop.i()), from, to, loop.step(), loop.binding(), copy(loop.body()));
            }
            case Stmt.If(var condition, var then, var otherwise) -> new Stmt.If(copy(condition), copy(then), copy(otherwise));
            case Stmt.While(var head, var condition, var body) -> {
                var first = copy(head);
                yield new Stmt.While(first, copy(condition), copy(body));
            }
            case Stmt.Launch launch -> launch;
            case Stmt.Barrier barrier -> barrier;
        };
    }

    private Expr moved(Buffer buffer, Expr index) {
        return offsets.containsKey(buffer) ? Expr.plus(index, offsets.get(buffer)) : index;
    }

    private Expr.Var fresh(Expr.Var name) {
        var fresh = name.isMutable() ? Expr.Var.mutable(name.name(), name.type(), name.lanes()) : Expr.Var.fixed(name.name(), name.type(), name.lanes());
        names.put(name, fresh);
        return fresh;
    }

    /// Copies an expression.
    public Expr copy(Expr e) {
        return switch (e) {
            case Expr.Const c -> c;
            case Expr.Var name -> names.getOrDefault(name, name);
            case Expr.Apply(var fn, var arguments) -> apply(fn, arguments.stream().map(this::copy).toList());
            case Expr.Cast(var type, var x) -> new Expr.Cast(type, copy(x));
            case Expr.Bitcast(var type, var x) -> new Expr.Bitcast(type, copy(x));
            case Expr.Load(var buffer, var index, int lanes, int stride, int times, var mask, long ahead) ->
                    new Expr.Load(buffers.getOrDefault(buffer, buffer), moved(buffer, copy(index)), lanes, stride, times, mask == null ? null : copy(mask), ahead);
            case Expr.Splat(var x, int lanes) -> new Expr.Splat(copy(x), lanes);
            case Expr.Ramp(var base, long stride, int lanes) -> new Expr.Ramp(copy(base), stride, lanes);
            case Expr.FirstLanes(var count, int lanes) -> new Expr.FirstLanes(copy(count), lanes);
            case Expr.Halve(var fn, var x) -> new Expr.Halve(fn, copy(x));
        };
    }

    /// Sums and products of indices are simplified where a constant has come in.
    private static Expr apply(Fn fn, List<Expr> arguments) {
        boolean index = (fn == Fn.ADD || fn == Fn.MUL) && arguments.getFirst().type() == ElementType.I64 && arguments.getFirst().lanes() == 1;
        return !index ? new Expr.Apply(fn, arguments)
                : fn == Fn.ADD ? Expr.plus(arguments.get(0), arguments.get(1)) : Expr.times(arguments.get(0), arguments.get(1));
    }
}
