package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.ast.TypeSyntax;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import java.util.List;
import java.util.Optional;

/// What an expression stands for while a model is elaborated: a tensor of the graph, or something known now.
sealed interface Datum {
    /// A tensor that exists when the compiled function runs.
    record Array(Value value) implements Datum { }

    /// A whole number known now, or a dim.
    record Whole(Dim dim) implements Datum {
        static Whole of(long value) {
            return new Whole(Dim.constant(value));
        }
    }

    /// A real number known now.
    record Real(double value) implements Datum { }

    /// A truth value known now.
    record Truth(boolean value) implements Datum { }

    /// A text.
    record Text(String value) implements Datum { }

    /// `none`.
    record Nothing() implements Datum { }

    /// Several values, some of them named.
    record Tuple(List<Optional<String>> names, List<Datum> fields) implements Datum {
        static Tuple of(List<Datum> fields) {
            return new Tuple(fields.stream().map(_ -> Optional.<String>empty()).toList(), fields);
        }
    }

    /// A list; where a tensor is wanted, its elements stacked.
    record Sequence(List<Datum> elements) implements Datum { }

    /// The whole numbers from `from` to before `to`.
    record Range(Dim from, Dim to) implements Datum { }

    /// A function of the language with the scope that it closes over.
    record Closure(String name, List<Parameter> parameters, Optional<TypeSyntax> result, Expression body, Scope scope,
                   Declaration.Function declaration) implements Datum { }

    /// A primitive, or a function that a transformation made. Optional parameters end in `?`; a sole parameter `*` takes any arguments.
    record Native(String name, List<String> parameters, Body body) implements Datum {
        /// What a native function does.
        @FunctionalInterface
        interface Body {
            Datum call(Bound arguments);
        }
    }

    /// A model or optimiser as declared, to be instantiated by a call.
    record Blueprint(Declaration.Module declaration, Scope scope) implements Datum { }

    /// A model or optimiser with its arguments.
    record Part(Instance instance) implements Datum { }

    /// A variable of a model, as a place; as a value it is an `Array`.
    record Place(Variable variable) implements Datum { }

    /// What could not be elaborated; its uses are silent.
    record Broken() implements Datum { }
}
