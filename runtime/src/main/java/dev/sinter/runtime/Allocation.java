package dev.sinter.runtime;

import java.lang.management.ManagementFactory;

/// What a thread has allocated, where the virtual machine tells.
final class Allocation {
    private static final com.sun.management.ThreadMXBean THREADS = threads();

    private Allocation() { }

    /// The bytes that the calling thread has allocated since it began; always 0 where nobody counts them.
    static long ofThread() {
        return THREADS == null ? 0 : THREADS.getCurrentThreadAllocatedBytes();
    }

    private static com.sun.management.ThreadMXBean threads() {
        // A runtime image may lack the modules java.management and jdk.management.
        if (ModuleLayer.boot().findModule("jdk.management").isEmpty()) {
            return null;
        }
        return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean bean && bean.isThreadAllocatedMemorySupported()
                && bean.isThreadAllocatedMemoryEnabled() ? bean : null;
    }
}
