package dev.sinter.frontend.parse;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Name;
import dev.sinter.frontend.ast.Operator;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.ast.Statement;
import dev.sinter.frontend.ast.Subscript;
import dev.sinter.frontend.ast.TypeSyntax;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Source;
import dev.sinter.frontend.source.Span;
import dev.sinter.grammar.SinterParser.*;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/// From parse tree to expressions, statements and types. A part of the tree that the parser could not complete becomes `Broken`.
class ReadExpressions {
    final Source source;
    final Problems problems;

    ReadExpressions(Source source, Problems problems) {
        this.source = source;
        this.problems = problems;
    }

    Expression expression(ExpressionContext tree) {
        if (tree == null) return new Expression.Broken(source.span(0, 0));
        Span span = span(tree);
        if (tree.exception != null) return new Expression.Broken(span);
        return switch (tree) {
            case CallContext c -> new Expression.Call(span, expression(c.expression()), arguments(c.arguments()));
            case SubscriptedContext c -> new Expression.Subscripted(span, expression(c.expression()), subscripts(c.subscripts()));
            case FieldContext c -> new Expression.Field(span, expression(c.expression()),
                c.INT() == null ? name(c.name()) : new Name(span(c.INT().getSymbol()), c.INT().getText()));
            case PowerContext c -> binary(span, Operator.POW, c.expression());
            case SignContext c -> sign(span, c);
            case ProductContext c -> binary(span, Operator.of(c.operator.getText()), c.expression());
            case ReductionContext c -> new Expression.Reduction(span, new Name(span(c.REDUCER().getSymbol()), c.REDUCER().getText()),
                c.index().stream().map(this::index).toList(), expression(c.expression()));
            case SumContext c -> binary(span, Operator.of(c.operator.getText()), c.expression());
            case RangeContext c -> new Expression.Range(span, expression(c.expression(0)), expression(c.expression(1)));
            case ComparisonContext c -> binary(span, Operator.of(c.operator.getText()), c.expression());
            case NegationContext c -> new Expression.Not(span, expression(c.expression()));
            case ConjunctionContext c -> binary(span, Operator.AND, c.expression());
            case DisjunctionContext c -> binary(span, Operator.OR, c.expression());
            case PipeContext c -> new Expression.Pipe(span, expression(c.expression(0)), expression(c.expression(1)));
            case OptimiseContext c -> optimise(span, c);
            case ConditionalContext c -> new Expression.Conditional(span, expression(c.expression(0)), expression(c.expression(1)),
                expression(c.expression(2)));
            case ShortLambdaContext c -> new Expression.Lambda(span,
                List.of(new Parameter(name(c.name()), Optional.empty(), Optional.empty())), expression(c.expression()));
            case LambdaContext c -> new Expression.Lambda(span, parameters(c.parameters()), expression(c.expression()));
            case ParenthesisedContext c -> expression(c.expression());
            case UnitContext _ -> new Expression.Tuple(span, List.of());
            case TupleContext c -> tuple(span, c.tupleField());
            case ListContext c -> new Expression.Sequence(span, c.element().stream().map(this::element).toList());
            case ComprehensionContext c -> new Expression.Comprehension(span, expression(c.expression()), c.generator().stream()
                .map(g -> new Expression.Generator(name(g.name()), expression(g.expression()))).toList());
            case BlockExpressionContext c -> block(c.block());
            case ReferenceContext c -> new Expression.Reference(span, name(c.name()).text());
            case IntegerContext c -> whole(span, c.INT().getText());
            case RealContext c -> new Expression.Decimal(span, Double.parseDouble(c.REAL().getText().replace("_", "")));
            case StringContext c -> new Expression.Text(span, unquote(span, c.STRING().getText()));
            case TruthContext c -> new Expression.Truth(span, c.TRUE() != null);
            case NothingContext _ -> new Expression.Nothing(span);
            default -> new Expression.Broken(span);
        };
    }

    private Expression optimise(Span span, OptimiseContext tree) {
        var parts = tree.expression();
        int groups = parts.size() - 2 - (tree.THROUGH() == null ? 0 : 1);
        return new Expression.Optimise(span, expression(parts.get(0)), tree.MAXIMISE() != null, expression(parts.size() > 1 ? parts.get(1) : null),
            expressions(parts.subList(2, 2 + Math.max(0, groups))),
            tree.THROUGH() == null ? Optional.empty() : Optional.of(expression(parts.getLast())));
    }

