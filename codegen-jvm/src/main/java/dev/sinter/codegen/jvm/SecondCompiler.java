package dev.sinter.codegen.jvm;

import dev.sinter.ir.type.ElementType;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/// What HotSpot's second compiler (C2) makes of a method while it reads it, and how to keep it from stopping at the wrong place.
///
/// C2 inlines as it reads until the method has 18,000 nodes. From there on it leaves calls, and inlines those when it has read everything. Most places
/// to stop are as good as any other. Within a store of the Vector API it is a bad one: half of `intoMemorySegment` is calls then, among them one whose result is the vector that is stored, and
/// C2 makes an object of that vector, at each store, or in each round of the loop that it comes from. So where the end would be among a method's stores, there is ballast before them: vectors of zeros
/// that nobody uses, and that C2 drops in the end. The stores are then inlined late, each as a whole.
///
/// A read of one element is a bad place, too: what it swaps bytes by (`convEndian`) is a method that C2 need not inline, and if that is where it stops, it stays a call in the middle of the loop, around which
/// all vectors go through memory. So where the end would be among reads, there is ballast in that place.
final class SecondCompiler extends MethodVisitor {
    /// `NodeCountInliningCutoff`, a constant of HotSpot's.
    private static final int CUTOFF = 18_000;
    /// By so much the count may be mistaken: profiles differ from run to run.
    private static final int UNSURE = 1_500;
    // Measured: the nodes of one kind, JDK 25.
    private static final int VECTOR_LOAD = 530;
    private static final int VECTOR_STORE = 460;
    private static final int SCALAR_ACCESS = 660;
    private static final int BROADCAST = 150;
    private static final int ACCESS = 170;
    private static final int OTHER = 470;
    /// The bytes of a vector of zeros, and of jumps that become longer by the ballast.
    private static final int BYTES = 8;
    private static final int JUMPS = 100;

    private int nodes;
    private int beforeStores = Integer.MAX_VALUE;

    /// Counts what is written to it.
    SecondCompiler() {
        super(Opcodes.ASM9);
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
        nodes += nodes(owner, name);
    }

    private static int nodes(String owner, String name) {
        return switch (name) {
            case "fromMemorySegment" -> VECTOR_LOAD;
            case "intoMemorySegment" -> VECTOR_STORE;
            case "broadcast" -> BROADCAST;
            case "get", "set" -> SCALAR_ACCESS;
            case "isAccessibleBy" -> ACCESS;
            default -> owner.startsWith(Split.API) ? OTHER : 1;
        };
    }

    /// What is written from here on stores vectors.
    void storesBegin() {
        beforeStores = nodes;
    }

    /// Writes, before the first store, what C2 has to read so that it stops there; nothing if it stops elsewhere anyway.
    ///
    /// @param vectorBits the bits of the method's vectors
    /// @param room       the bytes that the method has left; if they are too few, there is none
    void writeBallast(Instructions code, int vectorBits, int room) {
        int vectors = Math.ceilDiv(CUTOFF + UNSURE - beforeStores, BROADCAST);
        if (mayStop(vectors, room)) {
            write(code, vectorBits, vectors);
        }
    }

    /// Passes on to `out` what is written, with ballast where C2 would stop among reads, ahead of all stores.
    ///
    /// @param vectorBits the bits of the method's vectors
    /// @param room       the bytes that the method has left; if they are too few, there is none
    MethodVisitor amongReads(MethodVisitor out, int vectorBits, int room) {
        int vectors = Math.ceilDiv(2 * UNSURE, BROADCAST);
        if (vectorBits == 0 || beforeStores < CUTOFF - UNSURE || !mayStop(2 * vectors, room)) {          // there may be as much before the stores
            return out;
        }
        return new MethodVisitor(Opcodes.ASM9, out) {
            private int written;

            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
                int before = written;
                written += nodes(owner, name);
                if (before < CUTOFF - UNSURE && written >= CUTOFF - UNSURE) {
                    SecondCompiler.write(new Instructions(out, 0), vectorBits, vectors);
                }
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            }
        };
    }

    private boolean mayStop(int vectors, int room) {
        return nodes >= CUTOFF - UNSURE && vectors * BYTES + JUMPS <= room;
    }

    private static void write(Instructions code, int vectorBits, int vectors) {
        var split = Split.of(ElementType.F32, vectorBits / Float.SIZE, vectorBits);
        for (int n = 0; n < vectors; n++) {
            split.species(code);
            code.push(0f);
            code.invokeStatic(split.owner(), "broadcast", "(" + Split.SPECIES_DESCRIPTOR + split.lane() + ")" + split.descriptor());
            code.op(Opcodes.POP);
        }
    }
}
