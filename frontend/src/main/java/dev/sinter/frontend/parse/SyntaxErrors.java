package dev.sinter.frontend.parse;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Source;
import dev.sinter.frontend.source.Span;
import dev.sinter.grammar.SinterLexer;
import dev.sinter.grammar.SinterParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.NoViableAltException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/// Turns the parser's complaints into problems.
final class SyntaxErrors extends BaseErrorListener {
    private static final Set<Integer> NAMES = Set.of(SinterLexer.ID, SinterLexer.IN, SinterLexer.MODEL, SinterLexer.OPTIMISER,
        SinterLexer.PARAM, SinterLexer.STATE, SinterLexer.SLOT, SinterLexer.TRAIN, SinterLexer.TRAINING, SinterLexer.EXAMPLE,
        SinterLexer.EACH, SinterLexer.TIMES, SinterLexer.SCORE, SinterLexer.TOWARDS, SinterLexer.REDUCER);

    private static final Set<Integer> DECLARES = Set.of(SinterLexer.FN, SinterLexer.EXPORT, SinterLexer.IMPORT, SinterLexer.MODEL, SinterLexer.OPTIMISER,
        SinterLexer.PARAM, SinterLexer.STATE, SinterLexer.SLOT, SinterLexer.EXAMPLE, SinterLexer.TRAINING);

    private record Found(int tokenIndex, Problem problem, boolean vague) { }

    private final Source source;
    private final List<Found> found = new ArrayList<>();

    SyntaxErrors(Source source) {
        this.source = source;
    }

    /// Whether there is an error inside a span.
    boolean within(Span span) {
        return found.stream().anyMatch(f -> f.problem.primary().span().start() >= span.start() && f.problem.primary().span().start() <= span.end());
    }

    /// Hands the errors over: of each declaration the first only, for what follows it is mostly its consequence.
    void report(List<Token> tokens, Problems problems) {
        Found last = null;
        for (Found f : found) {
            boolean sameWord = last != null && last.tokenIndex == f.tokenIndex;
            if (last == null || !sameWord && declarationBetween(tokens, last.tokenIndex, f.tokenIndex)) {
                var clear = found.stream().filter(g -> g.tokenIndex == f.tokenIndex && !g.vague).findFirst().orElse(f);
                problems.add(clear.problem);
                last = f;
            }
        }
    }

    private static boolean declarationBetween(List<Token> tokens, int from, int to) {
        boolean lineStart = false;
        for (int i = from + 1; i <= to; i++) {
            Token token = tokens.get(i);
            if (token.getType() == SinterLexer.NEWLINE) lineStart = true;
            else if (token.getChannel() == Token.DEFAULT_CHANNEL) {
                if (lineStart && DECLARES.contains(token.getType())) return i < to;
                lineStart = false;
            }
        }
        return false;
    }

    @Override
    public void syntaxError(Recognizer<?, ?> recognizer, Object offending, int line, int column, String message, RecognitionException e) {
        Token token = e instanceof NoViableAltException ? e.getOffendingToken() : (Token) offending;
        var parser = (Parser) recognizer;
        String expected = expected(e instanceof NoViableAltException n ? statesAfter(parser, n) : parser.getExpectedTokens());
        var problem = Problem.error(Code.S0101, "unexpected " + describe(token), source.span(Offsets.start(source, token), Offsets.end(source, token)),
            expected.isEmpty() ? "not expected here" : "expected " + expected);
        found.add(new Found(token.getTokenIndex(), advise(problem, before(parser, token), token), expected.isEmpty()));
    }

    private static IntervalSet statesAfter(Parser parser, NoViableAltException e) {
        return e.getStartToken() == e.getOffendingToken() ? parser.getExpectedTokens() : new IntervalSet();
    }

    /// The word before, or null.
    private static Token before(Parser parser, Token token) {
        for (int i = token.getTokenIndex() - 1; i >= 0; i--) {
            Token t = parser.getTokenStream().get(i);
            if (t.getChannel() == Token.DEFAULT_CHANNEL) return t;
        }
        return null;
    }

