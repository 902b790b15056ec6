package dev.sinter.bench.contest;

import java.nio.file.Path;

/// Under which conditions a computation is prepared.
///
/// @param threads  how many threads a call may use; the process may run on no more processors
/// @param artifact Sinter's artifact for the computation, its weights inside
/// @param scratch  a folder for files that last as long as the process
public record Setting(int threads, Path artifact, Path scratch) { }
