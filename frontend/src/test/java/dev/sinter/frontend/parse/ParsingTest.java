package dev.sinter.frontend.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Statement;
import dev.sinter.frontend.ast.Subscript;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.problem.Render;
import dev.sinter.frontend.source.Source;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The grammar: how words group. Expressions are shown with all parentheses.
class ParsingTest {
    @ParameterizedTest
    @CsvSource(delimiter = '§', quoteCharacter = '´', value = {
        "1 + 2 * 3 § (1 + (2 * 3))",
        "a - b - c § ((a - b) - c)",
        "-x^2 § (- (x ^ 2))",
        "2^3^4 § (2 ^ (3 ^ 4))",
        "2^-x § (2 ^ (- x))",
        "a @ b + c § ((a @ b) + c)",
        "n div 2 mod 3 § ((n div 2) mod 3)",
        "not a == b and c or d § (((not (a == b)) and c) or d)",
        "x |> f |> g(1) § ((x |> f) |> g(1))",
        "x |> f + 1 § (x |> (f + 1))",
        "a < b + 1 § (a < (b + 1))",
        "0..n + 1 § (0 .. (n + 1))",
        "f(a, b: c)(d).e[0] § f(a, b: c)(d).e[0]",
        "x => y => x + y § (x => (y => (x + y)))",
        "(a, b = 1) => a § ((a, b) => a)",
        "if a then b else if c then d else e § (if a then b else (if c then d else e))",
        "sum(i) x[i] * y[i] + 1 § ((sum(i) (x[i] * y[i])) + 1)",
        "2 * sum(i, j) x[i, j] § (2 * (sum(i, j) x[i, j]))",
        "sum(i) (a[i] + 1) § (sum(i) (a[i] + 1))",
        "sum(x) * y § (sum(x) * y)",
        "max(a) - b § (max(a) - b)",
        "x[1:3, :, -1, ..., ::2] § x[1:3, :, -1, ..., ::2]",
        "(a, b: c) § (a, b: c)",
        "() § ()",
        "[a, ...b] § [a, ...b]",
        "[i * 2 for i in 0..3 for j in k] § [(i * 2) for i in (0 .. 3) for j in k]",
        "Adam() minimise f(x) over a, b.c through g(1) § (Adam() minimise f(x) over a, b.c through g(1))",
        "state + in * model § (state + (in * model))",
        "1e-3 § 0.001",
        "0x1F § 31",
        "1_000 § 1000",
    })
    void expressionsGroup(String text, String expected) {
        assertEquals(expected, show(expression(text)));
    }

    @Test
    void aLineEndsWhereItCan() {
        var block = assertInstanceOf(Expression.Block.class, expression("""
            {
              a = f(1,
                    2)
              b = a +
                  1
              c = b
                |> g
                - 1
              -c
              (a, b)
              [a]
            }"""));
        assertEquals("a = f(1, 2) ; b = (a + 1) ; c = (b |> (g - 1)) ; (- c) ; (a, b) ; [a]",
            block.statements().stream().map(ParsingTest::show).collect(Collectors.joining(" ; ")));
    }

    @Test
    void docCommentsBelongToWhatFollows() {
        var module = module("model M {\n  /// Adds.\n  ///\n  /// Twice.\n  fn f(x) = x\n\n  /// Lost.\n\n  fn g(x) = x\n}");
        assertEquals("Adds.\n\nTwice.", ((Declaration.Function) module.members().get(0)).doc());
        assertEquals("", ((Declaration.Function) module.members().get(1)).doc());
    }

    @Test
    void spansCountCharsBeyondTheBasicPlane() {
        var module = module("model M {\n  // 𝔸𝔹\n  fn f(x) = x\n}");
        assertEquals("fn f(x) = x", module.members().getFirst().span().text());
    }

