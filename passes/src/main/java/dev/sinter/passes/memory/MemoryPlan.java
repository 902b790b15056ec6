package dev.sinter.passes.memory;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Steps put in order for a team, and temps put in places.
///
/// A barrier stands between two kernels if one touches what the other writes, unless member 0 runs both. Two temps share a place if the one is
/// done with before the other begins, with a barrier between, or if member 0 alone uses both.
///
/// @param body    launches, barriers and control flow
/// @param offsets each temp's byte offset, a multiple of 64
/// @param arena   the bytes of the arena
public record MemoryPlan(List<Stmt> body, Map<Buffer, Dim> offsets, Dim arena) {
    private static final int LINE = 64;

    /// Plans a program. Temps are placed in the order of their first use, so equal programs have equal plans.
    public static MemoryPlan of(List<Step> steps) {
        var planner = new Planner();
        var body = planner.steps(steps);
        var lives = new ArrayList<>(planner.lives.values());
        var places = new ArrayList<Slot>();
        var slotOf = new LinkedHashMap<Buffer, Slot>();
        for (Life life : lives) {
            Slot slot = choose(places, life);
            if (slot == null) {
                slot = new Slot();
                places.add(slot);
            }
            slot.take(life);
            slotOf.put(life.buffer, slot);
        }
        Dim end = Dim.ZERO;
        for (Slot slot : places) {
            slot.offset = end;
            end = end.plus(aligned(slot.bytes));
        }
        var offsets = new LinkedHashMap<Buffer, Dim>();
        slotOf.forEach((b, slot) -> offsets.put(b, slot.offset));
        return new MemoryPlan(body, offsets, end);
    }

    private static boolean isOfMembers(Buffer b) {
        return b.elements().names().contains(LoopProgram.MEMBERS.name());
    }

    /// Bytes rounded up to a cache line.
    private static Dim aligned(Dim bytes) {
        return bytes.plus(LINE - 1).floorDiv(LINE).times(LINE);
    }

    /// The free slot that fits best: equal size, else the smallest that is larger, else the largest that can grow.
    private static Slot choose(List<Slot> slots, Life life) {
        Slot best = null;
        for (Slot slot : slots) {
            if (!slot.isFreeFor(life)) {
                continue;
            }
            boolean fits = isAtMost(life.bytes(), slot.bytes);
            if (slot.bytes.equals(life.bytes())) {
                return slot;
            }
            if (fits || isAtMost(slot.bytes, life.bytes())) {
                boolean bestFits = best != null && isAtMost(life.bytes(), best.bytes);
                if (best == null || fits && (!bestFits || isAtMost(slot.bytes, best.bytes)) || !fits && !bestFits && isAtMost(best.bytes, slot.bytes)) {
                    best = slot;
                }
            }
        }
        return best;
    }

    /// Whether `a <= b` for all values of the names, as far as can be seen.
    private static boolean isAtMost(Dim a, Dim b) {
        Dim difference = b.minus(a);
        return difference.isConstant() ? difference.value() >= 0 : difference.toString().indexOf('-') < 0;
    }

    /// A place in the arena, taken by temps one after the other.
    private static final class Slot {
        Dim bytes = Dim.ZERO;
        Dim offset;
        final List<Life> lives = new ArrayList<>();

        boolean isFreeFor(Life life) {
            return lives.stream().allMatch(other -> other.isApartFrom(life));
        }

        void take(Life life) {
            lives.add(life);
            if (!isAtMost(life.bytes(), bytes)) {
                bytes = life.bytes();
            }
        }
    }

    /// From when to when a temp is in use.
    private static final class Life {
        final Buffer buffer;
        int firstTime;
        int firstPhase;
        int lastTime;
        int lastPhase;
        boolean shared;
        /// The begin of the outermost loop that has ended and in which this temp was first used; itself if there is none.
        int loopTime;
        int loopPhase;

        Life(Buffer buffer, int time, int phase) {
            this.buffer = buffer;
            firstTime = time;
            firstPhase = phase;
            loopTime = time;
            loopPhase = phase;
        }

        Dim bytes() {
            return buffer.elements().times(buffer.type().bytes());
        }

        boolean isApartFrom(Life that) {
            return isBefore(that) || that.isBefore(this);
        }

        private boolean isBefore(Life that) {
            return lastPhase < that.firstPhase || !shared && !that.shared && lastTime < that.firstTime;
        }
    }

    /// What members may still be doing since the last barrier.
    private static final class Pending {
        final Set<Buffer> reads = new HashSet<>();
        final Set<Buffer> writes = new HashSet<>();
        final Set<Buffer> sharedReads = new HashSet<>();
        final Set<Buffer> sharedWrites = new HashSet<>();

        boolean conflicts(Set<Buffer> reading, Set<Buffer> writing, boolean shared) {
            var r = shared ? reads : sharedReads;
            var w = shared ? writes : sharedWrites;
            return reading.stream().anyMatch(w::contains) || writing.stream().anyMatch(b -> w.contains(b) || r.contains(b));
        }

        void add(Set<Buffer> reading, Set<Buffer> writing, boolean shared) {
            reads.addAll(reading);
            writes.addAll(writing);
            if (shared) {
                sharedReads.addAll(reading);
                sharedWrites.addAll(writing);
            }
        }

        void clear() {
            reads.clear();
            writes.clear();
            sharedReads.clear();
            sharedWrites.clear();
        }

    }

    private static final class Planner {
        final Map<Buffer, Life> lives = new LinkedHashMap<>();
        private final Pending pending = new Pending();
        private int time;
        private int phase;

