package dev.sinter.ir.type;

import java.util.List;
import java.util.stream.Collectors;

/// The type of a value in the graph: a tensor, or the tuple of results of an op that has several.
public sealed interface Type {
    /// A tensor of `element` with `shape`.
    record Tensor(ElementType element, Shape shape) implements Type {
        /// The number of dims.
        public int rank() {
            return shape.rank();
        }

        /// Whether the elements are floating-point numbers.
        public boolean isFloat() {
            return element.isFloat();
        }

        /// This type with another shape.
        public Tensor withShape(Shape other) {
            return new Tensor(element, other);
        }

        /// This type with other elements.
        public Tensor withElement(ElementType other) {
            return new Tensor(other, shape);
        }

        /// `f32[N,10]`; a scalar is `f32[]`.
        @Override
        public String toString() {
            return element + shape.toString();
        }
    }

    /// The results of an op with several, read through `part` ops.
    record Tuple(List<Tensor> parts) implements Type {
        /// Copies `parts`.
        public Tuple {
            parts = List.copyOf(parts);
        }

        @Override
        public String toString() {
            return parts.stream().map(Tensor::toString).collect(Collectors.joining(", ", "(", ")"));
        }
    }
}
