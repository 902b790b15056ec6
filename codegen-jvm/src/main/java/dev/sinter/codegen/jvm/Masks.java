package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;

/// Pushes the parts of masks: vectors of bools. A part selects lanes of a vector of the *carrier* type that its consumer asks for;
/// where that is not the type the mask comes from, it is converted, by way of its bits if the parts have other lanes.
final class Masks {
    /// The carrier of a mask that comes from no vector.
    static final ElementType DEFAULT_CARRIER = ElementType.F32;

    private final MethodBody method;
    private final Instructions code;

    Masks(MethodBody method) {
        this.method = method;
        this.code = method.code();
    }

    /// The carrier that costs no conversion.
    ElementType carrierOf(Expr mask) {
        ElementType source = sourceOf(mask);
        return source == null ? DEFAULT_CARRIER : source;
    }

    /// The carrier of a mask that comes from a vector, else null.
    private ElementType sourceOf(Expr mask) {
        return switch (mask) {
            case Expr.Apply(var fn, var arguments) when fn.isComparison() && arguments.getFirst().type() != ElementType.BOOL ->
                    arguments.getFirst().type();
            case Expr.Apply(_, var arguments) -> arguments.stream().map(this::sourceOf).filter(Objects::nonNull).findFirst().orElse(null);
            case Expr.Cast(_, var x) -> x.type() == ElementType.BOOL ? sourceOf(x) : x.type();
            case Expr.Var name -> method.frame().slot(name).carrier();
            case Expr.Const _, Expr.Bitcast _, Expr.Load _, Expr.Splat _, Expr.Ramp _, Expr.FirstLanes _, Expr.Halve _ -> null;
        };
    }

    /// Pushes the mask for part `part` of vectors of `carrier`.
    void push(Expr mask, ElementType carrier, int part) {
        Split split = method.vectors().split(carrier, mask.lanes());
        switch (mask) {
            case Expr.Const(_, long bits, _) -> {
                split.species(code);
                code.push((int) bits);
                all();
            }
            case Expr.Splat(var x, _) -> {
                split.species(code);
                method.scalars().pushShared(x);
                all();
            }
            case Expr.Var name -> {
                Frame.Slot slot = method.frame().slot(name);
                converted(mask, slot.carrier(), split, part, p -> code.loadReference(slot.locals()[p]));
            }
            case Expr.FirstLanes(var count, _) -> {
                split.species(code);
                firstLanes(count, split, part);
                fromBits();
            }
            case Expr.Load load -> {
                split.species(code);
                method.frame().shareBits(load, () -> method.memory().pushBits(load));
                code.push(part * split.partLanes());
                code.op(LUSHR);
                fromBits();
            }
            case Expr.Cast(_, var x) -> {
                if (x.type() == ElementType.BOOL) {
                    push(x, carrier, part);
                } else {
                    Expr zero = new Expr.Const(x.type(), 0, x.lanes());
                    converted(mask, x.type(), split, part, p -> method.vectors().compare(Fn.NE, x, zero, p));
                }
            }
            case Expr.Apply(var fn, var arguments) -> {
                Expr first = arguments.getFirst();
                if (fn.isComparison() && first.type() != ElementType.BOOL) {
                    converted(mask, first.type(), split, part, p -> method.vectors().compare(fn, first, arguments.get(1), p));
                } else {
                    logic(fn, arguments, carrier, part);
                }
            }
            case Expr.Bitcast _, Expr.Ramp _, Expr.Halve _ -> throw new IllegalStateException(mask + " is no mask");
        }
    }

    private void logic(Fn fn, List<Expr> arguments, ElementType carrier, int part) {
        switch (fn) {
            case AND -> binary("and", arguments, carrier, part);
            case OR -> binary("or", arguments, carrier, part);
            case XOR, NE -> binary("xor", arguments, carrier, part);
            case EQ -> binary("eq", arguments, carrier, part);
            case NOT -> {
                push(arguments.getFirst(), carrier, part);
                not();
            }
            case SELECT -> {
                push(arguments.get(0), carrier, part);
                code.op(DUP);
                push(arguments.get(1), carrier, part);
                combine("and");
                code.op(SWAP);
                not();
                push(arguments.get(2), carrier, part);
                combine("and");
                combine("or");
            }
            default -> throw new IllegalStateException(fn + " of bools");
        }
    }

