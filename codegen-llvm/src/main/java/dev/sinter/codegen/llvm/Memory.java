package dev.sinter.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.LLVMAdd;
import static org.bytedeco.llvm.global.LLVM.LLVMIntNE;
import static org.bytedeco.llvm.global.LLVM.LLVMOr;
import static org.bytedeco.llvm.global.LLVM.LLVMZExt;

import dev.sinter.codegen.llvm.Instructions.Ssa;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.stream.IntStream;

/// Elements and vectors of a buffer as instructions. Addresses are only ever assumed to be aligned to an element. A bool is a byte in
/// memory and a bit in a register.
final class Memory {
    /// Up to this stride, vectors are loaded whole and shuffled: one load and one shuffle per step of the stride, where a gather costs
    /// a load per lane.
    private static final int WIDEST_SHUFFLED_STRIDE = 4;
    /// What LLVM's `prefetch` is told: what for, into which cache, and what is there.
    private static final int READ = 0;
    private static final int NEAREST = 3;
    private static final int DATA = 1;

    private Memory() { }

    /// Lane `l` is element `index + l * stride`, or 0 where `mask` (null: all set) is unset.
    static Ssa load(Instructions in, ElementType type, Ssa base, Ssa index, int lanes, int stride, Ssa mask) {
        Ssa loaded = stride == 1 || lanes == 1 ? contiguous(in, type, base, index, lanes, mask)
                : mask != null ? gather(in, type, base, index, lanes, stride, mask)
                : stride == 0 ? in.splat(contiguous(in, type, base, index, 1, null), lanes)
                : 1 < stride && stride <= WIDEST_SHUFFLED_STRIDE && stride < lanes ? shuffled(in, type, base, index, lanes, stride)
                : gather(in, type, base, index, lanes, stride, in.constant(ElementType.BOOL, 1, lanes));
        return type == ElementType.BOOL ? in.compareIntegers(LLVMIntNE, loaded, in.zero(in.memoryType(type, lanes))) : loaded;
    }

    /// Lane `l` is element `index + l / times`, or 0 where `mask` (null: all set) is unset.
    static Ssa repeated(Instructions in, ElementType type, Ssa base, Ssa index, int lanes, int times, Ssa mask) {
        int elements = lanes / times;
        Ssa wanted = null;                                     // an element is, if any of its lanes is
        for (int t = 0; mask != null && t < times; t++) {
            int lane = t;
            Ssa some = in.shuffle(mask, mask, IntStream.range(0, elements).map(e -> e * times + lane).toArray());
            wanted = wanted == null ? some : in.binary(LLVMOr, wanted, some);
        }
        Ssa each = load(in, type, base, index, elements, 1, wanted);
        Ssa repeated = in.shuffle(each, each, IntStream.range(0, lanes).map(l -> l / times).toArray());
        return mask == null ? repeated : Operators.apply(in, Fn.SELECT, type, lanes, List.of(mask, repeated, in.zero(in.type(type, lanes))));
    }

    /// Has the line of an element fetched into the nearest cache, if there is such an element.
    static void fetch(Instructions in, ElementType type, Ssa base, Ssa index) {
        in.intrinsic("llvm.prefetch", List.of(in.pointer()), in.address(in.memoryType(type, 1), base, index),
                in.constant(ElementType.I32, READ, 1), in.constant(ElementType.I32, NEAREST, 1), in.constant(ElementType.I32, DATA, 1));
    }

    private static Ssa contiguous(Instructions in, ElementType type, Ssa base, Ssa index, int lanes, Ssa mask) {
        var vector = in.memoryType(type, lanes);
        Ssa address = in.address(in.memoryType(type, 1), base, index);
        if (mask == null) {
            return in.load(vector, address, type.bytes());
        }
        if (lanes == 1) {
            Ssa place = in.local("masked", vector);
            in.write(place, in.zero(vector));
            in.when(mask, () -> in.write(place, in.load(vector, address, type.bytes())), () -> { });
            return in.read(vector, place);
        }
        return in.intrinsic("llvm.masked.load", List.of(vector, in.pointer()), address, alignment(in, type), mask, in.zero(vector));
    }

    private static Ssa gather(Instructions in, ElementType type, Ssa base, Ssa index, int lanes, int stride, Ssa mask) {
        Ssa offsets = in.constants(ElementType.I64, lanes, l -> l * stride);
        Ssa addresses = in.address(in.memoryType(type, 1), base, in.binary(LLVMAdd, in.splat(index, lanes), offsets));
        var vector = in.memoryType(type, lanes);
        return in.intrinsic("llvm.masked.gather", List.of(vector, in.typeOf(addresses)), addresses, alignment(in, type), mask, in.zero(vector));
    }

    /// Loads everything from the first to the last element in `stride` vectors, each picking up its lanes. The last vector ends
    /// with the last element: nothing beyond it is touched.
    private static Ssa shuffled(Instructions in, ElementType type, Ssa base, Ssa index, int lanes, int stride) {
        Ssa picked = in.nothing(in.memoryType(type, lanes));
        for (int part = 0; part < stride; part++) {
            int first = part < stride - 1 ? part * lanes : (lanes - 1) * stride + 1 - lanes;
            Ssa whole = contiguous(in, type, base, in.binary(LLVMAdd, index, in.index(first)), lanes, null);
            int current = part;
            picked = in.shuffle(picked, whole, IntStream.range(0, lanes).map(lane -> {
                int home = Math.min(lane * stride / lanes, stride - 1);
                return home < current ? lane : home == current ? lanes + lane * stride - first : -1;
            }).toArray());
        }
        return picked;
    }

    /// Writes lane `l` to element `index + l` where `mask` (null: all set) is set.
    static void store(Instructions in, ElementType type, Ssa base, Ssa index, int lanes, Ssa value, Ssa mask) {
        Ssa stored = type == ElementType.BOOL ? in.cast(LLVMZExt, value, in.memoryType(type, lanes)) : value;
        Ssa address = in.address(in.memoryType(type, 1), base, index);
        if (mask == null) {
            in.store(stored, address, type.bytes());
        } else if (lanes == 1) {
            in.when(mask, () -> in.store(stored, address, type.bytes()), () -> { });
        } else {
            in.intrinsic("llvm.masked.store", List.of(in.memoryType(type, lanes), in.pointer()), stored, address, alignment(in, type), mask);
        }
    }

    private static Ssa alignment(Instructions in, ElementType type) {
        return in.constant(ElementType.I32, type.bytes(), 1);
    }
}
