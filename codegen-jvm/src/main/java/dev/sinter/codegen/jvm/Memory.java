package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.objectweb.asm.Label;

/// Loads and stores. A buffer is a `MemorySegment`, an index becomes an offset in bytes, and the bounds are checked by the segment.
final class Memory {
    static final String SEGMENT = "java/lang/foreign/MemorySegment";
    static final String SEGMENT_DESCRIPTOR = "L" + SEGMENT + ";";
    private static final String LAYOUT = "java/lang/foreign/ValueLayout";
    static final String ORDER_DESCRIPTOR = "Ljava/nio/ByteOrder;";
    /// The lowest bit of each of eight bytes.
    private static final long BOOLS = 0x0101_0101_0101_0101L;
    private static final int BYTES_OF_LONG = 8;
    /// Up to this stride, whole vectors are loaded and their lanes picked.
    private static final int MOST_CHUNKS = 4;

    private final MethodBody method;
    private final Instructions code;

    Memory(MethodBody method) {
        this.method = method;
        this.code = method.code();
    }

    /// Pushes the layout of one element.
    static void layout(Instructions code, ElementType type) {
        String name = switch (type) {
            case F32 -> "JAVA_FLOAT_UNALIGNED";
            case F64 -> "JAVA_DOUBLE_UNALIGNED";
            case I32 -> "JAVA_INT_UNALIGNED";
            case I64 -> "JAVA_LONG_UNALIGNED";
            case BOOL -> "JAVA_BYTE";
        };
        code.constantField(LAYOUT, name, layoutDescriptor(type));
    }

    /// The descriptor of the layout of one element.
    static String layoutDescriptor(ElementType type) {
        return "L" + LAYOUT + "$Of" + switch (type) {
            case F32 -> "Float";
            case F64 -> "Double";
            case I32 -> "Int";
            case I64 -> "Long";
            case BOOL -> "Byte";
        } + ";";
    }

    private static String element(ElementType type) {
        return type == ElementType.BOOL ? "B" : Instructions.typeOf(type).getDescriptor();
    }

    /// Turns the index on top into an offset in bytes.
    private void scale(ElementType type) {
        int shift = Integer.numberOfTrailingZeros(type.bytes());
        if (shift > 0) {
            code.push(shift);
            code.op(LSHL);
        }
    }

    private void addOffset(long bytes) {
        if (bytes != 0) {
            code.push(bytes);
            code.op(LADD);
        }
    }

    // Scalars.

    /// Pushes one element; where a mask is unset, 0.
    void pushScalar(Expr.Load load) {
        if (load.mask() == null) {
            get(load.buffer(), () -> {
                method.scalars().push(load.index());
                scale(load.type());
            });
            return;
        }
        Label unset = new Label();
        Label end = new Label();
        method.scalars().jumpUnless(load.mask(), unset);
        get(load.buffer(), () -> {
            method.scalars().push(load.index());
            scale(load.type());
        });
        code.jump(GOTO, end);
        code.place(unset);
        method.scalars().push(new Expr.Const(load.type(), 0, 1));
        code.place(end);
    }

    private void get(Buffer buffer, Runnable offset) {
        method.segment(buffer);
        layout(code, buffer.type());
        offset.run();
        code.invokeInterface(SEGMENT, "get", "(" + layoutDescriptor(buffer.type()) + "J)" + element(buffer.type()));
        if (buffer.type() == ElementType.BOOL) {
            code.op(ICONST_1);
            code.op(IAND);
        }
    }

    /// Stores a scalar.
    void storeScalar(Buffer to, Expr index, Expr value, Expr mask) {
        Label unset = new Label();
        if (mask != null) {
            method.scalars().jumpUnless(mask, unset);
        }
        method.segment(to);
        layout(code, to.type());
        method.scalars().push(index);
        scale(to.type());
        method.scalars().push(value);
        if (to.type() == ElementType.BOOL) {
            code.op(I2B);
        }
        code.invokeInterface(SEGMENT, "set", "(" + layoutDescriptor(to.type()) + "J" + element(to.type()) + ")V");
        code.place(unset);
    }

    // Vectors.

