package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Label;

/// What the rounds of a loop read and write of a buffer, as segments of their own.
///
/// C2 checks every access of a loop against its segment's size. Where that size is a number and the loop has a constant number of rounds, all checks are
/// decided when the code is compiled. Otherwise C2 takes them out of the loop, each by some thirty instructions ahead of it and as many stores of what they find: for a row of 64 vectors a
/// thousand instructions, behind which the processor does not see the next row's memory any more. So the memory that such a loop goes through is a slice whose size is a constant, and the one check is
/// that of the slice. C2 makes no object of it. Slices are made where the method begins, since further on, behind many vectors, C2 inlines only what it is made to, and would call the making of a slice.
final class Slices {
    /// A number of elements for which there is no slice: those that a mask sets.
    static final int UNKNOWN = -1;
    /// Beyond so many rounds, what stands ahead of a loop does not count.
    private static final int MOST_ROUNDS = 128;
    /// So many slices C2 certainly keeps in registers and on the stack.
    private static final int MOST_SLICES = 12;

    /// An index: a sum of names times constants, and a constant.
    private record Linear(Map<Expr.Var, Long> terms, long constant) {
        /// The index `e`; null if it is of another form.
        static Linear of(Expr e) {
            return switch (e) {
                case Expr.Const c when c.lanes() == 1 -> new Linear(Map.of(), c.bits());
                case Expr.Var name when !name.isMutable() && name.type() == ElementType.I64 -> new Linear(Map.of(name, 1L), 0);
                case Expr.Apply(var fn, var arguments) when fn == Fn.ADD || fn == Fn.SUB || fn == Fn.MUL -> {
                    Linear a = of(arguments.get(0));
                    Linear b = of(arguments.get(1));
                    yield a == null || b == null ? null
                            : fn == Fn.ADD ? a.plus(b, 1)
                            : fn == Fn.SUB ? a.plus(b, -1)
                            : b.terms.isEmpty() ? new Linear(Map.of(), 0).plus(a, b.constant)
                            : a.terms.isEmpty() ? new Linear(Map.of(), 0).plus(b, a.constant) : null;
                }
                default -> null;
            };
        }

        private Linear plus(Linear that, long times) {
            var sum = new LinkedHashMap<>(terms);
            that.terms.forEach((name, factor) -> sum.merge(name, factor * times, Long::sum));
            sum.values().removeIf(factor -> factor == 0);
            return new Linear(sum, constant + that.constant * times);
        }

        private long factor(Expr.Var name) {
            return terms.getOrDefault(name, 0L);
        }

        private Map<Expr.Var, Long> without(Expr.Var name) {
            var rest = new LinkedHashMap<>(terms);
            rest.remove(name);
            return rest;
        }
    }

    private record Key(Buffer buffer, Map<Expr.Var, Long> rest) { }

    /// Elements from `from` to below `to`, counted from the rest of the key.
    private record Span(long from, long to, boolean written) {
        Span and(Span that) {
            return new Span(Math.min(from, that.from), Math.max(to, that.to), written || that.written);
        }
    }

    private record Slice(Span span, int local) { }

    private final MethodBody method;
    private final Instructions code;
    private final Map<Key, Slice> slices = new LinkedHashMap<>();
    private final Map<Expr.Var, Linear> known = new HashMap<>();
    /// Indices of other forms that can be computed where the method begins.
    private final Map<Expr.Var, Expr> early = new HashMap<>();
    private Stmt.For loop;

    Slices(MethodBody method) {
        this.method = method;
        this.code = method.code();
    }

    /// Whether a loop counts from one constant to another, in few steps, has no loop in it, and goes through memory in vectors: until C2 has compiled it, a slice is an object, as vectors are, and code
    /// without vectors makes none. A loop that reads single elements, too, keeps the checks of those in any case, and C2 has been seen to make an object of its slice.
    static boolean fits(Stmt.For loop) {
        return rounds(loop) >= 2 && rounds(loop) <= MOST_ROUNDS && loop.from() instanceof Expr.Const from && from.bits() >= 0
                && loop.to() instanceof Expr.Const to && to.bits() + loop.step() < Integer.MAX_VALUE && loop.body().stream().allMatch(Slices::isSimple)
                && !accesses(loop.body()).isEmpty();
    }

    private static long rounds(Stmt.For loop) {
        return loop.from() instanceof Expr.Const from && loop.to() instanceof Expr.Const to ? (to.bits() - from.bits() + loop.step() - 1) / loop.step() : 0;
    }

