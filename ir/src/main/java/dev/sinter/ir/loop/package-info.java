/// The Loop IR: one program of loop nests over buffers, shared by all backends.
///
/// Nothing here knows a graph, an operator or a target. A backend translates the primitive [dev.sinter.ir.loop.Fn]s, the records of
/// [dev.sinter.ir.loop.Expr] and those of [dev.sinter.ir.loop.Stmt] with loops bound `SERIAL`; whatever needs more belongs in here. Every
/// arithmetic step is explicit: a backend may not contract, reassociate or approximate, which is why all of them give the same bits.
package dev.sinter.ir.loop;
