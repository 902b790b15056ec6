package dev.sinter.grammar;

import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.TokenStream;

/// The one place where the grammar must look further than one word.
public abstract class Lookahead extends Parser {
    protected Lookahead(TokenStream input) {
        super(input);
    }

    /// Whether what follows is a reduction over indices, `sum(i, j) x[i, j] * y[j]`, and not a call, `sum(x) * y`: after the
    /// closing parenthesis comes something that can only begin an expression.
    protected boolean reductionAhead() {
        if (_input.LA(1) != SinterLexer.REDUCER || _input.LA(2) != SinterLexer.LPAREN) return false;
        int depth = 0;
        for (int k = 2; ; k++) {
            switch (_input.LA(k)) {
                case SinterLexer.LPAREN, SinterLexer.LBRACKET -> depth++;
                case SinterLexer.RBRACKET -> depth--;
                case SinterLexer.RPAREN -> {
                    depth--;
                    if (depth == 0) return begins(_input.LA(k + 1));
                }
                case SinterLexer.LBRACE, SinterLexer.RBRACE, SinterLexer.NEWLINE, SinterLexer.EOF -> {
                    return false;
                }
                default -> { }
            }
        }
    }

    private static boolean begins(int type) {
        return switch (type) {
            case SinterLexer.ID, SinterLexer.REDUCER, SinterLexer.INT, SinterLexer.REAL, SinterLexer.LPAREN, SinterLexer.IF,
                 SinterLexer.STATE, SinterLexer.IN, SinterLexer.MODEL, SinterLexer.PARAM, SinterLexer.SLOT -> true;
            default -> false;
        };
    }
}
