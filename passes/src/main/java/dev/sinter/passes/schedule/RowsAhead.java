package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Computes what a row needs first while the row before is finished.
///
/// A row of a softmax is gone through three times: its largest element is found, then exponentials are stored, then they are scaled. The first pass waits for memory
/// and has next to no arithmetic, the last one finds everything in the first-level cache. So the first pass over the next row goes along with the last one over this row, and memory is
/// read while there is something to do. Only a scalar is handed on from row to row, through memory of the member's own.
///
/// Where the first pass also computes what is kept of the row until its end (what a normalisation centres and scales), it goes along with the second one, which only combines what is kept of the row before:
/// long chains of operations beside a few sums. Rows are kept in two places by turns.
///
/// Rows are computed as before. A member has one round more than rows, so that no code stands twice: code that runs once in a call is what the JIT compiles last.
final class RowsAhead {
    /// Below so many rows, a round more counts.
    private static final int FEWEST_ROWS = 64;
    /// Below so many steps, a pass is over before memory has answered.
    private static final int FEWEST_STEPS = 8;
    /// The operations that the joined loop may have.
    private static final int MOST_STEPS = 96;
    /// The same where the first pass computes what the row keeps.
    private static final int MOST_STEPS_KEPT = 160;
    private static final int LINE = 64;

    private final Indices indices;
    private final BiFunction<ElementType, Dim, Buffer> temps;

    private RowsAhead(Indices indices, BiFunction<ElementType, Dim, Buffer> temps) {
        this.indices = indices;
        this.temps = temps;
    }

