package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Moves what does not change in a loop out of it: named values, parts of index sums, splat scalars.
///
/// A load leaves a loop only if the loop does not store to its buffer, and then the loop and the load stand together behind the question whether the loop has
/// steps at all: in a loop without steps the load might not be allowed.
public final class Hoist {
    private Hoist() { }

    /// The statements with invariants outside of their loops.
    public static List<Stmt> out(List<Stmt> statements) {
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.For loop -> loop(new Stmt.For(loop.i(), loop.from(), loop.to(), loop.step(), loop.binding(), out(loop.body())), out);
                case Stmt.If(var condition, var then, var otherwise) -> out.add(new Stmt.If(condition, out(then), out(otherwise)));
                case Stmt.While(var head, var condition, var body) -> out.add(new Stmt.While(out(head), condition, out(body)));
                default -> out.add(s);
            }
        }
        return out;
    }

    private static void loop(Stmt.For loop, List<Stmt> out) {
        var facts = new Facts();
        facts.inside.add(loop.i());
        facts.learn(loop.body());
        var free = new ArrayList<Stmt>();
        var loads = new ArrayList<Stmt>();
        var body = new ArrayList<Stmt>();
        boolean tile = isTile(loop.body());
        for (Stmt s : loop.body()) {
            if (s instanceof Stmt.Let(var name, var value) && !name.isMutable() && !(tile && name.lanes() > 1) && facts.isInvariant(value)) {
                facts.inside.remove(name);
                boolean safe = !facts.loads(value);
                if (!safe) {
                    facts.behindLoads.add(name);
                }
                (safe && !facts.mentionsLoads(value) ? free : loads).add(s);
                if (safe && facts.mentionsLoads(value)) {
                    facts.behindLoads.add(name);
                }
            } else {
                body.add(s);
            }
        }
        var parts = new Parts(facts, free, loads, tile);
        var rewritten = body.stream().map(parts::rewrite).toList();
        var moved = new Stmt.For(loop.i(), loop.from(), loop.to(), loop.step(), loop.binding(), rewritten);
        out.addAll(free);
        if (loads.isEmpty()) {
            out.add(moved);
        } else if (loop.from() instanceof Expr.Const(_, long from, _) && loop.to() instanceof Expr.Const(_, long to, _) && from < to) {
            out.addAll(loads);
            out.add(moved);
        } else {
            var guarded = new ArrayList<>(loads);
            guarded.add(moved);
            out.add(new Stmt.If(Expr.apply(Fn.LT, loop.from(), loop.to()), guarded, List.of()));
        }
    }

    /// Whether a loop's body is a register tile: vector accumulators and a loop over them. Vectors from outside would take registers from those, and
    /// make the tile depend on vectors, so that it cannot be a method of its own.
    private static boolean isTile(List<Stmt> body) {
        return body.stream().anyMatch(s -> s instanceof Stmt.Let(var name, _) && name.isMutable() && name.lanes() > 1)
                && body.stream().anyMatch(s -> s instanceof Stmt.For);
    }

    /// What a loop binds, changes and stores.
    private static final class Facts {
        final Set<Expr.Var> inside = Collections.newSetFromMap(new IdentityHashMap<>());
        final Set<Expr.Var> behindLoads = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<Buffer> stored = new HashSet<>();

        void learn(List<Stmt> statements) {
            for (Stmt s : statements) {
                switch (s) {
                    case Stmt.Let(var name, _) -> inside.add(name);
                    case Stmt.Assign(var name, _) -> inside.add(name);
                    case Stmt.Store store -> stored.add(store.to());
                    case Stmt.For loop -> {
                        inside.add(loop.i());
                        learn(loop.body());
                    }
                    case Stmt.If(_, var then, var otherwise) -> {
                        learn(then);
                        learn(otherwise);
                    }
                    case Stmt.While(var head, _, var body) -> {
                        learn(head);
                        learn(body);
                    }
                    case Stmt.Launch _, Stmt.Barrier _ -> { }
                }
            }
        }

        boolean isInvariant(Expr e) {
            return switch (e) {
                case Expr.Const _ -> true;
                case Expr.Var name -> !inside.contains(name) && !name.isMutable();
                case Expr.Apply(_, var arguments) -> arguments.stream().allMatch(this::isInvariant);
                case Expr.Cast(_, var x) -> isInvariant(x);
                case Expr.Bitcast(_, var x) -> isInvariant(x);
                case Expr.Load(var buffer, var index, _, _, _, var mask, _) -> !stored.contains(buffer) && isInvariant(index) && (mask == null || isInvariant(mask));
                case Expr.Splat(var x, _) -> isInvariant(x);
                case Expr.Ramp(var base, _, _) -> isInvariant(base);
                case Expr.FirstLanes(var count, _) -> isInvariant(count);
                case Expr.Halve(_, var x) -> isInvariant(x);
            };
        }

        boolean loads(Expr e) {
            return any(e, x -> x instanceof Expr.Load);
        }

        boolean mentionsLoads(Expr e) {
            return any(e, x -> x instanceof Expr.Var name && behindLoads.contains(name));
        }

        private static boolean any(Expr e, java.util.function.Predicate<Expr> test) {
            return test.test(e) || switch (e) {
                case Expr.Const _, Expr.Var _ -> false;
                case Expr.Apply(_, var arguments) -> arguments.stream().anyMatch(a -> any(a, test));
                case Expr.Cast(_, var x) -> any(x, test);
                case Expr.Bitcast(_, var x) -> any(x, test);
                case Expr.Load(_, var index, _, _, _, var mask, _) -> any(index, test) || mask != null && any(mask, test);
                case Expr.Splat(var x, _) -> any(x, test);
                case Expr.Ramp(var base, _, _) -> any(base, test);
                case Expr.FirstLanes(var count, _) -> any(count, test);
                case Expr.Halve(_, var x) -> any(x, test);
            };
        }
    }

    /// Names invariant parts of expressions: index arithmetic and splats. Equal ones get one name.
    private static final class Parts {
        private final Facts facts;
        private final List<Stmt> free;
        private final List<Stmt> loads;
        private final boolean scalarsOnly;
        private final Map<Expr, Expr.Var> known = new HashMap<>();

        Parts(Facts facts, List<Stmt> free, List<Stmt> loads, boolean scalarsOnly) {
            this.facts = facts;
            this.free = free;
            this.loads = loads;
            this.scalarsOnly = scalarsOnly;
        }

        /// Statements within inner loops have been through this for their own loop; what is left of them is looked at too.
        Stmt rewrite(Stmt s) {
            return switch (s) {
                case Stmt.Let(var name, var value) -> new Stmt.Let(name, rewrite(value));
                case Stmt.Assign(var name, var value) -> new Stmt.Assign(name, rewrite(value));
                case Stmt.Store(var to, var index, var value, var mask) -> new Stmt.Store(to, rewrite(index), rewrite(value), mask == null ? null : rewrite(mask));
                case Stmt.For loop -> new Stmt.For(loop.i(), rewrite(loop.from()), rewrite(loop.to()), loop.step(), loop.binding(),
                        loop.body().stream().map(this::rewrite).toList());
                case Stmt.If(var condition, var then, var otherwise) ->
                        new Stmt.If(rewrite(condition), then.stream().map(this::rewrite).toList(), otherwise.stream().map(this::rewrite).toList());
                case Stmt.While(var head, var condition, var body) ->
                        new Stmt.While(head.stream().map(this::rewrite).toList(), rewrite(condition), body.stream().map(this::rewrite).toList());
                case Stmt.Launch _, Stmt.Barrier _ -> s;
            };
        }

        private Expr rewrite(Expr e) {
            boolean worthwhile = e instanceof Expr.Apply && e.type() == ElementType.I64 && e.lanes() == 1
                    || !scalarsOnly && (e instanceof Expr.Splat || e instanceof Expr.Ramp || e instanceof Expr.FirstLanes);
            if (worthwhile && facts.isInvariant(e) && !facts.loads(e)) {
                Expr.Var name = known.get(e);
                if (name == null) {
                    name = Expr.Var.fixed(e instanceof Expr.Apply ? "at" : "all", e.type(), e.lanes());
                    known.put(e, name);
                    (facts.mentionsLoads(e) ? loads : free).add(new Stmt.Let(name, e));
                }
                return name;
            }
            return switch (e) {
                case Expr.Const _, Expr.Var _ -> e;
                case Expr.Apply(var fn, var arguments) -> new Expr.Apply(fn, arguments.stream().map(this::rewrite).toList());
                case Expr.Cast(var type, var x) -> new Expr.Cast(type, rewrite(x));
                case Expr.Bitcast(var type, var x) -> new Expr.Bitcast(type, rewrite(x));
                case Expr.Load(var buffer, var index, int lanes, int stride, int times, var mask, long ahead) ->
                        new Expr.Load(buffer, rewrite(index), lanes, stride, times, mask == null ? null : rewrite(mask), ahead);
                case Expr.Splat(var x, int lanes) -> new Expr.Splat(rewrite(x), lanes);
                case Expr.Ramp(var base, long stride, int lanes) -> new Expr.Ramp(rewrite(base), stride, lanes);
                case Expr.FirstLanes(var count, int lanes) -> new Expr.FirstLanes(rewrite(count), lanes);
                case Expr.Halve(var fn, var x) -> new Expr.Halve(fn, rewrite(x));
            };
        }
    }
}
