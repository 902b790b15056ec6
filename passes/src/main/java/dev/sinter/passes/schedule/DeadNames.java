package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Removes names that nothing reads. Expressions have no effects, so nothing else changes.
public final class DeadNames {
    private final Set<Expr.Var> used = Collections.newSetFromMap(new IdentityHashMap<>());

    private DeadNames() { }

    /// The statements without dead names.
    public static List<Stmt> remove(List<Stmt> statements) {
        return new DeadNames().live(statements);
    }

    /// Goes backwards, so that a reader is seen before what it reads. An assignment keeps its name alive only together with a reader: in a loop the reader may
    /// stand before it, so the readers of loops are collected first.
    private List<Stmt> live(List<Stmt> statements) {
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements.reversed()) {
            switch (s) {
                case Stmt.Let(var name, var value) -> {
                    if (used.contains(name)) {
                        read(value);
                        out.add(s);
                    }
                }
                case Stmt.Assign(var name, var value) -> {
                    if (used.contains(name)) {
                        read(value);
                        out.add(s);
                    }
                }
                case Stmt.Store(_, var index, var value, var mask) -> {
                    read(index);
                    read(value);
                    if (mask != null) {
                        read(mask);
                    }
                    out.add(s);
                }
                case Stmt.For loop -> {
                    mutable(loop.body());
                    var body = live(loop.body());
                    if (!body.isEmpty()) {
                        read(loop.from());
                        read(loop.to());
                        out.add(new Stmt.For(loop.i(), loop.from(), loop.to(), loop.step(), loop.binding(), body));
                    }
                }
                case Stmt.If(var condition, var then, var otherwise) -> {
                    var yes = live(then);
                    var no = live(otherwise);
                    if (!yes.isEmpty() || !no.isEmpty()) {
                        read(condition);
                        out.add(new Stmt.If(condition, yes, no));
                    }
                }
                case Stmt.While(var head, var condition, var body) -> {
                    mutable(head);
                    mutable(body);
                    read(condition);
                    var again = live(body);
                    out.add(new Stmt.While(live(head), condition, again));
                }
                case Stmt.Launch _, Stmt.Barrier _ -> out.add(s);
            }
        }
        return out.reversed();
    }

    /// Marks the accumulators that a loop's body reads: an earlier iteration's assignment may be what is read.
    private void mutable(List<Stmt> statements) {
        var all = new DeadNames();
        all.readAll(statements);
        all.used.stream().filter(Expr.Var::isMutable).forEach(used::add);
    }

    private void readAll(List<Stmt> statements) {
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.Let(_, var value) -> read(value);
                case Stmt.Assign(_, var value) -> read(value);
                case Stmt.Store(_, var index, var value, var mask) -> {
                    read(index);
                    read(value);
                    if (mask != null) {
                        read(mask);
                    }
                }
                case Stmt.For loop -> {
                    read(loop.from());
                    read(loop.to());
                    readAll(loop.body());
                }
                case Stmt.If(var condition, var then, var otherwise) -> {
                    read(condition);
                    readAll(then);
                    readAll(otherwise);
                }
                case Stmt.While(var head, var condition, var body) -> {
                    readAll(head);
                    read(condition);
                    readAll(body);
                }
                case Stmt.Launch _, Stmt.Barrier _ -> { }
            }
        }
    }

    private void read(Expr e) {
        switch (e) {
            case Expr.Const _ -> { }
            case Expr.Var name -> used.add(name);
            case Expr.Apply(_, var arguments) -> arguments.forEach(this::read);
            case Expr.Cast(_, var x) -> read(x);
            case Expr.Bitcast(_, var x) -> read(x);
            case Expr.Load(_, var index, _, _, _, var mask, _) -> {
                read(index);
                if (mask != null) {
                    read(mask);
                }
            }
            case Expr.Splat(var x, _) -> read(x);
            case Expr.Ramp(var base, _, _) -> read(base);
            case Expr.FirstLanes(var count, _) -> read(count);
            case Expr.Halve(_, var x) -> read(x);
        }
    }
}
