package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Parts;
import dev.sinter.frontend.ast.TypeSyntax;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Near;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Types as written against values as found. A bare name in a shape is bound by the first argument that has it and checked by the others.
final class Types {
    /// A parameter with a type and what was passed for it.
    record Typed(String name, TypeSyntax type, Datum value, Span span) { }

    private static final List<String> ELEMENTS = List.of("f32", "f64", "i32", "i64", "bool", "real", "int", "string", "key");

    /// So many of the largest arrays may be in one function, and their sizes still be added.
    private static final long MANY_ARRAYS = 128;

    private final Elaborator e;

    Types(Elaborator e) {
        this.e = e;
    }

    /// Checks arguments against the types of their parameters, and defines them converted, and the names in the shapes.
    void bind(List<Typed> typed, Scope scope, String function) {
        var deferred = new ArrayList<Runnable>();
        for (Typed t : typed) {
            if (t.value instanceof Datum.Broken) continue;
            scope.define(t.name, convert(t.type, t.value, t.span, scope, deferred, "the argument `" + t.name + "`"));
        }
        deferred.forEach(Runnable::run);
    }

    /// The result of a function, checked against its declared type.
    Datum checkResult(TypeSyntax type, Datum result, Scope scope, Span span, String what) {
        if (result instanceof Datum.Broken) throw Failure.silent();
        var deferred = new ArrayList<Runnable>();
        Datum converted;
        try {
            converted = convert(type, result, span, scope, deferred, "the result of " + what);
            deferred.forEach(Runnable::run);
        } catch (Failure failure) {
            if (failure.problem() == null || failure.problem().code() == Code.S0205) throw failure;
            var p = failure.problem();
            throw Failure.of(Code.S0407, p.title(), p.primary().span(), p.primary().text()).with(type.span(), "declared here");
        }
        return converted;
    }

    private Datum convert(TypeSyntax type, Datum value, Span span, Scope scope, List<Runnable> deferred, String what) {
        return switch (type) {
            case TypeSyntax.Array a -> array(a, value, span, scope, deferred, what);
            case TypeSyntax.Tuple t -> tuple(t, value, span, scope, deferred, what);
        };
    }

    private Datum tuple(TypeSyntax.Tuple t, Datum value, Span span, Scope scope, List<Runnable> deferred, String what) {
        if (t.fields().size() == 1 && !(value instanceof Datum.Tuple)) return convert(t.fields().getFirst().type(), value, span, scope, deferred, what);
        if (!(value instanceof Datum.Tuple(var names, List<Datum> fields))) throw e.mismatch("a tuple of " + t.fields().size() + " values", value, span);
        if (fields.size() != t.fields().size()) {
            throw Failure.of(Code.S0402, what + " has " + fields.size() + " values, declared are " + t.fields().size(), span, "found " + Show.kind(value));
        }
        var converted = new ArrayList<Datum>();
        var named = new ArrayList<Optional<String>>();
        for (int i = 0; i < fields.size(); i++) {
            var declared = t.fields().get(i);
            converted.add(convert(declared.type(), fields.get(i), span, scope, deferred, what));
            named.add(declared.name().map(n -> n.text()).or(() -> Optional.empty()));
            if (named.getLast().isEmpty()) named.set(i, names.get(i));
        }
        return new Datum.Tuple(named, converted);
    }

    private Datum array(TypeSyntax.Array a, Datum value, Span span, Scope scope, List<Runnable> deferred, String what) {
        String element = a.element().text();
        if (a.dims().isEmpty()) {
            switch (element) {
                case "int" -> {
                    if (value instanceof Datum.Whole || value instanceof Datum.Real) return new Datum.Whole(e.arrays.dim(value, span));
                    if (!(value instanceof Datum.Array || value instanceof Datum.Place)) throw e.mismatch("a whole number", value, span);
                }
                case "real" -> {
                    if (value instanceof Datum.Whole || value instanceof Datum.Real) return value;
                }
                case "bool" -> {
                    if (value instanceof Datum.Truth) return value;
                    if (!(value instanceof Datum.Array || value instanceof Datum.Place)) throw e.mismatch("`true` or `false`", value, span);
                }
                case "string" -> {
                    if (value instanceof Datum.Text) return value;
                    throw e.mismatch("a text", value, span);
                }
                default -> { }
            }
        }
        requireElement(a);
        ElementType wanted = concrete(element, value);
        Value v = e.arrays.of(value, wanted, span);
        if (!accepts(element, v.element())) {
            throw Failure.of(Code.S0401, what + " has " + v.element() + " elements, declared is " + element, span, "found " + Show.type(v))
                .with(a.span(), "declared here").help("convert with `" + (wanted == null ? "real" : wanted) + "(…)`");
        }
        shape(a, v, span, scope, deferred, what);
        return new Datum.Array(v);
    }

