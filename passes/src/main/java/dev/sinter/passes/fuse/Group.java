package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import java.util.List;
import java.util.Optional;

/// Roots that are computed together.
public sealed interface Group {
    /// What is computed, in order.
    List<Value> roots();

    /// One kernel of loops over `rows`, within which there may be loops over `inner`. A root is a value of the shape `rows` or `rows × inner`, or a reduction of
    /// such a value along the inner axes; or all roots are elementwise values of one shape and reductions, to one shape `rows`, of one other shape.
    record Nest(List<Dim> rows, List<Dim> inner, List<Value> roots) implements Group {
        /// Copies the lists.
        public Nest {
            rows = List.copyOf(rows);
            inner = List.copyOf(inner);
            roots = List.copyOf(roots);
        }
    }

    /// A contraction, and elementwise values of its result. The first root is the `dot`; each other one reads it, if at all, at a permutation of its own axes.
    ///
    /// If the columns come in several parts, the gates of a recurrent layer, there are also roots of the shape of one part: they read the contraction, and
    /// the roots of its shape, at their own index in some of the parts.
    ///
    /// @param parts  the number of equal parts of the last axis, or 1
    /// @param staged an elementwise value that only the contraction reads, through views, as one of its operands: it may be computed piece by piece, where a
    ///               piece is all that is read of it for some place along the outer axes
    /// @param quarters how the first root is computed, if it is no `dot` but a product by quarters
    record Product(List<Value> roots, int parts, Optional<Value> staged, Optional<Quarters> quarters) implements Group {
        /// Copies the list.
        public Product {
            roots = List.copyOf(roots);
        }

        /// What the contraction reads.
        public List<Value> operands() {
            return quarters.map(q -> q.dot().operands()).orElseGet(() -> roots.getFirst().op().operands());
        }
    }

    /// A chain of combinations of the elements of small tiles, and an elementwise value of its result.
    record Tiles(Combination combination) implements Group {
        @Override
        public List<Value> roots() {
            return List.of(combination.root());
        }
    }

    /// A contraction between tiles: what it reads is made of tiles by one chain of combinations, what it makes is read by another one alone, and its rows are the tiles. So all three may be
    /// done for some of the tiles before the next ones.
    ///
    /// @param rows for each axis of the contraction's rows, slowest first, the digit of an index of the root of `before` and the one of the root of `after` that run over these tiles; the latter is
    ///             null where there is one tile only
    record Chain(Tiles before, Product product, Tiles after, List<Rows> rows) implements Group {
        /// An axis of tiles.
        public record Rows(Combination.At before, Combination.At after, Dim extent) { }

        /// Copies the list.
        public Chain {
            rows = List.copyOf(rows);
        }

        @Override
        public List<Value> roots() {
            return List.of(before.combination().root(), product.roots().getFirst(), after.combination().root());
        }

        /// The three groups by themselves.
        public List<Group> groups() {
            return List.of(before, product, after);
        }
    }

    /// A concatenation of many parts. Each has loops of its own, which compute it where it belongs.
    record Parts(Value concat) implements Group {
        @Override
        public List<Value> roots() {
            return List.of(concat);
        }
    }

    /// An op with loops or control flow of its own.
    record Single(Value value) implements Group {
        @Override
        public List<Value> roots() {
            return List.of(value);
        }
    }
}
