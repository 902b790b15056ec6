package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Where a schedule puts its kernels and from where it has scratch memory.
public interface KernelSink {
    /// Appends a kernel. If its body is one loop bound `PARALLEL` (perhaps after lets), every member runs its share of that loop; a body that mentions
    /// the member's number itself is run by every member; anything else is run by member 0 alone. Between kernels of which one reads what
    /// the other writes there will be a barrier where one is needed, never within a kernel.
    void kernel(String hint, Consumer<Block> body);

    /// Whether each member runs all of the kernels, for blocks of its own: then nothing in them is dealt out.
    default boolean isOfOne() {
        return false;
    }

    /// Whether contractions before this one have read a buffer, and none of them along a sum: then who reads some of its columns mostly reads them all.
    default boolean isReadInColumns(Buffer buffer) {
        return false;
    }

    /// Takes a kernel that looks otherwise where a JIT compiles it while it runs.
    ///
    /// @param inJit appends its statements there; they read and write the same
    default void kernel(String hint, Consumer<Block> body, Consumer<Block> inJit) {
        kernel(hint, body);
    }

    /// Scratch memory that lives while this contraction's kernels run; its size may mention the dim `members`.
    Buffer scratch(String hint, ElementType type, Dim elements);

    /// Scratch memory that a kernel of its own fills with what `key` stands for, whatever contraction asks for it: where an equal key was asked for before, what was made then.
    ///
    /// @param of   what `body` reads
    /// @param key  tells what there is apart from all else that might be asked for, or null if nothing can
    /// @param body writes all of the memory that is ever read
    default Buffer made(Buffer of, Object key, String buffer, String kernel, ElementType type, Dim elements, BiConsumer<Block, Buffer> body) {
        Buffer made = scratch(buffer, type, elements);
        kernel(kernel, into -> body.accept(into, made));
        return made;
    }
}