    /// Pushes part `part` of a vector that is not a mask.
    void pushPart(Expr.Load load, int part) {
        Split split = method.vectors().split(load);
        if (load.times() > 1) {
            repeated(load, split, part);
        } else if (load.stride() == 1 && load.mask() == null) {
            split.species(code);
            place(load.buffer(), load.index(), load.lanes(), (long) part * split.partBytes());
            load(split, false);
        } else if (load.stride() == 1) {
            contiguous(load.buffer(), split, () -> {
                method.scalars().pushShared(load.index());
                scale(load.type());
                addOffset((long) part * split.partBytes());
            }, () -> method.masks().push(load.mask(), split.type(), part));
        } else if (load.stride() > 1 && load.stride() <= MOST_CHUNKS && load.stride() <= split.partLanes()) {
            strided(load, split, part);
        } else {
            gathered(load, split, part);
        }
    }

    /// Pushes the memory where elements lie, and where in it, in bytes: a slice if there is one for all of them, else the buffer's.
    ///
    /// @param elements how many there are from `index` on
    /// @param part     which bytes of them are meant
    private void place(Buffer buffer, Expr index, int elements, long part) {
        if (!method.slices().push(buffer, index, elements, part)) {
            method.segment(buffer);
            method.scalars().pushShared(index);
            scale(buffer.type());
            addOffset(part);
        }
    }

    /// Lanes side by side, all of them or those that a mask sets.
    ///
    /// A masked load that lies within the segment is an ordinary one, blended with zeros; nearly all do, since memory of the runtime's goes on behind its
    /// last element. The question stands in the method itself, so that its profile is its own and C2 leaves out the side that is never taken. In the Vector
    /// API's masked load both sides stay, and C2 boxes the accumulators that meet what it loads.
    private void contiguous(Buffer buffer, Split split, Runnable offset, Runnable mask) {
        if (mask == null) {
            split.species(code);
            method.segment(buffer);
            offset.run();
            load(split, false);
            return;
        }
        Label outside = new Label();
        Label end = new Label();
        mask.run();
        int lanes = code.newLocal(1);
        code.storeReference(lanes);
        offset.run();
        int from = keep(ElementType.I64);
        code.load(ElementType.I64, from);
        method.segment(buffer);
        code.invokeInterface(SEGMENT, "byteSize", "()J");
        code.push((long) split.partBytes());
        code.op(LSUB);
        code.load(ElementType.I64, from);
        code.op(LSUB);
        code.op(LOR);                                    // negative if either is: the offset, or what is left of the segment behind the vector
        code.push(0L);
        code.op(LCMP);
        code.jump(IFLT, outside);
        split.species(code);
        code.invokeStatic(split.owner(), "zero", "(" + Split.SPECIES_DESCRIPTOR + ")" + split.descriptor());
        split.species(code);
        method.segment(buffer);
        code.load(ElementType.I64, from);
        load(split, false);
        code.loadReference(lanes);
        method.vectors().blend();
        code.cast(split.owner());
        code.jump(GOTO, end);
        code.place(outside);
        split.species(code);
        method.segment(buffer);
        code.load(ElementType.I64, from);
        method.target().support().pushOrder(code);
        code.loadReference(lanes);
        load(split, true);
        code.place(end);
    }

    /// Loads with species, segment and offset on the stack, and behind them, if it is masked, byte order and mask.
    private void load(Split split, boolean masked) {
        if (!masked) {
            method.target().support().pushOrder(code);
        }
        code.invokeStatic(split.owner(), "fromMemorySegment", "(" + Split.SPECIES_DESCRIPTOR + SEGMENT_DESCRIPTOR + "J" + ORDER_DESCRIPTOR
                + (masked ? Split.MASK_DESCRIPTOR : "") + ")" + split.descriptor());
    }

    /// Pops the scalar on top into a fresh local.
    private int keep(ElementType type) {
        int local = code.newLocal(type);
        code.store(type, local);
        return local;
    }

    /// The bits of a load's mask in a fresh local, that of `lane` lowest.
    private int keepMask(Expr mask, int lane) {
        method.frame().shareBits(mask, () -> method.masks().pushBits(mask));
        code.push(lane);
        code.op(LUSHR);
        return keep(ElementType.I64);
    }

