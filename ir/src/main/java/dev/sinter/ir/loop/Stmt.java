package dev.sinter.ir.loop;

import java.util.List;

/// A statement of the Loop IR. Lists of statements run in order.
public sealed interface Stmt {
    /// Names a value for the statements that follow in the same list (and within them); initialises a mutable name.
    record Let(Expr.Var name, Expr value) implements Stmt { }

    /// Changes a mutable name.
    record Assign(Expr.Var name, Expr value) implements Stmt { }

    /// Writes lane `l` of `value` to element `index + l` of `to`, where `mask` (null: all set) is set.
    record Store(Buffer to, Expr index, Expr value, Expr mask) implements Stmt { }

    /// Runs `body` for `i = from, from + step, …` while `i < to`; `step` is positive; bounds are scalar i64s, evaluated once.
    record For(Expr.Var i, Expr from, Expr to, long step, Binding binding, List<Stmt> body) implements Stmt {
        /// Copies `body`.
        public For {
            body = List.copyOf(body);
        }
    }

    /// How the iterations of a loop are carried out. Backends see `SERIAL` only: the passes bind the rest.
    enum Binding {
        /// One after the other.
        SERIAL,
        /// Copied out, with a constant trip count.
        UNROLLED,
        /// As lanes of vectors, with a masked rest; the body is elementwise in the loop variable.
        VECTOR,
        /// Split among the members of the team; iterations are independent.
        PARALLEL
    }

    /// Runs one of two lists; `condition` is a scalar bool.
    record If(Expr condition, List<Stmt> then, List<Stmt> otherwise) implements Stmt {
        /// Copies both lists.
        public If {
            then = List.copyOf(then);
            otherwise = List.copyOf(otherwise);
        }
    }

    /// Runs `head`; while `condition` (a scalar bool that sees the names of `head`) holds, runs `body` and `head` again.
    record While(List<Stmt> head, Expr condition, List<Stmt> body) implements Stmt {
        /// Copies both lists.
        public While {
            head = List.copyOf(head);
            body = List.copyOf(body);
        }
    }

    /// Runs a kernel with these scalar arguments. Stands at program level only, never within a kernel.
    record Launch(Kernel kernel, List<Expr> arguments) implements Stmt {
        /// Copies `arguments`.
        public Launch {
            arguments = List.copyOf(arguments);
        }
    }

    /// Waits until every member of the team is here. Stands at program level only.
    record Barrier() implements Stmt { }
}