    /// What people who know other languages may have meant.
    static Problem advise(Problem problem, Token before, Token token) {
        String text = token.getText();
        if (before == null) return problem;
        if (before.getText().equals("let") || before.getText().equals("var")) return problem.help("a name is bound without a keyword: `" + text + " = …`");
        if (before.getText().equals("def")) return problem.help("a function begins with `fn`: `fn " + text + "(…) = …`");
        if (before.getText().equals("return")) return problem.help("the last expression of a block is its value; leave `return` out");
        if (before.getText().equals("*") && text.equals("*")) return problem.help("a power is written with `^`");
        if (token.getType() == SinterLexer.LBRACE && before.getType() == SinterLexer.RPAREN) {
            return problem.help("a function's body follows `=`: `fn f(x) = { … }`");
        }
        if (token.getType() == SinterLexer.EQUALS) return problem.help("equality is written `==`");
        if (before.getText().equals("&") || text.equals("&")) return problem.help("conjunction is written `and`");
        return problem;
    }

    static String describe(Token token) {
        return switch (token.getType()) {
            case Token.EOF -> "end of file";
            case SinterLexer.NEWLINE -> "end of line";
            case SinterLexer.STRING -> "text " + token.getText();
            case SinterLexer.INT, SinterLexer.REAL -> "number `" + token.getText() + "`";
            case SinterLexer.ID -> "name `" + token.getText() + "`";
            default -> "`" + token.getText() + "`";
        };
    }

    /// The tokens that would fit, the many that begin an expression or name as one phrase.
    private static String expected(IntervalSet set) {
        var words = new ArrayList<String>();
        boolean expression = set.contains(SinterLexer.REAL) && set.contains(SinterLexer.LPAREN);
        if (expression) words.add("an expression");
        else if (set.contains(SinterLexer.ID)) words.add("a name");
        Set<Integer> begins = Set.of(SinterLexer.REAL, SinterLexer.INT, SinterLexer.STRING, SinterLexer.LPAREN, SinterLexer.LBRACKET,
            SinterLexer.LBRACE, SinterLexer.IF, SinterLexer.NOT, SinterLexer.MINUS, SinterLexer.PLUS, SinterLexer.TRUE,
            SinterLexer.FALSE, SinterLexer.NONE);
        Set<Integer> infix = Set.of(SinterLexer.PLUS, SinterLexer.MINUS, SinterLexer.STAR, SinterLexer.SLASH, SinterLexer.AT,
            SinterLexer.CARET, SinterLexer.DIV, SinterLexer.MOD, SinterLexer.EQ, SinterLexer.NE, SinterLexer.LT, SinterLexer.LE,
            SinterLexer.GT, SinterLexer.GE, SinterLexer.AND, SinterLexer.OR, SinterLexer.PIPE, SinterLexer.RANGE, SinterLexer.DOT,
            SinterLexer.MINIMISE, SinterLexer.MAXIMISE, SinterLexer.LPAREN, SinterLexer.LBRACKET);
        boolean operators = !expression && set.contains(SinterLexer.STAR) && set.contains(SinterLexer.PIPE);
        if (operators) words.add("an operator");
        boolean newline = false;
        for (int type : set.toList()) {
            if (NAMES.contains(type) || expression && begins.contains(type) || operators && infix.contains(type)) continue;
            if (type == SinterLexer.NEWLINE || type == SinterLexer.SEMI) {
                newline = true;
                continue;
            }
            words.add(type == Token.EOF ? "end of file" : literal(type));
        }
        if (newline) words.add("end of line");
        return join(words);
    }

    private static String literal(int type) {
        String literal = SinterParser.VOCABULARY.getLiteralName(type);
        if (literal != null) return "`" + literal.substring(1, literal.length() - 1) + "`";
        return switch (type) {
            case SinterLexer.STRING -> "a text";
            case SinterLexer.INT, SinterLexer.REAL -> "a number";
            default -> "`" + SinterParser.VOCABULARY.getSymbolicName(type).toLowerCase(Locale.ROOT) + "`";
        };
    }

    private static String join(List<String> words) {
        if (words.size() > 6) return words.getFirst().startsWith("an ") ? words.getFirst() : "";
        if (words.size() < 2) return String.join("", words);
        return String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }
}
