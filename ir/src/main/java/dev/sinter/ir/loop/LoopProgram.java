package dev.sinter.ir.loop;

import dev.sinter.ir.type.Dim;
import java.util.List;
import java.util.Map;

/// A compiled function as loops: what both backends translate.
///
/// The body is run by every member of a team (SPMD). At program level there are launches, barriers, and uniform control flow
/// (every member takes the same way, because conditions are read from buffers behind a barrier). Only a loop without barriers may have bounds of the member's own.
///
/// @param name    the function's name, a Java identifier
/// @param dims    the names bound at the call, scalar i64, in the order of the dim table
/// @param buffers the buffer table, in order
/// @param offsets for each `TEMP` buffer, its byte offset in the arena (a multiple of 64 for every binding of the dims)
/// @param arena   the bytes of the arena
/// @param body    the program
public record LoopProgram(String name, List<Expr.Var> dims, List<Buffer> buffers, Map<Buffer, Dim> offsets, Dim arena, List<Stmt> body) {
    /// This thread's number in the team, 0 up to, but not including, [#MEMBERS]; visible everywhere.
    public static final Expr.Var MEMBER = Expr.Var.index("member");
    /// The number of threads in the team; visible everywhere, and usable as the dim `members` in the sizes of temps.
    public static final Expr.Var MEMBERS = Expr.Var.index("members");

    /// Copies the lists.
    public LoopProgram {
        dims = List.copyOf(dims);
        buffers = List.copyOf(buffers);
        offsets = Map.copyOf(offsets);
        body = List.copyOf(body);
    }
}