    /// A sign in front of a number is part of the number, so that the least integer can be written.
    private Expression sign(Span span, SignContext tree) {
        boolean negative = tree.operator.getText().equals("-");
        if (negative && tree.expression() instanceof IntegerContext i && tree.expression().exception == null) {
            return whole(span, "-" + i.INT().getText());
        }
        Expression operand = expression(tree.expression());
        if (!negative) return operand;
        return operand instanceof Expression.Decimal(_, double value) ? new Expression.Decimal(span, -value) : new Expression.Negative(span, operand);
    }

    private Expression tuple(Span span, List<TupleFieldContext> fields) {
        return new Expression.Tuple(span, fields.stream()
            .map(f -> new Expression.Argument(Optional.ofNullable(f.name()).map(this::name), expression(f.expression()))).toList());
    }

    private Expression element(ElementContext tree) {
        Expression value = expression(tree.expression());
        return tree.ELLIPSIS() == null ? value : new Expression.Spread(span(tree), value);
    }

    private Expression binary(Span span, Operator operator, List<ExpressionContext> operands) {
        return new Expression.Binary(span, operator, expression(operands.get(0)), expression(operands.size() > 1 ? operands.get(1) : null));
    }

    private Expression whole(Span span, String text) {
        try {
            return new Expression.Whole(span, Long.decode(text.replace("_", "").replaceFirst("^(-?)0+(?=[0-9])", "$1")));
        } catch (NumberFormatException e) {
            problems.add(Problem.error(Code.S0104, "this number does not fit into 64 bits", span, "too large for a whole number")
                .help("with a fraction it is a real number: `" + text + ".0`"));
            return new Expression.Broken(span);
        }
    }

