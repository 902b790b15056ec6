package dev.sinter.frontend.parse;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.SourceFile;
import dev.sinter.frontend.ast.Statement;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Source;
import dev.sinter.frontend.source.Span;
import dev.sinter.grammar.SinterLexer;
import dev.sinter.grammar.SinterParser.*;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/// From parse tree to declarations, with the documentation that stands above them.
final class ReadDeclarations extends ReadExpressions {
    private final CommonTokenStream tokens;
    private final SyntaxErrors errors;

    ReadDeclarations(Source source, CommonTokenStream tokens, SyntaxErrors errors, Problems problems) {
        super(source, problems);
        this.tokens = tokens;
        this.errors = errors;
    }

    SourceFile file(FileContext tree) {
        var declarations = new ArrayList<Declaration>();
        for (ItemContext item : tree.item()) {
            var read = item(item);
            if (read != null) declarations.add(read);
        }
        return new SourceFile(source, "", declarations);
    }

    private Declaration item(ItemContext tree) {
        if (tree.importDeclaration() != null) {
            var i = tree.importDeclaration();
            return new Declaration.Import(span(i), i.name().stream().map(this::name).toList());
        }
        if (tree.moduleDeclaration() != null) return module(tree.moduleDeclaration());
        if (tree.function() != null) return function(tree.function());
        if (tree.example() != null) return example(tree.example());
        if (tree.binding() != null) return binding(tree.binding());
        return null;
    }

    private Declaration module(ModuleDeclarationContext tree) {
        var members = new ArrayList<Declaration>();
        for (MemberContext member : tree.member()) {
            var read = member(member);
            if (read != null) members.add(read);
        }
        return new Declaration.Module(span(tree), tree.kind.getType() == SinterLexer.OPTIMISER, doc(tree), name(tree.name()),
            parameters(tree.parameters()), List.copyOf(members));
    }

    private Declaration member(MemberContext tree) {
        if (tree.variable() != null) return variable(tree.variable());
        if (tree.function() != null) return function(tree.function());
        if (tree.example() != null) return example(tree.example());
        if (tree.trainingBlock() != null) return training(tree.trainingBlock());
        if (tree.binding() != null) return binding(tree.binding());
        return null;
    }

    private Declaration variable(VariableContext tree) {
        var kind = switch (tree.kind.getType()) {
            case SinterLexer.PARAM -> Declaration.VariableKind.PARAM;
            case SinterLexer.STATE -> Declaration.VariableKind.STATE;
            default -> Declaration.VariableKind.SLOT;
        };
        return new Declaration.Variable(span(tree), doc(tree), kind, name(tree.name()), Optional.ofNullable(tree.type()).map(this::type),
            Optional.ofNullable(tree.initialiser()).map(i -> new Declaration.Initialiser(i.TILDE() != null, expression(i.expression()))),
            Optional.ofNullable(tree.expression()).map(this::expression));
    }

    private Declaration function(FunctionContext tree) {
        boolean train = tree.kind != null && tree.kind.getType() == SinterLexer.TRAIN;
        Span span = span(tree);
        if (tree.misplaced != null) {
            problems.add(Problem.error(Code.S0101, "unexpected `{`", span(tree.misplaced.getStart()), "expected `=`")
                .help("a function's body follows `=`: `fn f(x) = { … }`"));
        }
        boolean unreadable = tree.misplaced != null || errors.within(span);
        Expression body = unreadable ? new Expression.Broken(span) : readable(span, tree.expression());
        return new Declaration.Function(span, doc(tree), tree.EXPORT() != null, train, name(tree.name()),
            parameters(tree.parameters()), unreadable ? Optional.empty() : Optional.ofNullable(tree.type()).map(this::type), body);
    }

    /// An expression, or a broken one if reading it finds problems: what is wrong with the rest would be their consequence.
    private Expression readable(Span span, ExpressionContext tree) {
        int before = problems.size();
        Expression read = expression(tree);
        return problems.size() == before ? read : new Expression.Broken(span);
    }

    private Declaration binding(BindingContext tree) {
        Span span = span(tree);
        Expression value = errors.within(span) ? new Expression.Broken(span) : readable(span, tree.expression());
        return new Declaration.Binding(span, doc(tree), name(tree.name()), value);
    }

    private Declaration example(ExampleContext tree) {
        var steps = new ArrayList<Statement>();
        if (errors.within(span(tree))) steps.add(new Statement.Evaluate(span(tree), new Expression.Broken(span(tree))));
        else for (ExampleStatementContext step : tree.exampleStatement()) {
            switch (step) {
                case ApproximateCheckContext c -> steps.add(new Statement.Check(span(c), expression(c.actual), expression(c.expected),
                    Optional.ofNullable(c.tolerance).map(this::expression)));
                case ExampleStepContext s -> steps.add(statement(s.statement()));
                default -> { }
            }
        }
        String title = tree.STRING() == null ? "" : unquote(span(tree.STRING().getSymbol()), tree.STRING().getText());
        return new Declaration.Example(span(tree), title, List.copyOf(steps));
    }

    private Declaration training(TrainingBlockContext tree) {
        var settings = new ArrayList<Declaration.Setting>();
        var rounds = new ArrayList<Declaration.Round>();
        var scores = new ArrayList<Declaration.Score>();
        for (TrainingItemContext item : tree.trainingItem()) {
            switch (item) {
                case TrainingRoundContext r -> rounds.add(new Declaration.Round(span(r), name(r.name()), r.trainingCall().stream().map(this::repeated).toList()));
                case TrainingScoreContext s -> scores.add(new Declaration.Score(span(s), Optional.ofNullable(s.title).map(this::name), expression(s.value),
                    Optional.ofNullable(s.unit).map(this::name), Optional.ofNullable(s.goal).map(this::expression)));
                case TrainingSettingContext s -> settings.add(new Declaration.Setting(name(s.name()), expression(s.expression())));
                default -> { }
            }
        }
        return new Declaration.Training(span(tree), List.copyOf(settings), List.copyOf(rounds), List.copyOf(scores));
    }

    private Declaration.Repeated repeated(TrainingCallContext tree) {
        long times = 1;
        if (tree.INT() != null) {
            Span span = span(tree.INT().getSymbol());
            try {
                times = Integer.parseInt(tree.INT().getText().replace("_", ""));
            } catch (NumberFormatException e) {
                problems.add(Problem.error(Code.S0104, "this number is too large", span, "not a number of repetitions"));
            }
        }
        return new Declaration.Repeated(span(tree), times, expression(tree.expression()));
    }

    /// The `///` lines right above a declaration, without the slashes.
    private String doc(ParserRuleContext tree) {
        var lines = new ArrayList<String>();
        int first = tree.getStart().getTokenIndex();
        for (int i = first - 1; i >= 0; i--) {
            Token token = tokens.get(i);
            if (token.getType() == SinterLexer.DOC_COMMENT) {
                lines.addFirst(token.getText().substring(3).strip());
            } else if (token.getType() == SinterLexer.NEWLINE) {
                if (blankLineAbove(i)) break;
            } else if (token.getType() != SinterLexer.SPACE) {
                break;
            }
        }
        return String.join("\n", lines).strip();
    }

    /// Whether a blank line stands above this line break: then what is above belongs to something else.
    private boolean blankLineAbove(int lineBreak) {
        int before = lineBreak - 1;
        while (before >= 0 && tokens.get(before).getType() == SinterLexer.SPACE) before--;
        return before >= 0 && tokens.get(before).getType() == SinterLexer.NEWLINE;
    }
}