    /// A part whose lanes are `stride` elements apart, from `stride` contiguous loads, whose lanes are rearranged and blended. Nothing
    /// before the first and after the last element is touched: the last load ends there.
    private void strided(Expr.Load load, Split split, int part) {
        int lanes = split.partLanes();
        int stride = load.stride();
        method.scalars().pushShared(load.index());
        code.push((long) part * lanes * stride);
        code.op(LADD);
        int index = keep(ElementType.I64);
        int bits = -1;
        if (load.mask() != null) {
            bits = keepMask(load.mask(), part * lanes);
            code.load(ElementType.I64, bits);
            code.push(everyBit(stride, 0, lanes));
            code.invokeStatic("java/lang/Long", "expand", "(JJ)J");
            code.store(ElementType.I64, bits);
        }
        int done = 0;
        for (int chunk = 0; done < lanes; chunk++) {
            int start = Math.min(chunk * lanes, (lanes - 1) * (stride - 1));
            int from = done;
            var sources = new ArrayList<Integer>();
            for (int l = 0; l < lanes; l++) {
                int source = l * stride - start;
                boolean here = l >= from && source >= 0 && source < lanes;
                sources.add(here ? source : 0);
                done = here ? l + 1 : done;
            }
            Runnable offset = () -> {
                code.load(ElementType.I64, index);
                addOffset(start);
                scale(load.type());
            };
            int elements = bits;
            long wanted = everyBit(stride, from, done);
            contiguous(load.buffer(), split, offset, load.mask() == null ? null : () -> {
                split.species(code);
                code.load(ElementType.I64, elements);
                code.push(wanted);
                code.op(LAND);
                code.push(start);
                code.op(LUSHR);
                method.masks().fromBits();
            });
            method.target().support().pushShuffle(code, split, new Shuffle(sources));
            method.vectors().rearrange();
            if (from > 0) {
                split.species(code);
                code.push(((1L << done) - 1) & -(1L << from));
                method.masks().fromBits();
                method.vectors().blend();
            }
        }
        code.cast(split.owner());
    }

    /// The bits `l * stride` for `l` from `from` to below `to`.
    private static long everyBit(int stride, int from, int to) {
        long bits = 0;
        for (int l = from; l < to; l++) {
            bits |= 1L << l * stride;
        }
        return bits;
    }

    /// A part whose elements are each in several lanes: those that there are, side by side, then rearranged.
    private void repeated(Expr.Load load, Split split, int part) {
        int lanes = split.partLanes();
        int times = load.times();
        int elements = Math.max(1, lanes / times);
        method.scalars().pushShared(load.index());
        code.push((long) part * lanes / times);
        code.op(LADD);
        int index = keep(ElementType.I64);
        int bits = -1;
        if (load.mask() != null) {
            bits = keepMask(load.mask(), part * lanes);
            split.species(code);
            code.invokeStatic(split.owner(), "zero", "(" + Split.SPECIES_DESCRIPTOR + ")" + split.descriptor());
        }
        int set = bits;
        contiguous(load.buffer(), split, () -> {
            code.load(ElementType.I64, index);
            scale(load.type());
        }, () -> {
            split.species(code);
            if (set < 0) {
                code.push(everyBit(1, 0, elements));
            } else {
                code.load(ElementType.I64, set);               // an element is wanted if any of its lanes is
                for (int t = 1; t < Math.min(times, lanes); t++) {
                    code.load(ElementType.I64, set);
                    code.push(t);
                    code.op(LUSHR);
                    code.op(LOR);
                }
                code.push(everyBit(Math.min(times, lanes), 0, elements));
                code.invokeStatic("java/lang/Long", "compress", "(JJ)J");
            }
            method.masks().fromBits();
        });
        method.target().support().pushShuffle(code, split, new Shuffle(IntStream.range(0, lanes).mapToObj(l -> Math.min(l / times, elements - 1)).toList()));
        method.vectors().rearrange();
        if (set >= 0) {
            split.species(code);
            code.load(ElementType.I64, set);
            code.push(everyBit(1, 0, lanes));
            code.op(LAND);
            method.masks().fromBits();
            method.vectors().blend();
        }
        code.cast(split.owner());
    }

    /// Any other stride: one element after the other.
    private void gathered(Expr.Load load, Split split, int part) {
        int first = part * split.partLanes();
        int bits = load.mask() == null ? -1 : keepMask(load.mask(), first);
        method.scalars().pushShared(load.index());
        addOffset((long) first * load.stride());
        scale(load.type());
        int offset = keep(ElementType.I64);
        long distance = (long) load.stride() * load.type().bytes();
        split.species(code);
        code.invokeStatic(split.owner(), "zero", "(" + Split.SPECIES_DESCRIPTOR + ")" + split.descriptor());
        for (int lane = 0; lane < split.partLanes(); lane += Gather.LANES) {
            method.segment(load.buffer());
            code.load(ElementType.I64, offset);
            addOffset(lane * distance);
            code.push(distance);
            if (bits >= 0) {
                code.load(ElementType.I64, bits);
            }
            method.target().support().call(code, new Gather(split, lane, bits >= 0));
        }
    }