        List<Stmt> steps(List<Step> steps) {
            var out = new ArrayList<Stmt>();
            for (Step s : steps) {
                switch (s) {
                    case Step.Run run -> {
                        separate(run.reads(), run.writes(), run.shared(), out);
                        run.reads().forEach(b -> use(b, run.shared()));
                        run.writes().forEach(b -> use(b, run.shared()));
                        pending.add(run.reads(), run.writes(), run.shared());
                        time++;
                        out.add(new Stmt.Launch(run.kernel(), run.arguments()));
                    }
                    case Step.Blocks blocks -> dealt(blocks, out);
                    case Step.For loop -> repeated(loop, out);
                    case Step.While loop -> computed(loop, out);
                    case Step.If choice -> {
                        var condition = new ArrayList<Stmt>();
                        read(choice.condition(), condition);
                        out.addAll(condition);
                        barrier(out);                          // a branch not taken has no barriers: both begin and end with one
                        var then = branch(choice.then());
                        var otherwise = branch(choice.otherwise());
                        out.add(new Stmt.If(Expr.load(choice.condition(), choice.index()), then, otherwise));
                    }
                }
            }
            return out;
        }

        private List<Stmt> branch(List<Step> steps) {
            var body = steps(steps);
            barrier(body);
            return body;
        }

        /// All memory of the members' own is in use from the first block to the last.
        private void dealt(Step.Blocks blocks, List<Stmt> out) {
            var reads = new LinkedHashSet<Buffer>();
            var writes = new LinkedHashSet<Buffer>();
            blocks.body().forEach(run -> {
                reads.addAll(run.reads());
                writes.addAll(run.writes());
            });
            reads.removeIf(MemoryPlan::isOfMembers);
            writes.removeIf(MemoryPlan::isOfMembers);
            separate(reads, writes, true, out);
            blocks.body().forEach(run -> {
                run.reads().forEach(b -> use(b, true));
                run.writes().forEach(b -> use(b, true));
            });
            pending.add(reads, writes, true);
            time++;
            out.add(new Stmt.For(blocks.block(), share(blocks.count(), LoopProgram.MEMBER), share(blocks.count(), Expr.plus(LoopProgram.MEMBER, Expr.index(1))), 1, Stmt.Binding.SERIAL,
                    blocks.body().stream().<Stmt>map(run -> new Stmt.Launch(run.kernel(), run.arguments())).toList()));
        }

        private static Expr share(Expr count, Expr member) {
            return Expr.apply(Fn.DIV, Expr.times(count, member), LoopProgram.MEMBERS);
        }

        /// A body that the team works on ends with a barrier, so that no member is a step ahead; and one stands before the loop, which may have no steps.
        private void repeated(Step.For loop, List<Stmt> out) {
            boolean team = isShared(loop.body()) || !pending.sharedReads.isEmpty() || !pending.sharedWrites.isEmpty();
            if (team) {
                barrier(out);
            }
            int start = time;
            int startPhase = phase;
            Map<Buffer, Life> outside = new LinkedHashMap<>(lives);
            var body = steps(loop.body());
            if (team) {
                barrier(body);
            }
            extend(outside, start, startPhase);
            out.add(new Stmt.For(loop.i(), Expr.index(0), loop.to(), 1, Stmt.Binding.SERIAL, body));
        }

        private void computed(Step.While loop, List<Stmt> out) {
            barrier(out);
            int start = time;
            int startPhase = phase;
            Map<Buffer, Life> outside = new LinkedHashMap<>(lives);
            var head = steps(loop.head());
            barrier(head);
            use(loop.condition(), true);
            time++;
            var body = new ArrayList<Stmt>();
            barrier(body);                                     // all have read the condition before it is computed again
            body.addAll(steps(loop.body()));
            barrier(body);
            extend(outside, start, startPhase);
            extend(Map.of(loop.condition(), lives.get(loop.condition())), start, startPhase);
            out.add(new Stmt.While(head, Expr.load(loop.condition(), loop.index()), body));
        }

        /// What existed before a loop and is used within it is used until its end. What began within and is used afterwards, a stack of results, was in use
        /// from the loop's begin: the next step's temps must not take its place. That is known at the use ([#use]).
        private void extend(Map<Buffer, Life> outside, int start, int startPhase) {
            time++;
            lives.forEach((buffer, life) -> {
                if (!outside.containsKey(buffer)) {
                    life.loopTime = start;
                    life.loopPhase = startPhase;
                }
            });
            outside.values().forEach(life -> {
                if (life.lastTime >= start) {
                    life.lastTime = time;
                    life.lastPhase = phase;
                }
            });
        }

        private static boolean isShared(List<Step> steps) {
            return steps.stream().anyMatch(s -> switch (s) {
                case Step.Run run -> run.shared();
                case Step.For loop -> isShared(loop.body());
                case Step.Blocks _, Step.While _, Step.If _ -> true;
            });
        }

        private void read(Buffer condition, List<Stmt> out) {
            separate(Set.of(condition), Set.of(), true, out);
            use(condition, true);
            pending.add(Set.of(condition), Set.of(), true);
        }

        private void separate(Set<Buffer> reads, Set<Buffer> writes, boolean shared, List<Stmt> out) {
            if (pending.conflicts(reads, writes, shared)) {
                barrier(out);
            }
        }

        private void barrier(List<Stmt> out) {
            out.add(new Stmt.Barrier());
            pending.clear();
            phase++;
        }

        private void use(Buffer buffer, boolean shared) {
            if (buffer.role() != Buffer.Role.TEMP) {
                return;
            }
            Life life = lives.computeIfAbsent(buffer, b -> new Life(b, time, phase));
            life.firstTime = Math.min(life.firstTime, life.loopTime);
            life.firstPhase = Math.min(life.firstPhase, life.loopPhase);
            life.lastTime = time;
            life.lastPhase = phase;
            life.shared |= shared;
        }
    }
}