    String unquote(Span span, String quoted) {
        var text = new StringBuilder();
        for (int i = 1; i < quoted.length() - 1; i++) {
            char c = quoted.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            switch (quoted.charAt(++i)) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case '"' -> text.append('"');
                case '\\' -> text.append('\\');
                default -> problems.add(Problem.error(Code.S0106, "texts have no escape `\\" + quoted.charAt(i) + "`",
                    source.span(span.start() + i - 1, span.start() + i + 1), "expected `\\n`, `\\t`, `\\\"` or `\\\\`"));
            }
        }
        return text.toString();
    }

    private List<Expression> expressions(List<ExpressionContext> trees) {
        return trees.stream().map(this::expression).toList();
    }

    private List<Expression.Argument> arguments(ArgumentsContext tree) {
        if (tree == null) return List.of();
        return tree.argument().stream()
            .map(a -> new Expression.Argument(Optional.ofNullable(a.label()).map(l -> new Name(span(l), l.getText())), expression(a.expression()))).toList();
    }

    List<Subscript> subscripts(SubscriptsContext tree) {
        if (tree == null) return List.of();
        return tree.subscript().stream().map(this::subscript).toList();
    }

    private Subscript subscript(SubscriptContext tree) {
        return switch (tree) {
            case RestContext _ -> new Subscript.Rest(span(tree));
            case SliceContext s -> new Subscript.Slice(span(tree), optional(s.from), optional(s.to), optional(s.step));
            case AtContext a -> new Subscript.At(expression(a.expression()));
            default -> new Subscript.At(new Expression.Broken(span(tree)));
        };
    }

    private Optional<Expression> optional(ExpressionContext tree) {
        return tree == null ? Optional.empty() : Optional.of(expression(tree));
    }

    private Expression.Index index(IndexContext tree) {
        return new Expression.Index(name(tree.name()), optional(tree.expression()));
    }

    Expression.Block block(BlockContext tree) {
        var statements = new ArrayList<Statement>();
        if (tree != null) {
            for (var s : tree.statement()) {
                var read = statement(s);
                if (read != null) statements.add(read);
            }
        }
        return new Expression.Block(tree == null ? source.span(0, 0) : span(tree), List.copyOf(statements));
    }

    Statement statement(StatementContext tree) {
        Span span = span(tree);
        if (tree.exception != null) return new Statement.Evaluate(span, new Expression.Broken(span));
        return switch (tree) {
            case ForLoopContext s -> new Statement.For(span, pattern(s.pattern()), expression(s.expression()), block(s.block()));
            case WhileLoopContext s -> new Statement.While(span, expression(s.expression()), block(s.block()));
            case BindContext s -> new Statement.Bind(span, pattern(s.pattern()), expression(s.expression()));
            case DefineContext s -> new Statement.Define(span, name(s.name()), leftIndices(s.subscripts()), expression(s.expression()));
            case AssignContext s -> new Statement.Assign(span, expression(s.expression(0)), expression(s.expression(1)));
            case EvaluateContext s -> new Statement.Evaluate(span, expression(s.expression()));
            case StrayWordsContext s -> stray(span, s);
            default -> new Statement.Evaluate(span, new Expression.Broken(span));
        };
    }

    private Statement stray(Span span, StrayWordsContext tree) {
        Token word = tree.stray().getStart();
        var problem = Problem.error(Code.S0101, "unexpected " + SyntaxErrors.describe(word), span(word), "expected an operator or the end of the line");
        problems.add(SyntaxErrors.advise(problem, tree.expression().getStop(), word));
        return new Statement.Evaluate(span, new Expression.Broken(span));
    }

    /// The indices on the left of a definition: names, with an extent after a colon where one is written.
    private List<Expression.Index> leftIndices(SubscriptsContext tree) {
        var indices = new ArrayList<Expression.Index>();
        for (Subscript subscript : subscripts(tree)) {
            switch (subscript) {
                case Subscript.At(Expression.Reference(Span at, String name)) -> indices.add(new Expression.Index(new Name(at, name), Optional.empty()));
                case Subscript.Slice(_, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step)
                    when from.isPresent() && from.get() instanceof Expression.Reference(Span at, String name) && to.isPresent() && step.isEmpty() ->
                    indices.add(new Expression.Index(new Name(at, name), to));
                default -> problems.add(Problem.error(Code.S0101, "the left side of a definition lists indices", subscript.span(),
                    "expected a name, or a name and its extent: `i` or `i: 10`"));
            }
        }
        return List.copyOf(indices);
    }

    List<Name> pattern(PatternContext tree) {
        return switch (tree) {
            case FlatPatternContext p -> p.name().stream().map(this::name).toList();
            case ClosedPatternContext p -> p.name().stream().map(this::name).toList();
            default -> List.of();
        };
    }

    List<Parameter> parameters(ParametersContext tree) {
        if (tree == null) return List.of();
        return tree.parameter().stream().filter(p -> p.name() != null)
            .map(p -> new Parameter(name(p.name()), Optional.ofNullable(p.type()).map(this::type), optional(p.expression()))).toList();
    }

    TypeSyntax type(TypeContext tree) {
        Span span = span(tree);
        return switch (tree) {
            case ArrayTypeContext a -> new TypeSyntax.Array(span, name(a.name()),
                a.LBRACKET() == null ? Optional.empty() : Optional.of(dims(a.dims())));
            case TupleTypeContext t -> new TypeSyntax.Tuple(span, t.typeField().stream()
                .map(f -> new TypeSyntax.Field(Optional.ofNullable(f.name()).map(this::name), type(f.type()))).toList());
            default -> new TypeSyntax.Tuple(span, List.of());
        };
    }

    private List<TypeSyntax.DimSyntax> dims(DimsContext tree) {
        var dims = new ArrayList<TypeSyntax.DimSyntax>();
        if (tree == null) return dims;
        for (DimContext dim : tree.dim()) {
            dims.add(dim.ELLIPSIS() != null ? new TypeSyntax.AnyDims(span(dim)) : new TypeSyntax.Extent(expression(dim.expression())));
        }
        return List.copyOf(dims);
    }

    Name name(NameContext tree) {
        return tree == null ? new Name(source.span(0, 0), "") : new Name(span(tree), tree.getText());
    }

    Span span(ParserRuleContext tree) {
        Token start = tree.getStart();
        Token stop = tree.getStop();
        if (stop == null || stop.getTokenIndex() < start.getTokenIndex()) return span(start);
        return source.span(Offsets.start(source, start), Offsets.end(source, stop));
    }

    Span span(Token token) {
        return source.span(Offsets.start(source, token), Offsets.end(source, token));
    }
}