    /// Stores a vector that is not a mask. All of it is computed before any of it is written.
    void storeVector(Buffer to, Expr index, Expr value, Expr mask) {
        method.beforeStores();
        Split split = method.vectors().split(value);
        var masks = new int[split.count()];
        for (int p = 0; p < split.count() && mask != null; p++) {
            method.masks().push(mask, split.type(), p);
            method.target().support().knowMask(code, split);
            masks[p] = code.newLocal(1);
            code.storeReference(masks[p]);
        }
        for (int p = 0; p < split.count(); p++) {
            method.vectors().push(value, p);
            if (value instanceof Expr.Var name && !name.isMutable()) {
                method.target().support().knowVector(code, split);
            }
        }
        for (int p = split.count() - 1; p >= 0; p--) {
            place(to, index, mask == null ? value.lanes() : Slices.UNKNOWN, (long) p * split.partBytes());
            method.target().support().pushOrder(code);
            if (mask != null) {
                code.loadReference(masks[p]);
            }
            code.invokeVirtual(split.owner(), "intoMemorySegment",
                    "(" + SEGMENT_DESCRIPTOR + "J" + ORDER_DESCRIPTOR + (mask == null ? "" : Split.MASK_DESCRIPTOR) + ")V");
        }
    }

    // Bools.

    /// Pushes all lanes of a mask in memory as bits.
    void pushBits(Expr.Load load) {
        method.scalars().pushShared(load.index());
        int index = keep(ElementType.I64);
        if (load.stride() != 1 || load.times() != 1 || load.mask() != null || load.lanes() < BYTES_OF_LONG) {
            pushSet(load.mask());
            int set = keep(ElementType.I64);
            if (load.stride() == 1 && load.times() == 1) {
                loadBits(load.buffer(), index, 0, set, 0, load.lanes());
            } else {
                for (int l = 0; l < load.lanes(); l++) {
                    loadBits(load.buffer(), index, (long) l / load.times() * load.stride(), set, l, 1);
                    joinAt(l);
                }
            }
        } else {
            for (int l = 0; l < load.lanes(); l += BYTES_OF_LONG) {
                method.segment(load.buffer());
                method.target().support().pushLittleEndianLong(code);
                code.load(ElementType.I64, index);
                addOffset(l);
                code.invokeInterface(SEGMENT, "get", "(" + layoutDescriptor(ElementType.I64) + "J)J");
                code.push(BOOLS);
                code.invokeStatic("java/lang/Long", "compress", "(JJ)J");
                joinAt(l);
            }
        }
    }

    /// Shifts the bits on top to `lane` and joins them with those below.
    private void joinAt(int lane) {
        if (lane > 0) {
            code.push(lane);
            code.op(LSHL);
            code.op(LOR);
        }
    }

    /// Pushes the bits of `lanes` bools `distance` elements behind `index`, those that are set in `set`, from bit `lane` on.
    private void loadBits(Buffer from, int index, long distance, int set, int lane, int lanes) {
        method.segment(from);
        code.load(ElementType.I64, index);
        addOffset(distance);
        code.load(ElementType.I64, set);
        if (lane > 0) {
            code.push(lane);
            code.op(LUSHR);
        }
        code.push(lanes);
        method.target().support().call(code, Helper.LOAD_BITS);
    }

    /// Pushes the bits of a mask; all ones for none.
    private void pushSet(Expr mask) {
        if (mask == null) {
            code.push(-1L);
        } else {
            method.frame().shareBits(mask, () -> method.masks().pushBits(mask));
        }
    }

    /// Stores a mask as bools.
    void storeMask(Buffer to, Expr index, Expr value, Expr mask) {
        method.masks().pushBits(value);
        int bits = keep(ElementType.I64);
        if (mask != null || value.lanes() < BYTES_OF_LONG) {
            method.segment(to);
            method.scalars().pushShared(index);
            code.load(ElementType.I64, bits);
            pushSet(mask);
            code.push(value.lanes());
            method.target().support().call(code, Helper.STORE_BITS);
            return;
        }
        method.scalars().pushShared(index);
        int first = keep(ElementType.I64);
        for (int l = 0; l < value.lanes(); l += BYTES_OF_LONG) {
            method.segment(to);
            method.target().support().pushLittleEndianLong(code);
            code.load(ElementType.I64, first);
            addOffset(l);
            code.load(ElementType.I64, bits);
            code.push(l);
            code.op(LUSHR);
            code.push(BOOLS);
            code.invokeStatic("java/lang/Long", "expand", "(JJ)J");
            code.invokeInterface(SEGMENT, "set", "(" + layoutDescriptor(ElementType.I64) + "JJ)V");
        }
    }
}
