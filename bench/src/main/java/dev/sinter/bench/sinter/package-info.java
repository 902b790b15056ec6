/// Sinter as a contender: artifacts made once by the compiler, then loaded and called by processes that know the runtime alone.
package dev.sinter.bench.sinter;