    @Test
    void oneMissingParenthesisDoesNotHideTheRest() {
        var problems = new Problems();
        var file = Parsing.parse(Source.of("a", "model M {\n  fn f(x) = (x\n  fn g(x) = x\n}"), problems);
        assertEquals(1, problems.size());
        assertTrue(((Declaration.Module) file.declarations().getFirst()).members().stream()
            .anyMatch(d -> d instanceof Declaration.Function f && f.name().text().equals("g")));
    }

    private static Declaration.Module module(String text) {
        var problems = new Problems();
        var file = Parsing.parse(Source.of("a", text), problems);
        assertEquals(0, problems.size(), () -> Render.text(problems.sorted()));
        return (Declaration.Module) file.declarations().getFirst();
    }

    private static Expression expression(String text) {
        return ((Declaration.Function) module("model M {\n  fn f(x) = " + text + "\n}").members().getFirst()).body();
    }

    private static String show(Statement s) {
        return switch (s) {
            case Statement.Bind b -> b.names().stream().map(Object::toString).collect(Collectors.joining(", ")) + " = " + show(b.value());
            case Statement.Evaluate e -> show(e.value());
            default -> s.span().text();
        };
    }

    private static String show(Expression.Argument a) {
        return a.name().map(n -> n + ": ").orElse("") + show(a.value());
    }

    private static String show(Subscript s) {
        return s.span().text();
    }

    private static String show(Expression x) {
        return switch (x) {
            case Expression.Whole w -> Long.toString(w.value());
            case Expression.Decimal d -> Double.toString(d.value());
            case Expression.Reference r -> r.name();
            case Expression.Binary b -> "(" + show(b.left()) + " " + b.operator().text() + " " + show(b.right()) + ")";
            case Expression.Negative n -> "(- " + show(n.operand()) + ")";
            case Expression.Not n -> "(not " + show(n.operand()) + ")";
            case Expression.Pipe p -> "(" + show(p.input()) + " |> " + show(p.stage()) + ")";
            case Expression.Range r -> "(" + show(r.from()) + " .. " + show(r.to()) + ")";
            case Expression.Call c -> show(c.callee()) + c.arguments().stream().map(ParsingTest::show).collect(Collectors.joining(", ", "(", ")"));
            case Expression.Field f -> show(f.base()) + "." + f.name();
            case Expression.Subscripted s -> show(s.base()) + s.subscripts().stream().map(ParsingTest::show).collect(Collectors.joining(", ", "[", "]"));
            case Expression.Conditional c -> "(if " + show(c.condition()) + " then " + show(c.whenTrue()) + " else " + show(c.whenFalse()) + ")";
            case Expression.Lambda l -> "(" + (l.parameters().size() == 1 ? l.parameters().getFirst().name().text()
                : l.parameters().stream().map(p -> p.name().text()).collect(Collectors.joining(", ", "(", ")"))) + " => " + show(l.body()) + ")";
            case Expression.Reduction r -> "(" + r.reducer() + r.indices().stream().map(i -> i.name().text()).collect(Collectors.joining(", ", "(", ") ")) + show(r.body()) + ")";
            case Expression.Tuple t -> t.fields().stream().map(ParsingTest::show).collect(Collectors.joining(", ", "(", ")"));
            case Expression.Spread s -> "..." + show(s.list());
            case Expression.Sequence s -> s.elements().stream().map(ParsingTest::show).collect(Collectors.joining(", ", "[", "]"));
            case Expression.Comprehension c -> "[" + show(c.body()) + c.generators().stream().map(g -> " for " + g.variable() + " in " + show(g.from()))
                .collect(Collectors.joining()) + "]";
            case Expression.Optimise o -> "(" + show(o.optimiser()) + " minimise " + show(o.objective()) + " over "
                + o.over().stream().map(ParsingTest::show).collect(Collectors.joining(", ")) + " through " + o.through().map(ParsingTest::show).orElse("") + ")";
            default -> x.span().text();
        };
    }
}
