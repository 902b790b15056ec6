package dev.sinter.frontend.ast;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The immediate parts of expressions and statements, for walks that treat all forms alike.
public final class Parts {
    private Parts() { }

    /// The expressions right inside an expression, in the order of the text.
    public static List<Expression> of(Expression expression) {
        return switch (expression) {
            case Expression.Whole _, Expression.Decimal _, Expression.Text _, Expression.Truth _, Expression.Nothing _,
                 Expression.Reference _, Expression.Broken _ -> List.of();
            case Expression.Call c -> join(c.callee(), c.arguments().stream().map(Expression.Argument::value).toList());
            case Expression.Subscripted s -> join(s.base(), subscripts(s));
            case Expression.Field f -> List.of(f.base());
            case Expression.Negative n -> List.of(n.operand());
            case Expression.Not n -> List.of(n.operand());
            case Expression.Binary b -> List.of(b.left(), b.right());
            case Expression.Reduction r -> {
                var all = new ArrayList<Expression>();
                r.indices().forEach(i -> i.extent().ifPresent(all::add));
                all.add(r.body());
                yield all;
            }
            case Expression.Range r -> List.of(r.from(), r.to());
            case Expression.Pipe p -> List.of(p.input(), p.stage());
            case Expression.Optimise o -> {
                var all = new ArrayList<Expression>(List.of(o.optimiser(), o.objective()));
                all.addAll(o.over());
                o.through().ifPresent(all::add);
                yield all;
            }
            case Expression.Conditional c -> List.of(c.condition(), c.whenTrue(), c.whenFalse());
            case Expression.Lambda l -> List.of(l.body());
            case Expression.Tuple t -> t.fields().stream().map(Expression.Argument::value).toList();
            case Expression.Spread s -> List.of(s.list());
            case Expression.Sequence s -> s.elements();
            case Expression.Comprehension c -> join(c.body(), c.generators().stream().map(Expression.Generator::from).toList());
            case Expression.Block b -> b.statements().stream().flatMap(s -> of(s).stream()).toList();
        };
    }

    /// The expressions right inside a statement.
    public static List<Expression> of(Statement statement) {
        return switch (statement) {
            case Statement.Bind b -> List.of(b.value());
            case Statement.Define d -> {
                var all = new ArrayList<Expression>();
                d.indices().forEach(i -> i.extent().ifPresent(all::add));
                all.add(d.value());
                yield all;
            }
            case Statement.Assign a -> List.of(a.target(), a.value());
            case Statement.For f -> List.of(f.from(), f.body());
            case Statement.While w -> List.of(w.condition(), w.body());
            case Statement.Evaluate v -> List.of(v.value());
            case Statement.Check c -> {
                var all = new ArrayList<Expression>(List.of(c.actual(), c.expected()));
                c.tolerance().ifPresent(all::add);
                yield all;
            }
        };
    }

    /// The expressions between the brackets.
    public static List<Expression> subscripts(Expression.Subscripted s) {
        var all = new ArrayList<Expression>();
        for (Subscript subscript : s.subscripts()) {
            switch (subscript) {
                case Subscript.At(Expression index) -> all.add(index);
                case Subscript.Slice slice -> {
                    slice.from().ifPresent(all::add);
                    slice.to().ifPresent(all::add);
                    slice.step().ifPresent(all::add);
                }
                case Subscript.Rest _ -> { }
            }
        }
        return all;
    }

    /// Whether one of the names occurs in an expression.
    public static boolean mentions(Expression expression, Collection<String> names) {
        if (expression instanceof Expression.Reference(_, String name)) return names.contains(name);
        for (Expression part : of(expression)) {
            if (mentions(part, names)) return true;
        }
        return false;
    }

    private static List<Expression> join(Expression first, List<Expression> rest) {
        var all = new ArrayList<Expression>();
        all.add(first);
        all.addAll(rest);
        return all;
    }
}
