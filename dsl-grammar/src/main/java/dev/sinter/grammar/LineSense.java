package dev.sinter.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.WritableToken;

/// Decides which line breaks end a statement.
///
/// A line break is a token of the grammar unless it stands inside parentheses or brackets, follows a token that cannot end
/// an expression, or precedes a token that can only continue one (`|>`, an infix operator, `then`, `else`, `{`, …). So a long
/// expression breaks before or after its operators, and no semicolon is ever needed.
public abstract class LineSense extends Lexer {
    private static final Set<Integer> CANNOT_END = Set.of(
        SinterLexer.IMPORT, SinterLexer.FN, SinterLexer.EXPORT, SinterLexer.IF, SinterLexer.THEN, SinterLexer.ELSE, SinterLexer.FOR,
        SinterLexer.WHILE, SinterLexer.AND, SinterLexer.OR, SinterLexer.NOT, SinterLexer.DIV, SinterLexer.MOD, SinterLexer.MINIMISE,
        SinterLexer.MAXIMISE, SinterLexer.OVER, SinterLexer.THROUGH, SinterLexer.WITHIN, SinterLexer.WHEN, SinterLexer.ARROW,
        SinterLexer.FAT_ARROW, SinterLexer.PIPE, SinterLexer.RANGE, SinterLexer.ASSIGN, SinterLexer.EQ, SinterLexer.NE,
        SinterLexer.LE, SinterLexer.GE, SinterLexer.LT, SinterLexer.GT, SinterLexer.EQUALS, SinterLexer.COLON, SinterLexer.COMMA,
        SinterLexer.DOT, SinterLexer.PLUS, SinterLexer.MINUS, SinterLexer.STAR, SinterLexer.SLASH, SinterLexer.AT, SinterLexer.CARET,
        SinterLexer.TILDE);
    private static final Set<Integer> BEGINS_DECLARATION = Set.of(SinterLexer.FN, SinterLexer.EXPORT, SinterLexer.IMPORT);
    private static final Set<Integer> CONTINUES = Set.of(
        SinterLexer.THEN, SinterLexer.ELSE, SinterLexer.AND, SinterLexer.OR, SinterLexer.DIV, SinterLexer.MOD, SinterLexer.MINIMISE,
        SinterLexer.MAXIMISE, SinterLexer.OVER, SinterLexer.THROUGH, SinterLexer.WITHIN, SinterLexer.WHEN, SinterLexer.ARROW,
        SinterLexer.FAT_ARROW, SinterLexer.PIPE, SinterLexer.RANGE, SinterLexer.ASSIGN, SinterLexer.EQ, SinterLexer.NE,
        SinterLexer.LE, SinterLexer.GE, SinterLexer.LT, SinterLexer.GT, SinterLexer.EQUALS, SinterLexer.COLON, SinterLexer.COMMA,
        SinterLexer.DOT, SinterLexer.STAR, SinterLexer.SLASH, SinterLexer.AT, SinterLexer.CARET, SinterLexer.TILDE, SinterLexer.LBRACE, SinterLexer.RPAREN, SinterLexer.RBRACKET);

    private final Deque<Token> ready = new ArrayDeque<>();
    private final Deque<Integer> brackets = new ArrayDeque<>();
    private int previous = Token.INVALID_TYPE;

    protected LineSense(CharStream input) {
        super(input);
    }

    @Override
    public Token nextToken() {
        if (ready.isEmpty()) fill();
        return ready.removeFirst();
    }

    @Override
    public void reset() {
        super.reset();
        if (ready != null) {
            ready.clear();
            brackets.clear();
            previous = Token.INVALID_TYPE;
        }
    }

    /// Reads one token that the parser will see, with all that lies before it, and settles the line breaks between.
    private void fill() {
        WritableToken lineBreak = null;
        while (true) {
            var token = (WritableToken) super.nextToken();
            ready.addLast(token);
            if (token.getChannel() != Token.DEFAULT_CHANNEL) continue;
            if (token.getType() == SinterLexer.NEWLINE) {
                if (lineBreak == null) lineBreak = token;
                else token.setChannel(Token.HIDDEN_CHANNEL);
                continue;
            }
            if (lineBreak != null && !ends(token)) lineBreak.setChannel(Token.HIDDEN_CHANNEL);
            follow(token.getType());
            return;
        }
    }

    private boolean ends(Token next) {
        if (BEGINS_DECLARATION.contains(next.getType())) {      // never inside parentheses: one was not closed
            while (!brackets.isEmpty() && brackets.peek() != SinterLexer.LBRACE) brackets.pop();
            return previous != SinterLexer.EXPORT;
        }
        if (!brackets.isEmpty() && brackets.peek() != SinterLexer.LBRACE) return false;
        return !CANNOT_END.contains(previous) && !continues(next);
    }

    /// A minus or plus continues the line above if a space follows it: `- x` is the rest of a difference, `-x` begins a statement.
    private boolean continues(Token next) {
        if (next.getType() == SinterLexer.MINUS || next.getType() == SinterLexer.PLUS) {
            boolean comment = _input.LA(1) == '/' && (_input.LA(2) == '/' || _input.LA(2) == '*');
            return comment || Character.isWhitespace(_input.LA(1));
        }
        return CONTINUES.contains(next.getType());
    }

    private void follow(int type) {
        previous = type;
        switch (type) {
            case SinterLexer.LPAREN, SinterLexer.LBRACKET, SinterLexer.LBRACE -> brackets.push(type);
            case SinterLexer.RPAREN -> close(SinterLexer.LPAREN);
            case SinterLexer.RBRACKET -> close(SinterLexer.LBRACKET);
            case SinterLexer.RBRACE -> close(SinterLexer.LBRACE);
            default -> { }
        }
    }

    /// A closing brace also closes what was left open inside it, so one missing parenthesis does not swallow the rest of the file.
    private void close(int open) {
        if (open == SinterLexer.LBRACE) {
            while (!brackets.isEmpty() && brackets.peek() != SinterLexer.LBRACE) brackets.pop();
        }
        if (!brackets.isEmpty() && brackets.peek() == open) brackets.pop();
    }
}