    private void requireElement(TypeSyntax.Array a) {
        String element = a.element().text();
        if (ELEMENTS.contains(element)) return;
        var failure = Failure.of(Code.S0205, "there is no type `" + element + "`", a.element().span(), "expected f32, f64, i32, i64, bool, real or int");
        var near = Near.names(element, ELEMENTS);
        throw near.isEmpty() ? failure : failure.help("did you mean " + Expressions.alternatives(near) + "?");
    }

    private ElementType concrete(String element, Datum value) {
        return switch (element) {
            case "f32", "real" -> e.options.real();
            case "f64" -> ElementType.F64;
            case "i32" -> ElementType.I32;
            case "i64", "key" -> ElementType.I64;
            case "bool" -> ElementType.BOOL;
            case "int" -> e.arrays.commonElement(value) == null ? ElementType.I64 : null;
            default -> null;
        };
    }

    private boolean accepts(String element, ElementType found) {
        return switch (element) {
            case "real" -> found.isFloat();
            case "int" -> found.isInteger();
            case "f32" -> found == e.options.real();
            case "key" -> found == ElementType.I64;
            default -> found.toString().equals(element);
        };
    }

    private void shape(TypeSyntax.Array a, Value v, Span span, Scope scope, List<Runnable> deferred, String what) {
        List<TypeSyntax.DimSyntax> dims = a.dims().orElse(List.of());
        int rest = -1;
        for (int k = 0; k < dims.size(); k++) {
            if (dims.get(k) instanceof TypeSyntax.AnyDims) {
                if (rest >= 0) throw Failure.of(Code.S0205, "a shape has one `...` at most", dims.get(k).span(), "a second one");
                rest = k;
            }
        }
        int fixed = dims.size() - (rest >= 0 ? 1 : 0);
        if (rest < 0 ? v.rank() != fixed : v.rank() < fixed) throw wrongShape(a, v, span, scope, what, "expected " + fixed + (rest < 0 ? "" : " or more")
            + (fixed == 1 ? " axis" : " axes") + ", found " + v.rank());
        int skipped = v.rank() - fixed;
        for (int k = 0; k < dims.size(); k++) {
            if (!(dims.get(k) instanceof TypeSyntax.Extent(Expression extent))) continue;
            int axis = rest < 0 || k < rest ? k : k - 1 + skipped;
            Dim found = v.dim(axis);
            if (extent instanceof Expression.Reference(_, String name) && bindsDim(name, scope)) {
                scope.define(name, new Datum.Whole(found));
                continue;
            }
            Runnable check = () -> {
                Dim wanted = e.expressions.dim(extent, scope);
                if (!wanted.equals(found)) {
                    throw wrongShape(a, v, span, scope, what, "expected " + wanted + " at axis " + axis + ", found " + found
                        + (wanted.isConstant() && found.isConstant() ? "" : ": not known to be equal"));
                }
            };
            if (extent instanceof Expression.Reference) check.run();
            else deferred.add(check);
        }
    }

    /// Whether a bare name in a shape is free: nothing of that name is a number.
    private static boolean bindsDim(String name, Scope scope) {
        return scope.find(name, d -> d instanceof Datum.Whole || d instanceof Datum.Real || d instanceof Datum.Broken) == null;
    }

    private Failure wrongShape(TypeSyntax.Array a, Value v, Span span, Scope scope, String what, String detail) {
        return Failure.of(Code.S0503, what + " has the shape " + Show.shape(v.shape()) + ", declared is " + declared(a, scope), span, detail)
            .with(a.span(), "declared here");
    }

    /// A declared shape with what is known of it.
    private String declared(TypeSyntax.Array a, Scope scope) {
        var parts = new ArrayList<String>();
        for (TypeSyntax.DimSyntax dim : a.dims().orElse(List.of())) {
            parts.add(switch (dim) {
                case TypeSyntax.AnyDims _ -> "...";
                case TypeSyntax.Extent(Expression extent) -> {
                    try {
                        yield e.expressions.dim(extent, scope).toString();
                    } catch (Failure _) {
                        yield extent.span().text();
                    }
                }
            });
        }
        return "[" + String.join(", ", parts) + "]";
    }

