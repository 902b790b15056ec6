package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// An epilogue in parts that have nothing in common but indices and sums of a few accumulators, which each part has of its own: so a JIT, or a processor's registers, need not hold all at once.
final class EpilogueParts {
    private EpilogueParts() { }

    /// The parts, in the order of their last statements; one if all hangs together.
    static List<List<Stmt>> of(Contraction c) {
        Set<Expr.Var> cheap = identities();
        c.parts().forEach(p -> cheap.add(p.accumulator()));
        var shared = new ArrayList<Stmt>();
        var parts = new ArrayList<List<Stmt>>();
        Map<Expr.Var, List<Stmt>> home = new IdentityHashMap<>();
        for (Stmt s : c.epilogue()) {
            if (s instanceof Stmt.Let(var name, var value) && (name.type() == ElementType.I64 || isSum(value, cheap))) {
                cheap.add(name);
                shared.add(s);
                continue;
            }
            var part = new ArrayList<Stmt>();
            for (Expr.Var name : names(List.of(s))) {
                List<Stmt> with = home.get(name);
                if (with != null && parts.removeIf(p -> p == with)) {
                    part.addAll(with);
                }
            }
            part.add(s);
            parts.add(part);
            for (Stmt t : part) {
                if (t instanceof Stmt.Let let) {
                    home.put(let.name(), part);
                }
            }
        }
        return parts.stream().map(part -> {
            Set<Stmt> inside = Collections.newSetFromMap(new IdentityHashMap<>());
            inside.addAll(part);
            inside.addAll(shared);
            return DeadNames.remove(c.epilogue().stream().filter(inside::contains).toList());
        }).filter(part -> !part.isEmpty()).toList();
    }

    private static boolean isSum(Expr e, Set<Expr.Var> cheap) {
        return e instanceof Expr.Var name ? cheap.contains(name) : e instanceof Expr.Apply(var fn, var terms) && (fn == Fn.ADD || fn == Fn.SUB) && terms.stream().allMatch(t -> isSum(t, cheap));
    }

    /// The names that statements mention.
    static Set<Expr.Var> names(List<Stmt> statements) {
        Set<Expr.Var> found = identities();
        new Rewriter() {
            @Override
            public Expr copy(Expr e) {
                if (e instanceof Expr.Var name) {
                    found.add(name);
                }
                return super.copy(e);
            }
        }.copy(statements);
        return found;
    }

    private static Set<Expr.Var> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