    /// The statements of a kernel, in which all loops are serial.
    ///
    /// @param indices knows the extents of the loops over rows
    /// @param temps   makes scratch memory
    static List<Stmt> run(List<Stmt> statements, Indices indices, BiFunction<ElementType, Dim, Buffer> temps) {
        var rows = new RowsAhead(indices, temps);
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            if (s instanceof Stmt.For loop) {
                out.addAll(rows.ahead(loop).orElse(List.of(s)));
            } else {
                out.add(s);
            }
        }
        return out;
    }

    private Optional<List<Stmt>> ahead(Stmt.For rows) {
        Dim extent = indices.extent(rows.i()).orElse(null);
        var body = rows.body();
        int first = IntStream.range(0, body.size()).filter(k -> body.get(k) instanceof Stmt.For).findFirst().orElse(body.size());
        int second = IntStream.range(first + 1, body.size()).filter(k -> !(body.get(k) instanceof Stmt.Let || body.get(k) instanceof Stmt.Assign)).findFirst().orElse(-1);
        boolean many = rows.step() == 1 && extent != null && extent.isConstant() && extent.value() >= FEWEST_ROWS;
        if (!many || second < 0) {
            return Optional.empty();
        }
        int cut = 0;
        Set<Expr.Var> needed = Set.of();
        for (int k = first + 1; k <= second; k++) {
            var names = declared(body.subList(0, k));
            names.retainAll(new Reads(body.subList(k, body.size())).names);
            if (cut == 0 || lanes(names) < lanes(needed)) {
                cut = k;
                needed = names;
            }
        }
        var begin = body.subList(0, cut);
        var kept = stores(begin);
        int along = kept.isEmpty() ? body.size() - 1 : second;
        var reads = new Reads(begin);
        var outside = new HashSet<>(reads.names);
        outside.removeAll(declared(begin));
        boolean apart = Collections.disjoint(reads.buffers, stores(body)) && outside.stream().noneMatch(Expr.Var::isMutable) && kept.stream().allMatch(b -> isOwn(b, rows));
        if (!apart || !(body.get(along) instanceof Stmt.For finish) || !allowsJoin((Stmt.For) body.get(first), finish, !kept.isEmpty())
                || !mayRepeat(body, new HashSet<>(), stores(body)) || needed.size() != 1 || needed.iterator().next().lanes() != 1 || needed.iterator().next().isMutable()) {
            return Optional.empty();
        }
        Expr.Var handed = needed.iterator().next();
        long line = LINE / handed.type().bytes();
        Buffer memory = temps.apply(handed.type(), Dim.named(LoopProgram.MEMBERS.name()).times(line));
        Expr place = Expr.times(LoopProgram.MEMBER, Expr.index(line));

        // One round more, ahead of the first row: what it stores of that row is nonsense, and the next round stores it again.
        var out = new ArrayList<Stmt>();
        var from = Expr.Var.index("from");
        out.add(new Stmt.Let(from, Expr.apply(Fn.SUB, rows.from(), Expr.apply(Fn.MIN, Expr.index(1), Expr.apply(Fn.SUB, rows.to(), rows.from())))));
        var round = Expr.Var.index(rows.i().name());
        var inside = new ArrayList<Stmt>();
        var next = Expr.Var.index("next");
        var again = new Rewriter().with(rows.i(), next);
        var now = new Rewriter();
        for (Buffer own : kept) {
            Buffer twice = temps.apply(own.type(), own.elements().times(2));
            now.with(own, twice, half(own, round, inside));
            again.with(own, twice, half(own, Expr.plus(round, Expr.index(1)), inside));
        }
        var row = kept.isEmpty() ? body.subList(cut, body.size()) : now.copy(body.subList(cut, body.size()));
        var copied = again.copy(begin);
        inside.add(new Stmt.Let(handed, Expr.load(memory, place)));
        inside.add(new Stmt.Let(rows.i(), Expr.apply(Fn.MAX, round, rows.from())));
        inside.addAll(row.subList(0, along - cut));
        inside.add(new Stmt.Let(next, Expr.apply(Fn.MIN, Expr.plus(round, Expr.index(1)), Expr.plus(rows.to(), Expr.index(-1)))));
        inside.addAll(copied.subList(0, first));
        inside.add(joined((Stmt.For) copied.get(first), (Stmt.For) row.get(along - cut)));
        inside.addAll(copied.subList(first + 1, copied.size()));
        inside.add(new Stmt.Store(memory, place, again.copy(handed), null));
        inside.addAll(row.subList(along - cut + 1, row.size()));
        out.add(new Stmt.For(round, from, rows.to(), 1, Stmt.Binding.SERIAL, inside));
        return Optional.of(out);
    }

    /// How much farther on in a buffer of twice the size lies what a round keeps: rounds use the halves of a member's part by turns.
    private static Expr half(Buffer of, Expr round, List<Stmt> into) {
        var half = Expr.Var.index("half");
        into.add(new Stmt.Let(half, Expr.times(Expr.plus(LoopProgram.MEMBER, Expr.apply(Fn.AND, round, Expr.index(1))), Expr.index(part(of)))));
        return half;
    }

    /// The elements of each member's part of a buffer; 0 if there is no such part.
    private static long part(Buffer buffer) {
        Dim elements = buffer.elements();
        Dim one = elements.substitute(name -> name.equals(LoopProgram.MEMBERS.name()) ? Dim.ONE : Dim.named(name));
        return one.isConstant() && elements.equals(Dim.named(LoopProgram.MEMBERS.name()).times(one.value())) ? one.value() : 0;
    }

    /// Whether what is kept in a buffer is for this row alone: it is scratch memory of the member's own, in which all rows have the same place.
    private boolean isOwn(Buffer buffer, Stmt.For rows) {
        var inner = new HashSet<Expr.Var>();
        var places = new ArrayList<Expr>(new Reads(rows.body()).places.getOrDefault(buffer, List.of()));
        within(rows.body(), s -> {
            if (s instanceof Stmt.Let let) {
                inner.add(let.name());
            } else if (s instanceof Stmt.Store store && store.to() == buffer) {
                places.add(store.index());
            }
        });
        inner.add(rows.i());
        long part = part(buffer);
        return buffer.role() == Buffer.Role.TEMP && part > 0
                && places.stream().allMatch(e -> indices.of(e).filter(a -> a.coefficient(LoopProgram.MEMBER).is(part) && a.names().noneMatch(inner::contains)).isPresent());
    }

    /// Whether a row may be done twice: nothing is read that the row changes afterwards.
    private static boolean mayRepeat(List<Stmt> statements, Set<Buffer> stored, Set<Buffer> all) {
        for (Stmt s : statements) {
            var changed = new HashSet<>(all);
            changed.removeAll(stored);
            boolean fine = switch (s) {
                case Stmt.For loop -> mayRepeat(loop.body(), stored, all);
                case Stmt.Let _, Stmt.Assign _ -> Collections.disjoint(new Reads(List.of(s)).buffers, changed);
                case Stmt.Store store -> Collections.disjoint(new Reads(List.of(s)).buffers, changed) && store.mask() == null && stored.add(store.to()) | true;
                case Stmt.If _, Stmt.While _, Stmt.Launch _, Stmt.Barrier _ -> false;
            };
            if (!fine) {
                return false;
            }
        }
        return true;
    }

    /// Whether both loops go through a long row, the first one only to combine its elements, or to store others and combine those, the second one to do one or the other, and could do so together.
    private static boolean allowsJoin(Stmt.For begin, Stmt.For finish, boolean keeps) {
        return begin.from() instanceof Expr.Const(_, long zero, _) && zero == 0 && finish.from() instanceof Expr.Const(_, long nought, _) && nought == 0
                && begin.to() instanceof Expr.Const(_, long length, _) && finish.to() instanceof Expr.Const(_, long other, _) && length == other
                && begin.step() % finish.step() == 0 && length % begin.step() == 0 && length / begin.step() >= FEWEST_STEPS
                && begin.body().stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Assign || s instanceof Stmt.Store && keeps)
                && finish.body().stream().allMatch(s -> s instanceof Stmt.Let || (keeps ? s instanceof Stmt.Assign : s instanceof Stmt.Store))
                && Abreast.length(begin.body()) + begin.step() / finish.step() * Abreast.length(finish.body()) <= (keeps ? MOST_STEPS_KEPT : MOST_STEPS);
    }

    private static Stmt joined(Stmt.For begin, Stmt.For finish) {
        var copies = new ArrayList<List<Stmt>>();
        for (long k = 0; k < begin.step(); k += finish.step()) {
            copies.add(new Rewriter().with(finish.i(), Expr.plus(begin.i(), Expr.index(k))).copy(finish.body()));
        }
        var body = new ArrayList<>(begin.body());
        body.addAll(Abreast.of(copies));
        return new Stmt.For(begin.i(), begin.from(), begin.to(), begin.step(), Stmt.Binding.SERIAL, body);
    }

    private static int lanes(Set<Expr.Var> names) {
        return names.stream().mapToInt(Expr.Var::lanes).sum();
    }

    /// The names that a list declares for those that follow.
    private static Set<Expr.Var> declared(List<Stmt> statements) {
        var names = new HashSet<Expr.Var>();
        statements.forEach(s -> {
            if (s instanceof Stmt.Let let) {
                names.add(let.name());
            }
        });
        return names;
    }

    private static Set<Buffer> stores(List<Stmt> statements) {
        var buffers = new HashSet<Buffer>();
        within(statements, s -> {
            if (s instanceof Stmt.Store store) {
                buffers.add(store.to());
            }
        });
        return buffers;
    }

    /// Visits statements and those within them.
    private static void within(List<Stmt> statements, Consumer<Stmt> visit) {
        for (Stmt s : statements) {
            visit.accept(s);
            switch (s) {
                case Stmt.For loop -> within(loop.body(), visit);
                case Stmt.If(_, var then, var otherwise) -> {
                    within(then, visit);
                    within(otherwise, visit);
                }
                case Stmt.While(var head, _, var body) -> {
                    within(head, visit);
                    within(body, visit);
                }
                case Stmt.Store _, Stmt.Let _, Stmt.Assign _, Stmt.Launch _, Stmt.Barrier _ -> { }
            }
        }
    }

    /// The names and buffers that statements read; names that they declare and use themselves are among them.
    private static final class Reads extends Rewriter {
        final Set<Expr.Var> names = Collections.newSetFromMap(new IdentityHashMap<>());
        final Set<Buffer> buffers = new HashSet<>();
        final Map<Buffer, List<Expr>> places = new IdentityHashMap<>();

        Reads(List<Stmt> statements) {
            copy(statements);
        }

        @Override
        public Expr copy(Expr e) {
            if (e instanceof Expr.Var name) {
                names.add(name);
            } else if (e instanceof Expr.Load load) {
                buffers.add(load.buffer());
                places.computeIfAbsent(load.buffer(), _ -> new ArrayList<>()).add(load.index());
            }
            return super.copy(e);
        }
    }
}
