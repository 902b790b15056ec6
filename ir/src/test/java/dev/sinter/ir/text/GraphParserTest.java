package dev.sinter.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.RandomGraphs;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GraphParserTest {
    private static final String LINEAR = """
            func f(%x: f32[N,10], %w: f32[10,3]) -> (f32[N,3]) {
              %0 = dot %x, %w {batch = []x[], contract = [1]x[0]} : f32[N,3]
              return %0
            }
            """;

    private static final String SHARED = """
            func double(%a: f32[2]) -> (f32[2]) {
              %0 = add %a, %a : f32[2]
              return %0
            }

            func "two words"(%x: f32[2], %xs: f32[T,2], %"odd \\"label\\"": i32[]) -> (f32[2], f32[T,2], i32[]) {
              %0 = call %x {function = @double} : (f32[2])
              %1 = scan ; %0#0; %xs {length = T, reverse = false, body = func step(%h: f32[2], %e: f32[2]) -> (f32[2], f32[2]) {
                %0 = call %e {function = @double} : (f32[2])
                %1 = mul %h, %0#0 : f32[2]
                return %1, %h
              }} : (f32[2], f32[T,2])
              return %1#0, %1#1, %"odd \\"label\\""
            }
            """;

    private static final String MODULE = """
            module Tiny {
              state c1.weight: f32[3] trainable
              state step: i64[]

              func double(%a: f32[3]) -> (f32[3]) {
                %0 = add %a, %a : f32[3]
                return %0
              }

              /// Doubles twice.
              ///
              /// And says so.
              entry predict(%x: f32[3] from argument x, %w: f32[3] from state c1.weight) -> (f32[3] to argument "the result", f32[3] to state c1.weight) {
                %0 = mul %x, %w : f32[3]
                %1 = call %0 {function = @double} : (f32[3])
                %2 = call %1#0 {function = @double} : (f32[3])
                return %2#0, %1#0
              }

              entry nothing() -> () {
                return
              }
            }
            """;

    @Test
    void what_is_printed_is_what_was_read() {
        assertEquals(LINEAR, GraphPrinter.print(GraphParser.parseFunction(LINEAR)));
        assertEquals(SHARED, GraphPrinter.print(GraphParser.parseFunction(SHARED)));
        assertEquals(MODULE, GraphPrinter.print(GraphParser.parseModule(MODULE)));
    }

    @Test
    void a_shared_function_is_one_function() {
        Module module = GraphParser.parseModule(MODULE);
        var regions = module.entry("predict").function().values().stream().flatMap(v -> v.op().regions().stream()).distinct().toList();
        assertEquals(1, regions.size());
        assertEquals("Doubles twice.\n\nAnd says so.", module.entry("predict").doc());
    }

    @Test
    void types_may_be_left_out_and_comments_put_in() {
        Function f = GraphParser.parseFunction("func f(%x: f32[2]) { // twice\n %y = add %x, %x // here\n return %y }");
        assertEquals("func f(%x: f32[2]) -> (f32[2]) {\n  %0 = add %x, %x : f32[2]\n  return %0\n}\n", GraphPrinter.print(f));
    }

    @TestFactory
    Stream<DynamicTest> mistakes() {
        return Stream.of(
                "func f(%x: f32[2]) { %y = ad %x, %x return %y }", "1:27: no op is called 'ad'",
                "func f(%x: f32[2]) { %y = add %x return %y }", "1:31: 'add' takes 2 operands, given 1",
                "func f(%x: f32[2]) { %y = add %x, %z return %y }", "1:35: %z is not defined",
                "func f(%x: f32[2]) { %y = neg %x %y = abs %x return %y }", "1:34: %y is defined twice",
                "func f(%x: f32[2], %x: f32[2]) { return %x }", "1:20: %x is defined twice",
                "func f(%x: f33[2]) { return %x }", "1:12: no element type is called 'f33'",
                "func f(%x: f32[2) { return %x }", "1:16: invalid dim '2)' at position 1: unexpected ')'",
                "func f(%x: f32[2]\n { return %x }", "2:2: expected ')', found '{'",
                "func f(%x: f32[]) { return %x", "1:30: expected '}', found the end",
                "func f(%x: bool[2]) {\n  %y = add %x, %x\n  return %y }", "2:8: add: (C2) not defined for bool",
                "func f(%x: f32[2]) -> (f32[3]) { return %x }", "1:34: 'f' returns [f32[2]], declared as [f32[3]]",
                "func f(%x: f32[2]) { %y = neg %x : f64[2] return %y }", "1:34: 'neg' gives f32[2], declared as f64[2]",
                "func f(%x: f32[2]) { %y = reverse %x {axis = 1} return %y }", "1:27: reverse: (C1) axis 1 of f32[2]",
                "func f(%x: f32[2]) { %y = reverse %x {axes = 1} return %y }", "1:39: expected the attribute 'axis' of 'reverse', found 'axes'",
                "func f(%x: f32[2]) { %y = reverse %x return %y }", "1:38: expected '{', found 'return'",
                "func f(%x: f32[2]) { %y = reverse %x {axis = 0, start = 1} return %y }", "1:47: expected '}', found ','",
                "func f(%x: f32[2]) { %y = reverse %x {axis = one} return %y }", "1:46: expected a small integer, found 'one'",
                "func f() { %y = fill {type = f32[2], value = 1.2.3} return %y }", "1:46: expected a number, found '1.2.3'",
                "func f() { %y = constant {data = f32[2] [1, 2, 3]} return %y }", "1:34: 3 elements for a constant of type f32[2]",
                "func f() { %y = constant {data = f32[N] []} return %y }", "1:34: 0 elements for a constant of type f32[N]",
                "func f(%x: f32[2]) { %y = call %x {function = @g} return %y#0 }", "1:47: no function called 'g' stands before",
                "func g(%x: f32[2]) { return %x } func f(%x: f32[2]) { %y = call %x {function = @g} return %y }", "1:91: %y has 1 results; one of them is written %y#0",
                "func g(%x: f32[2]) { return %x } func f(%x: f32[2]) { %y = call %x {function = @g} return %y#1 }", "1:91: %y has 1 results, no result 1",
                "func f(%x: f32[2]) { %y = cond %x {then = 1} return %y }", "1:32: 'cond' takes 1; … operands, given 1",
                "func \"f", "1:6: a string without an end",
                "", "1:1: expected 'func', found the end",
                "module M { entry f(%x: f32[2]) -> () { return } }", "1:30: expected 'from', found ')'",
                "module M { state s: f32[2] trained }", "1:28: expected 'entry' or '}', found 'trained'",
                "module M { } x", "1:14: expected the end, found 'x'")
                .gather(java.util.stream.Gatherers.windowFixed(2))
                .map(pair -> DynamicTest.dynamicTest(pair.get(1), () -> assertEquals(pair.get(1),
                        assertThrows(GraphSyntaxException.class, () -> parse(pair.get(0))).getMessage())));
    }

    private static Object parse(String text) {
        return text.startsWith("module") ? GraphParser.parseModule(text) : GraphParser.parseFunction(text);
    }

    /// Whatever a text is, it is read or refused with a place.
    @Test
    void no_text_confuses_the_parser() {
        var random = new Random(7);
        var texts = new java.util.ArrayList<>(List.of(LINEAR, SHARED, MODULE));
        for (long seed = 0; seed < 30; seed++) {
            texts.add(GraphPrinter.print(RandomGraphs.any(seed, 12)));
        }
        for (int round = 0; round < 6000; round++) {
            String text = texts.get(random.nextInt(texts.size()));
            for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
                text = changed(text, random);
            }
            String given = text;
            try {
                parse(given);
            } catch (GraphSyntaxException e) {
                assertEquals(true, e.line() >= 1 && e.column() >= 1 && e.line() <= given.lines().count() + 1, () -> e.getMessage() + "\n" + given);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("round " + round + ":\n" + given, e);
            }
        }
    }

    private static String changed(String text, Random random) {
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + random.nextInt(1, 6));
        return switch (random.nextInt(5)) {
            case 0 -> text.substring(0, at) + text.substring(end);
            case 1 -> text.substring(0, at) + text.substring(at, end) + text.substring(at);
            case 2 -> text.substring(0, at) + "{}[](),;:=%#@-0129.\"\\N/ \nx".charAt(random.nextInt(26)) + text.substring(end);
            case 3 -> text.replaceFirst("\\b" + random.nextInt(4) + "\\b", Long.toString(List.of(0L, -1L, 3L, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE).get(random.nextInt(6))));
            default -> {
                int other = random.nextInt(text.length());
                int otherEnd = Math.min(text.length(), other + random.nextInt(1, 30));
                yield text.substring(0, at) + text.substring(other, otherEnd) + text.substring(at);
            }
        };
    }

    @Test
    void nesting_has_a_limit() {
        var text = new StringBuilder("func f() { ");
        for (int k = 0; k < 200; k++) {
            text.append("%y = call {function = func f() { ");
        }
        assertEquals("functions nested deeper than 100", assertThrows(GraphSyntaxException.class, () -> parse(text.toString())).getMessage().replaceFirst("^\\S* ", ""));
    }
}
