package dev.sinter.frontend.elaborate;

import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.stream.Collectors;

/// How messages speak of values and types.
final class Show {
    private Show() { }

    static String type(Value v) {
        return type(v.tensor());
    }

    static String type(Type.Tensor t) {
        return t.rank() == 0 ? t.element().toString() : t.element() + shape(t.shape());
    }

    static String shape(Shape shape) {
        return shape.dims().stream().map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
    }

    /// A kind of value, with an article where it needs one.
    static String kind(Datum datum) {
        return switch (datum) {
            case Datum.Array(Value v) -> type(v);
            case Datum.Place(Variable v) -> type(v.type());
            case Datum.Whole(var dim) -> dim.isConstant() ? "the number " + dim : "the dim " + dim;
            case Datum.Real(double v) -> "the number " + v;
            case Datum.Truth(boolean v) -> "`" + v + "`";
            case Datum.Text(String t) -> "the text \"" + t + "\"";
            case Datum.Nothing() -> "`none`";
            case Datum.Tuple(_, List<Datum> fields) -> fields.isEmpty() ? "`()`" : "a tuple of " + fields.size() + " values";
            case Datum.Sequence(List<Datum> elements) -> "a list of " + elements.size() + (elements.size() == 1 ? " element" : " elements");
            case Datum.Range(var from, var to) -> "the range " + from + ".." + to;
            case Datum.Closure(String name, _, _, _, _, _) -> name.isEmpty() ? "a function" : "the function `" + name + "`";
            case Datum.Native(String name, _, _) -> name.isEmpty() ? "a function" : "the function `" + name + "`";
            case Datum.Blueprint(var d, _) -> (d.optimiser() ? "the optimiser `" : "the model `") + d.name() + "`, without arguments";
            case Datum.Part(Instance i) -> (i.declaration().optimiser() ? "an optimiser `" : "a model `") + i.declaration().name() + "`";
            case Datum.Broken() -> "something unknown";
        };
    }
}