    private static boolean isSimple(Stmt s) {
        return switch (s) {
            case Stmt.Let(_, var value) -> !readsSingleElements(value);
            case Stmt.Assign(_, var value) -> !readsSingleElements(value);
            case Stmt.Store(_, _, var value, _) -> !readsSingleElements(value);
            case Stmt.For _, Stmt.While _, Stmt.Launch _, Stmt.Barrier _, Stmt.If _ -> false;
        };
    }

    private static boolean readsSingleElements(Expr e) {
        return switch (e) {
            case Expr.Const _, Expr.Var _ -> false;
            case Expr.Apply(_, var arguments) -> arguments.stream().anyMatch(Slices::readsSingleElements);
            case Expr.Cast(_, var x) -> readsSingleElements(x);
            case Expr.Bitcast(_, var x) -> readsSingleElements(x);
            case Expr.Load load -> load.lanes() == 1;
            case Expr.Splat(var x, _) -> readsSingleElements(x);
            case Expr.Ramp(var base, _, _) -> readsSingleElements(base);
            case Expr.FirstLanes(var count, _) -> readsSingleElements(count);
            case Expr.Halve(_, var x) -> readsSingleElements(x);
        };
    }

    /// Makes the slices of the loops in the list `body`, which begins where the method does.
    void open(List<Stmt> body) {
        var spans = new LinkedHashMap<Key, Span>();
        var declared = new HashSet<Expr.Var>();
        for (Stmt s : body) {
            if (s instanceof Stmt.Let(var name, var value)) {
                Linear linear = name.type() == ElementType.I64 && name.lanes() == 1 && !name.isMutable() ? linear(value) : null;
                if (linear != null) {
                    known.put(name, linear);
                } else if (name.type() == ElementType.I64 && !name.isMutable() && isIndex(value, declared)) {
                    early.put(name, value);
                }
                declared.add(name);
            } else if (s instanceof Stmt.For inner && fits(inner)) {
                loop = inner;
                var names = new HashSet<>(declared);
                inner.body().forEach(t -> {
                    if (t instanceof Stmt.Let let) {
                        names.add(let.name());
                    }
                });
                for (Access access : accesses(inner.body())) {
                    Linear index = linear(access.index);
                    if (index != null && index.factor(inner.i()) >= 0 && index.terms.keySet().stream().noneMatch(name -> names.contains(name) && !early.containsKey(name))) {
                        spans.merge(key(access.buffer, index), span(index, access.elements, access.written), Span::and);
                    }
                }
            }
        }
        loop = null;
        if (spans.size() > MOST_SLICES) {
            return;
        }
        spans.forEach((key, span) -> {
            int size = key.buffer.type().bytes();
            if ((span.to - span.from) * size > Integer.MAX_VALUE) {
                return;
            }
            method.segment(key.buffer);
            code.push(span.from);
            key.rest.forEach((name, factor) -> {
                method.scalars().push(early.getOrDefault(name, name));
                if (factor != 1) {
                    code.push(factor);
                    code.op(LMUL);
                }
                code.op(LADD);
            });
            scale(size);
            code.push((span.to - span.from) * size);
            code.invokeInterface(Memory.SEGMENT, "asSlice", "(JJ)" + Memory.SEGMENT_DESCRIPTOR);
            method.target().support().knowSegment(code);
            int local = code.newLocal(1);
            code.storeReference(local);
            check(local, span.written);
            slices.put(key, new Slice(span, local));
        });
    }

    /// Asks of a slice, before any loop, what every access asks: whether its memory is still there and this thread's, and whether it may be written. C2 finds that out in the first round of a loop otherwise, which it
    /// writes out ahead of the loop for that. Then the loop's loads leave a line out from row to row, and the processor, which follows the steps of each instruction by itself, does not fetch the next row ahead.
    private void check(int slice, boolean written) {
        code.loadReference(slice);
        Memory.layout(code, ElementType.BOOL);
        code.push(0L);
        code.invokeInterface(Memory.SEGMENT, "get", "(" + Memory.layoutDescriptor(ElementType.BOOL) + "J)B");
        code.op(POP);
        if (written) {
            Label mayWrite = new Label();
            code.loadReference(slice);
            code.invokeInterface(Memory.SEGMENT, "isReadOnly", "()Z");
            code.jump(IFEQ, mayWrite);
            code.op(ACONST_NULL);
            code.op(ATHROW);
            code.place(mayWrite);
        }
    }

