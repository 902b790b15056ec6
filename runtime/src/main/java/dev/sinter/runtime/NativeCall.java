package dev.sinter.runtime;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Calls of native functions `void f(int64_t* frame, int64_t member, int64_t members, int64_t* barrier)`.
///
/// Pointers are passed as numbers: whoever calls keeps the memory alive. The handles take the function's address as an
/// argument, so that they are constants, which the JIT compiles into the call.
final class NativeCall {

    /// How many segments a guarded call can keep alive.
    static final int GUARDS = 2;

    private static final FunctionDescriptor PLAIN = FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

    private NativeCall() { }

    /// Holders of the handles: each is linked when it is needed, since linking takes milliseconds.
    private static final class Ordinary {
        private static final MethodHandle HANDLE = Linker.nativeLinker().downcallHandle(PLAIN);
    }

    private static final class Guarded {
        /// The function ignores arguments five and six, which travel in registers. They are there because the linker keeps
        /// the memory of every pointer argument alive for the time of the call.
        private static final MethodHandle HANDLE = Linker.nativeLinker().downcallHandle(PLAIN.appendArgumentLayouts(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    /// An ordinary call: the garbage collector can work meanwhile. (A critical one would be entered some nanoseconds sooner, but a loop
    /// of unknown length in the function would then stop every thread of the JVM.)
    static void ordinary(MemorySegment symbol, long frame, long member, long members, long barrier) {
        try {
            Ordinary.HANDLE.invokeExact(symbol, frame, member, members, barrier);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// An ordinary call during which no thread can free the memory of `first` and `second`.
    static void guarded(MemorySegment symbol, long frame, long member, long members, long barrier, MemorySegment first, MemorySegment second) {
        try {
            Guarded.HANDLE.invokeExact(symbol, frame, member, members, barrier, first, second);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static RuntimeException unexpected(Throwable e) {
        return switch (e) {
            case RuntimeException known -> known;
            case Error known -> throw known;
            default -> new IllegalStateException(e);
        };
    }
}