    /// Makes the bare names in the shape of an entry's input symbols, unless they have a meaning already.
    void bindSymbols(TypeSyntax type, Scope scope) {
        if (!(type instanceof TypeSyntax.Array a)) return;
        for (TypeSyntax.DimSyntax dim : a.dims().orElse(List.of())) {
            if (dim instanceof TypeSyntax.Extent(Expression.Reference(Span span, String name)) && bindsDim(name, scope)) {
                if (!NameCheck.isPlain(name)) throw Failure.of(Code.S0208, "a dim that is bound at the call has a plain name", span, NameCheck.PLAIN);
                if (name.equals("members")) throw Failure.of(Code.S0208, "`members` cannot name a dim of an input", span, "it is the number of threads of a call");
                scope.define(name, new Datum.Whole(Dim.named(name)));
            }
        }
    }

    /// Refuses a type whose size cannot be counted.
    static Type.Tensor countable(Type.Tensor type, Span span) {
        try {
            type.shape().elements().times(type.element().bytes()).times(MANY_ARRAYS);
            return type;
        } catch (ArithmeticException overflow) {
            throw Failure.of(Code.S0513, "an array of the shape " + Show.shape(type.shape()) + " is too large", span, "its bytes cannot be counted in 63 bits")
                .help("check the numbers of the shape");
        }
    }

    /// The type of an entry's input, the bare names of all inputs being bound.
    Type.Tensor symbolic(TypeSyntax type, Scope scope) {
        if (!(type instanceof TypeSyntax.Array a)) {
            throw Failure.of(Code.S0406, "an input is one array", type.span(), "a tuple cannot be passed from outside").help("declare one parameter for each");
        }
        requireElement(a);
        String element = a.element().text();
        ElementType e1 = element.equals("int") ? ElementType.I64 : concrete(element, new Datum.Nothing());
        if (e1 == null) throw Failure.of(Code.S0406, "an input is an array or a number", type.span(), "`" + element + "` cannot be passed from outside");
        var dims = new ArrayList<Dim>();
        for (TypeSyntax.DimSyntax dim : a.dims().orElse(List.of())) {
            switch (dim) {
                case TypeSyntax.AnyDims(Span span) -> throw Failure.of(Code.S0406, "the rank of an input must be known", span, "any number of axes");
                case TypeSyntax.Extent(Expression extent) -> {
                    requireBound(extent, scope);
                    dims.add(e.expressions.dim(extent, scope));
                }
            }
        }
        return countable(new Type.Tensor(e1, new Shape(dims)), a.span());
    }

    private static void requireKnown(Expression extent, Scope scope) {
        if (extent instanceof Expression.Reference(Span span, String name) && scope.find(name) == null) {
            throw Failure.of(Code.S0408, "the shape of a variable must be known at compile time", span, "`" + name + "` has no value here")
                .help("make it a parameter of the model: `model M(" + name + " = 10) { … }`");
        }
        Parts.of(extent).forEach(part -> requireKnown(part, scope));
    }

    /// A name in an extent such as `2 * K` must be bound by another input.
    private static void requireBound(Expression extent, Scope scope) {
        if (extent instanceof Expression.Reference(Span span, String name) && scope.find(name) == null) {
            throw Failure.of(Code.S0508, "no input binds the dim `" + name + "`", span, "its value cannot be found from the inputs")
                .help("a dim is bound where it stands alone: an input of shape [" + name + "], say");
        }
        Parts.of(extent).forEach(part -> requireBound(part, scope));
    }

    /// The type of a variable: everything in it is known now.
    Type.Tensor ofVariable(TypeSyntax type, Scope scope) {
        if (!(type instanceof TypeSyntax.Array a)) throw Failure.of(Code.S0205, "a variable is one array", type.span(), "expected a type such as f32[10]");
        requireElement(a);
        ElementType element = concrete(a.element().text(), new Datum.Nothing());
        if (element == null) throw Failure.of(Code.S0205, "a variable is an array of numbers or truth values", type.span(), "expected a type such as f32[10]");
        var dims = new ArrayList<Dim>();
        for (TypeSyntax.DimSyntax dim : a.dims().orElse(List.of())) {
            if (!(dim instanceof TypeSyntax.Extent(Expression extent))) {
                throw Failure.of(Code.S0511, "the shape of a variable must be known", dim.span(), "any number of axes");
            }
            requireKnown(extent, scope);
            Dim d = e.expressions.dim(extent, scope);
            if (!d.isConstant()) {
                throw Failure.of(Code.S0408, "the shape of a variable must be known at compile time", extent.span(), "`" + d + "` is known at the call only");
            }
            dims.add(d);
        }
        return countable(new Type.Tensor(element, new Shape(dims)), a.span());
    }
}
