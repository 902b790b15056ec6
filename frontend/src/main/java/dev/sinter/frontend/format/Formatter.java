package dev.sinter.frontend.format;

import dev.sinter.frontend.parse.Parsing;
import dev.sinter.frontend.source.Source;
import dev.sinter.grammar.SinterLexer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.Token;

/// Lays a source out in the one style: two blanks of indentation, blanks around operators, at most one blank line.
///
/// It works on words, not on the tree: line breaks and comments stay where the author put them, text with errors is laid out too, and no
/// word is ever added, dropped or changed. Formatting twice is formatting once.
public final class Formatter {
    private static final String INDENT = "  ";
    private static final Set<Integer> TIGHT = Set.of(SinterLexer.DOT, SinterLexer.RANGE, SinterLexer.CARET);
    private static final Set<Integer> CALLEES = Set.of(SinterLexer.ID, SinterLexer.IN, SinterLexer.MODEL, SinterLexer.OPTIMISER, SinterLexer.PARAM,
        SinterLexer.STATE, SinterLexer.SLOT, SinterLexer.TRAIN, SinterLexer.TRAINING, SinterLexer.EXAMPLE, SinterLexer.EACH, SinterLexer.TIMES,
        SinterLexer.SCORE, SinterLexer.TOWARDS, SinterLexer.REDUCER, SinterLexer.RPAREN, SinterLexer.RBRACKET, SinterLexer.STRING);
    private static final Set<Integer> ENDS = Set.of(SinterLexer.INT, SinterLexer.REAL, SinterLexer.STRING, SinterLexer.TRUE, SinterLexer.FALSE,
        SinterLexer.NONE, SinterLexer.RPAREN, SinterLexer.RBRACKET, SinterLexer.RBRACE);

    /// A line of the source: its words, and whether the line above goes on in it.
    private record Line(List<Token> words, boolean continues) { }

    private final Source source;
    private final StringBuilder out = new StringBuilder();
    private final Deque<Integer> open = new ArrayDeque<>();        // brackets not closed yet
    private final Deque<Integer> levels = new ArrayDeque<>();      // the indentation of the line that each of them was opened on

    private Formatter(Source source) {
        this.source = source;
    }

    /// The text in the one style; ends with a line break unless it is empty.
    public static String format(String text) {
        return new Formatter(Source.of("", text)).run();
    }

    private String run() {
        boolean blank = false;
        boolean afterOpening = true;
        for (Line line : lines()) {
            if (line.words.isEmpty()) {
                blank = true;
                continue;
            }
            boolean closing = isCloser(line.words.getFirst().getType());
            if (blank && !afterOpening && !closing) out.append('\n');
            write(line);
            blank = false;
            Token last = line.words.getLast();
            afterOpening = last.getType() == SinterLexer.LBRACE;
        }
        return out.toString();
    }

    private List<Line> lines() {
        var lines = new ArrayList<Line>();
        var words = new ArrayList<Token>();
        boolean continues = false;
        for (Token token : Parsing.tokens(source).getTokens()) {
            switch (token.getType()) {
                case SinterLexer.NEWLINE -> {
                    boolean comments = !words.isEmpty() && words.stream().allMatch(Formatter::isComment);
                    lines.add(new Line(words, continues));
                    if (!comments && !words.isEmpty() || token.getChannel() == Token.DEFAULT_CHANNEL) continues = token.getChannel() != Token.DEFAULT_CHANNEL;
                    words = new ArrayList<>();
                }
                case SinterLexer.SPACE, Token.EOF -> { }
                default -> words.add(token);
            }
        }
        if (!words.isEmpty()) lines.add(new Line(words, continues));
        return lines;
    }

    private static boolean isComment(Token token) {
        return switch (token.getType()) {
            case SinterLexer.DOC_COMMENT, SinterLexer.LINE_COMMENT, SinterLexer.BLOCK_COMMENT, SinterLexer.OPEN_COMMENT -> true;
            default -> false;
        };
    }

    private static boolean isCloser(int type) {
        return type == SinterLexer.RPAREN || type == SinterLexer.RBRACKET || type == SinterLexer.RBRACE;
    }

