package dev.sinter.codegen.llvm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Memory between two pages that may not be touched: code that reads or writes beyond its ends is ended by the processor.
final class GuardedMemory implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final MethodHandle MMAP = function("mmap", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle MPROTECT = function("mprotect",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle MUNMAP = function("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

    private final int middle;
    private final MemorySegment pages;

    /// Memory that has room for `bytes`.
    GuardedMemory(long bytes) {
        middle = Math.toIntExact((bytes + PAGE - 1) / PAGE * PAGE);
        try {
            var address = (MemorySegment) MMAP.invokeExact(MemorySegment.NULL, (long) middle + 2 * PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            pages = address.reinterpret(middle + 2 * PAGE);
            protect(0);
            protect(PAGE + middle);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private void protect(int offset) throws Throwable {
        if ((int) MPROTECT.invokeExact(pages.asSlice(offset, PAGE), (long) PAGE, 0) != 0) {
            throw new IllegalStateException("mprotect failed");
        }
    }

    /// The first `bytes` behind the first guard.
    MemorySegment first(long bytes) {
        return pages.asSlice(PAGE, bytes);
    }

    /// The last `bytes` before the second guard.
    MemorySegment last(long bytes) {
        return pages.asSlice(PAGE + middle - bytes, bytes);
    }

    @Override
    public void close() {
        try {
            int result = (int) MUNMAP.invokeExact(pages, (long) middle + 2 * PAGE);
            if (result != 0) {
                throw new IllegalStateException("munmap failed");
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor type) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }
}