    /// Whether a value is computed from what the method is given.
    private static boolean isIndex(Expr value, Set<Expr.Var> declared) {
        return switch (value) {
            case Expr.Const _ -> true;
            case Expr.Var name -> !name.isMutable() && !declared.contains(name);
            case Expr.Apply(_, var arguments) -> arguments.stream().allMatch(a -> isIndex(a, declared));
            default -> false;
        };
    }

    /// The index `e` in terms of names that the method is given.
    private Linear linear(Expr e) {
        Linear index = Linear.of(e);
        if (index == null) {
            return null;
        }
        Linear sum = new Linear(Map.of(), index.constant);
        for (var term : index.terms.entrySet()) {
            sum = sum.plus(known.getOrDefault(term.getKey(), new Linear(Map.of(term.getKey(), 1L), 0)), term.getValue());
        }
        return sum;
    }

    /// The loop whose body is written next.
    void enter(Stmt.For inner) {
        loop = inner;
    }

    /// Behind the loop.
    void leave() {
        loop = null;
    }

    private Key key(Buffer buffer, Linear index) {
        return new Key(buffer, index.without(loop.i()));
    }

    private Span span(Linear index, int elements, boolean written) {
        long from = ((Expr.Const) loop.from()).bits();
        long last = from + (rounds(loop) - 1) * loop.step();
        long factor = index.factor(loop.i());
        return new Span(factor * from + index.constant, factor * last + index.constant + elements, written);
    }

    /// Pushes the segment in which `elements` elements of `buffer` from `index` on lie, and the offset of the first in it, in bytes; false if there is no slice, and nothing was pushed.
    boolean push(Buffer buffer, Expr at, int elements, long more) {
        if (loop == null || elements == UNKNOWN) {
            return false;
        }
        Linear index = linear(at);
        Slice slice = index == null ? null : slices.get(key(buffer, index));
        if (slice == null || index.factor(loop.i()) < 0) {
            return false;
        }
        Span span = span(index, elements, false);
        if (span.from < slice.span.from || span.to > slice.span.to) {
            return false;
        }
        code.loadReference(slice.local);
        long factor = index.factor(loop.i());
        if (factor == 0) {
            code.push((index.constant - slice.span.from) * buffer.type().bytes() + more);
            return true;
        }
        method.scalars().push(loop.i());
        if (factor != 1) {
            code.push(factor);
            code.op(LMUL);
        }
        scale(buffer.type().bytes());
        code.push((index.constant - slice.span.from) * buffer.type().bytes() + more);
        code.op(LADD);
        return true;
    }

    private void scale(int size) {
        int shift = Integer.numberOfTrailingZeros(size);
        if (shift > 0) {
            code.push(shift);
            code.op(LSHL);
        }
    }

    /// A vector in memory: `elements` from `index` on.
    private record Access(Buffer buffer, Expr index, int elements, boolean written) { }

    private static List<Access> accesses(List<Stmt> statements) {
        var all = new ArrayList<Access>();
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.Let(_, var value) -> accesses(value, all);
                case Stmt.Assign(_, var value) -> accesses(value, all);
                case Stmt.Store(var to, var index, var value, var mask) -> {
                    accesses(value, all);
                    if (mask == null && to.type() != ElementType.BOOL && value.lanes() > 1) {
                        all.add(new Access(to, index, value.lanes(), true));
                    }
                }
                default -> throw new IllegalStateException("not in a simple loop: " + s);
            }
        }
        return all;
    }

    private static void accesses(Expr e, List<Access> all) {
        switch (e) {
            case Expr.Const _, Expr.Var _ -> { }
            case Expr.Apply(_, var arguments) -> arguments.forEach(a -> accesses(a, all));
            case Expr.Cast(_, var x) -> accesses(x, all);
            case Expr.Bitcast(_, var x) -> accesses(x, all);
            case Expr.Load(var buffer, var index, var lanes, var stride, var times, var mask, _) -> {
                if (lanes > 1 && mask == null && buffer.type() != ElementType.BOOL && stride == 1 && times == 1) {
                    all.add(new Access(buffer, index, lanes, false));
                }
            }
            case Expr.Splat(var x, _) -> accesses(x, all);
            case Expr.Ramp(var base, _, _) -> accesses(base, all);
            case Expr.FirstLanes(var count, _) -> accesses(count, all);
            case Expr.Halve(_, var x) -> accesses(x, all);
        }
    }
}