    private void write(Line line) {
        int level = level(line);
        out.append(INDENT.repeat(level));
        Token before = null;
        boolean signBefore = false;
        boolean dotBefore = false;      // the word before is a field
        for (Token word : line.words) {
            boolean sign = isSign(word, before, line);
            if (before != null && space(before, word, signBefore, dotBefore)) out.append(isComment(word) && word.getType() != SinterLexer.BLOCK_COMMENT ? "  " : " ");
            out.append(word.getText().stripTrailing());
            switch (word.getType()) {
                case SinterLexer.LPAREN, SinterLexer.LBRACKET, SinterLexer.LBRACE -> {
                    open.push(word.getType());
                    levels.push(level);
                }
                case SinterLexer.RPAREN, SinterLexer.RBRACKET, SinterLexer.RBRACE -> {
                    if (!open.isEmpty()) {
                        open.pop();
                        levels.pop();
                    }
                }
                default -> { }
            }
            dotBefore = before != null && before.getType() == SinterLexer.DOT;
            before = word;
            signBefore = sign;
        }
        out.append('\n');
    }

    /// What is inside brackets stands one step right of the line that opens them, the closing bracket under that line, and a line that
    /// goes on one step right of where it began.
    private int level(Line line) {
        int closed = 0;
        while (closed < line.words.size() && isCloser(line.words.get(closed).getType())) closed++;
        if (closed > 0) return levels.stream().skip(Math.max(0, Math.min(closed, levels.size()) - 1)).findFirst().orElse(0);
        int inside = levels.isEmpty() ? 0 : levels.peek() + 1;
        boolean inParentheses = !open.isEmpty() && open.peek() != SinterLexer.LBRACE;
        Token first = line.words.getFirst();
        boolean hangs = line.continues && !inParentheses && first.getType() != SinterLexer.LBRACE && !isComment(first);
        return hangs ? inside + 1 : inside;
    }

    /// Whether a plus or minus is a sign and not an operator.
    private boolean isSign(Token word, Token before, Line line) {
        if (word.getType() != SinterLexer.MINUS && word.getType() != SinterLexer.PLUS) return false;
        if (before == null) return !line.continues || !followedByBlank(word);
        return !ENDS.contains(before.getType()) && !CALLEES.contains(before.getType());
    }

    private boolean followedByBlank(Token word) {
        int next = word.getStopIndex() + 1;
        String text = source.text();
        if (next >= text.codePointCount(0, text.length())) return false;
        int at = text.offsetByCodePoints(0, next);
        return Character.isWhitespace(text.codePointAt(at)) || text.startsWith("//", at) || text.startsWith("/*", at);
    }

    private boolean space(Token a, Token b, boolean sign, boolean field) {
        int x = a.getType();
        int y = b.getType();
        if (isComment(a) || isComment(b)) return true;
        if (sign) return false;
        if (x == SinterLexer.LBRACE && y == SinterLexer.RBRACE) return false;
        if (x == SinterLexer.LPAREN || x == SinterLexer.LBRACKET || y == SinterLexer.RPAREN || y == SinterLexer.RBRACKET) return false;
        if (x == SinterLexer.COMMA) return true;
        if (x == SinterLexer.INT && y == SinterLexer.DOT) return blankBetween(a, b);     // `pair.0 .1` is not `pair.0.1`
        if (y == SinterLexer.COMMA || y == SinterLexer.SEMI || TIGHT.contains(x) || TIGHT.contains(y)) return false;
        if (x == SinterLexer.ELLIPSIS) return false;
        boolean inBrackets = !open.isEmpty() && open.peek() == SinterLexer.LBRACKET;
        if (y == SinterLexer.COLON) return false;
        if (x == SinterLexer.COLON) return !inBrackets || blankBetween(a, b);
        if (field && (y == SinterLexer.LPAREN || y == SinterLexer.LBRACKET)) return false;
        if (y == SinterLexer.LPAREN) {
            if (x == SinterLexer.RPAREN) return blankBetween(a, b);
            return !(CALLEES.contains(x) || x == SinterLexer.RBRACE) || x == SinterLexer.IN && blankBetween(a, b) || x == SinterLexer.STRING;
        }
        if (y == SinterLexer.LBRACKET) return !(CALLEES.contains(x) || x == SinterLexer.RBRACE) || x == SinterLexer.IN && blankBetween(a, b);
        return true;
    }

    private static boolean blankBetween(Token a, Token b) {
        return b.getStartIndex() > a.getStopIndex() + 1;
    }
}
