package dev.sinter.frontend.parse;

import dev.sinter.frontend.ast.SourceFile;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Source;
import dev.sinter.grammar.SinterLexer;
import dev.sinter.grammar.SinterParser;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;

/// From text to syntax.
public final class Parsing {
    /// The letters of a name at most: it becomes that of a symbol, a class and its file, whose names are limited.
    private static final int LONGEST_NAME = 200;

    private Parsing() { }

    /// Reads a source. What cannot be read is reported and left out, or stands as a `Broken` expression.
    public static SourceFile parse(Source source, Problems problems) {
        var tokens = tokens(source);
        boolean readable = checkWords(source, tokens.getTokens(), problems) & Nesting.check(source, tokens.getTokens(), problems);
        if (!readable) return new SourceFile(source, "", List.of());
        var parser = new SinterParser(tokens);
        parser.removeErrorListeners();
        var errors = new SyntaxErrors(source);
        parser.addErrorListener(errors);
        parser.getInterpreter().setPredictionMode(PredictionMode.LL);
        var tree = parser.file();
        errors.report(tokens.getTokens(), problems);
        return new ReadDeclarations(source, tokens, errors, problems).file(tree);
    }

    /// All tokens of a source, comments among them.
    public static CommonTokenStream tokens(Source source) {
        var lexer = new SinterLexer(CharStreams.fromString(source.text(), source.name()));
        lexer.removeErrorListeners();
        var tokens = new CommonTokenStream(lexer);
        tokens.fill();
        return tokens;
    }

    private static boolean checkWords(Source source, List<Token> tokens, Problems problems) {
        int before = problems.size();
        for (Token token : tokens) {
            var span = source.span(Offsets.start(source, token), Offsets.end(source, token));
            switch (token.getType()) {
                case SinterLexer.UNKNOWN -> problems.add(Problem.error(Code.S0102,
                    "the language does not use the character " + show(token.getText()), span, "not expected here"));
                case SinterLexer.OPEN_STRING -> problems.add(Problem.error(Code.S0103,
                    "this text does not end", span, "a closing \" is missing on this line"));
                case SinterLexer.OPEN_COMMENT -> problems.add(Problem.error(Code.S0103,
                    "this comment does not end", span, "a closing */ is missing"));
                case SinterLexer.ID -> {
                    if (token.getText().length() > LONGEST_NAME) {
                        problems.add(Problem.error(Code.S0107, "this name is too long", span, token.getText().length() + " letters, at most " + LONGEST_NAME));
                    }
                }
                default -> { }
            }
        }
        return problems.size() == before;
    }

    private static String show(String character) {
        int c = character.codePointAt(0);
        return Character.isISOControl(c) || !Character.isDefined(c) ? String.format("U+%04X", c) : "`" + character + "`";
    }
}
