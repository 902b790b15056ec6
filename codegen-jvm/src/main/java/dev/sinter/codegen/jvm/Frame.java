package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.ElementType;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import org.objectweb.asm.Opcodes;

/// Where the names of one method live, and the values that one statement needs more than once.
final class Frame {
    /// The locals of a name: one for a scalar, one for each part of a vector.
    ///
    /// @param carrier the type whose lanes a mask selects, `BOOL` for a mask that is kept as the bits of a long; for other vectors and scalars the type itself
    record Slot(ElementType carrier, int[] locals) { }

    private final Instructions code;
    private final int vectorBits;
    private final Map<Expr.Var, Slot> slots = new IdentityHashMap<>();
    private Map<Expr, int[]> shared;             // local 0 holds an argument, so that 0 says: not yet
    private Map<Expr, int[]> sharedBits;

    Frame(Instructions code, int vectorBits) {
        this.code = code;
        this.vectorBits = vectorBits;
    }

    /// Gives locals to a name. A mask is kept for vectors of `carrier`, or as bits (`BOOL`); other names ignore it.
    Slot bind(Expr.Var name, ElementType carrier) {
        Slot slot;
        if (name.lanes() == 1) {
            slot = new Slot(name.type(), new int[] {code.newLocal(name.type())});
        } else if (name.type() == ElementType.BOOL && carrier == ElementType.BOOL) {
            slot = new Slot(carrier, new int[] {code.newLocal(ElementType.I64)});
        } else {
            ElementType kept = name.type() == ElementType.BOOL ? carrier : name.type();
            var locals = new int[Split.of(kept, name.lanes(), vectorBits).count()];
            for (int p = 0; p < locals.length; p++) {
                locals[p] = code.newLocal(1);
            }
            slot = new Slot(kept, locals);
        }
        slots.put(name, slot);
        return slot;
    }

    /// Gives a local to a scalar name.
    int bindScalar(Expr.Var name) {
        return bind(name, name.type()).locals()[0];
    }

    /// Lets a name stand for locals that exist already.
    void alias(Expr.Var name, Slot slot) {
        slots.put(name, slot);
    }

    /// The locals of a name.
    Slot slot(Expr.Var name) {
        Slot slot = slots.get(name);
        if (slot == null) {
            throw new IllegalStateException("the name " + name + " has no local");
        }
        return slot;
    }

    /// Runs `emission`, within which [#share] computes every value at most once. The locals taken for that are free again afterwards.
    void sharing(boolean repeats, Runnable emission) {
        var outer = shared;
        var outerBits = sharedBits;
        int mark = code.mark();
        shared = repeats ? new IdentityHashMap<>() : null;
        sharedBits = repeats ? new IdentityHashMap<>() : null;
        emission.run();
        shared = outer;
        sharedBits = outerBits;
        code.release(mark);
    }

    /// Pushes the scalar `e`, which `compute` pushes.
    void shareScalar(Expr e, Runnable compute) {
        share(shared, e, e.type(), compute);
    }

    /// Pushes the bits of the mask `e`, which `compute` pushes.
    void shareBits(Expr e, Runnable compute) {
        share(sharedBits, e, ElementType.I64, compute);
    }

    private void share(Map<Expr, int[]> known, Expr e, ElementType type, Runnable compute) {
        if (known == null) {
            compute.run();
        } else if (known.get(e) instanceof int[] locals) {
            code.load(type, locals[0]);
        } else {
            compute.run();
            int local = code.newLocal(type);
            code.duplicate(type);
            code.store(type, local);
            known.put(e, new int[] {local});
        }
    }

    /// Pushes part `part` (of `count`) of the vector `e`, which `compute` pushes.
    void sharePart(Expr e, int part, int count, IntConsumer compute) {
        if (shared == null) {
            compute.accept(part);
            return;
        }
        int[] locals = shared.computeIfAbsent(e, _ -> new int[count]);
        if (locals[part] == 0) {
            compute.accept(part);
            locals[part] = code.newLocal(1);
            code.op(Opcodes.DUP);
            code.storeReference(locals[part]);
        } else {
            code.loadReference(locals[part]);
        }
    }
}
