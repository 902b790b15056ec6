package dev.sinter.frontend.parse;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Source;
import dev.sinter.grammar.SinterLexer;
import java.util.ArrayDeque;
import java.util.List;
import org.antlr.v4.runtime.Token;

/// Refuses text that is nested so deeply, or chains so many operators in one statement, that a recursive reader would run out
/// of stack. The limits are far above what people write.
final class Nesting {
    static final int MAX_BRACKETS = 200;
    static final int MAX_CHAIN = 2_000;

    private Nesting() { }

    static boolean check(Source source, List<Token> tokens, Problems problems) {
        var chains = new ArrayDeque<Integer>();     // operators so far in the statement, one count for each open bracket
        int chain = 0;
        for (Token token : tokens) {
            if (token.getChannel() != Token.DEFAULT_CHANNEL) continue;
            switch (token.getType()) {
                case SinterLexer.LPAREN, SinterLexer.LBRACKET, SinterLexer.LBRACE -> {
                    chains.push(chain + 1);
                    chain = 0;
                }
                case SinterLexer.RPAREN, SinterLexer.RBRACKET, SinterLexer.RBRACE -> {
                    if (!chains.isEmpty()) chain = chains.pop();
                }
                case SinterLexer.NEWLINE, SinterLexer.SEMI, SinterLexer.COMMA -> chain = 0;
                case SinterLexer.ID, SinterLexer.INT, SinterLexer.REAL, SinterLexer.STRING -> { }
                default -> chain++;
            }
            if (chains.size() > MAX_BRACKETS || chain > MAX_CHAIN) {
                var span = source.span(Offsets.start(source, token), Offsets.end(source, token));
                problems.add(chain > MAX_CHAIN
                    ? Problem.error(Code.S0105, "this expression is too long", span, "more than " + MAX_CHAIN + " operators in one expression")
                    : Problem.error(Code.S0105, "this is nested too deeply", span, "more than " + MAX_BRACKETS + " brackets are open here"));
                return false;
            }
        }
        return true;
    }
}