    private void binary(String name, List<Expr> arguments, ElementType carrier, int part) {
        arguments.forEach(a -> push(a, carrier, part));
        combine(name);
    }

    private void combine(String name) {
        code.invokeVirtual(Split.MASK, name, "(" + Split.MASK_DESCRIPTOR + ")" + Split.MASK_DESCRIPTOR);
    }

    private void not() {
        code.invokeVirtual(Split.MASK, "not", "()" + Split.MASK_DESCRIPTOR);
    }

    /// Pushes part `part` of a mask for the vectors of `to`, whose parts for vectors of `carrier` are pushed by `parts`.
    private void converted(Expr mask, ElementType carrier, Split to, int part, IntConsumer parts) {
        Split from = method.vectors().split(carrier, mask.lanes());
        if (from.partLanes() == to.partLanes()) {
            parts.accept(part);
            if (from.type() != to.type()) {
                to.species(code);
                code.invokeVirtual(Split.MASK, "cast", "(" + Split.SPECIES_DESCRIPTOR + ")" + Split.MASK_DESCRIPTOR);
            }
        } else if (from.partLanes() > to.partLanes()) {
            int ratio = from.partLanes() / to.partLanes();
            to.species(code);
            method.frame().sharePart(mask, part / ratio, from.count(), parts);
            toBits();
            code.push(part % ratio * to.partLanes());
            code.op(LUSHR);
            fromBits();
        } else {
            int ratio = to.partLanes() / from.partLanes();
            to.species(code);
            joinedBits(part * ratio, ratio, from.partLanes(), parts);
            fromBits();
        }
    }

    /// Pushes the bits of `count` parts from `first` on, the first part's lowest.
    private void joinedBits(int first, int count, int partLanes, IntConsumer parts) {
        for (int p = 0; p < count; p++) {
            parts.accept(first + p);
            toBits();
            if (p > 0) {
                code.push(p * partLanes);
                code.op(LSHL);
                code.op(LOR);
            }
        }
    }

    /// Pushes all lanes of a mask as the bits of a long, lane 0 lowest.
    void pushBits(Expr mask) {
        if (mask instanceof Expr.Load load) {
            method.frame().shareBits(load, () -> method.memory().pushBits(load));
            return;
        }
        ElementType carrier = carrierOf(mask);
        Split split = method.vectors().split(carrier, mask.lanes());
        joinedBits(0, split.count(), split.partLanes(), p -> push(mask, carrier, p));
    }

    /// Pushes a mask's lanes combined to a bool by `AND`, `OR` or `XOR`: their order does not matter.
    void pushHalved(Fn fn, Expr mask) {
        pushBits(mask);
        switch (fn) {
            case AND -> {
                code.push(mask.lanes() == Long.SIZE ? -1L : (1L << mask.lanes()) - 1);
                code.op(LCMP);
                code.truthOf(no -> code.jump(IFNE, no));
            }
            case OR -> {
                code.push(0L);
                code.op(LCMP);
                code.op(ICONST_1);
                code.op(IAND);
            }
            case XOR -> {
                code.invokeStatic("java/lang/Long", "bitCount", "(J)I");
                code.op(ICONST_1);
                code.op(IAND);
            }
            default -> throw new IllegalStateException(fn + " of bools");
        }
    }

    /// Pushes the lowest `count - before` bits, where `before` lanes precede this part; no bits, or those of the part, if that is out of
    /// range. Nothing overflows, whatever `count` is.
    private void firstLanes(Expr count, Split split, int part) {
        long before = (long) part * split.partLanes();
        code.push(-1L);
        method.scalars().pushShared(count);
        code.push(before);
        code.invokeStatic("java/lang/Math", "max", "(JJ)J");
        code.push(before);
        code.op(LSUB);
        code.push((long) split.partLanes());
        code.invokeStatic("java/lang/Math", "min", "(JJ)J");
        code.op(L2I);
        code.op(LSHL);
        code.push(-1L);
        code.op(LXOR);
    }

    /// Turns species and bits on the stack into a mask.
    void fromBits() {
        code.invokeStatic(Split.MASK, "fromLong", "(" + Split.SPECIES_DESCRIPTOR + "J)" + Split.MASK_DESCRIPTOR);
    }

    private void toBits() {
        code.invokeVirtual(Split.MASK, "toLong", "()J");
    }

    private void all() {
        code.invokeInterface(Split.API + "VectorSpecies", "maskAll", "(Z)" + Split.MASK_DESCRIPTOR);
    }
}
