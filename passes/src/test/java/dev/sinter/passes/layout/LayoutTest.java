package dev.sinter.passes.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.passes.golden.GoldenFile;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Where transposes go: golden text, and the same meaning before and after.
class LayoutTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return GoldenFile.cases("layout", Layout::run).stream().map(c -> DynamicTest.dynamicTest(c.title(), () -> {
            Function before = c.function();
            Function after = Layout.run(before);
            Verifier.verify(after);
            c.expect(after);
            GoldenFile.sameMeaning(before, after);
        }));
    }

    @Test
    void whatNeedsNoTransposeStaysTheSameObject() {
        Function f = GraphParser.parseFunction("""
                func f(%x: f64[3,20], %y: f64[20,17]) {
                  %d = dot %x, %y {batch = []x[], contract = [1]x[0]}
                  %r = tanh %d
                  return %r
                }""");
        assertSame(f, Layout.run(f));
    }

    @Test
    void rowsOfALargeMatrixThatEveryCallChangesAreReadAsTheyLie() {
        Function f = GraphParser.parseFunction("""
                func f(%x: f64[16,40], %w: f64[60,40]) {
                  %d = dot %x, %w {batch = []x[], contract = [1]x[1]}
                  %r = tanh %d
                  %u = add %w, %w
                  return %r, %u
                }""");
        var inputs = List.<Module.Binding>of(new Module.Binding.Argument("x"), new Module.Binding.OfState("w"));
        Value weight = f.parameters().getLast();
        for (Module.Binding second : List.of(new Module.Binding.OfState("w"), new Module.Binding.Argument("v"))) {
            var entry = new Module.Entry(f, "", inputs, List.of(new Module.Binding.Argument("r"), second));
            var module = new Module("M", List.of(new Module.State("w", weight.tensor(), true)), List.of(entry));
            Function after = Layout.run(module).entries().getFirst().function();
            Verifier.verify(after);
            GoldenFile.sameMeaning(f, after);
            var dot = (Dot) after.values().stream().map(Value::op).filter(Dot.class::isInstance).findFirst().orElseThrow();
            assertEquals(second instanceof Module.Binding.OfState, dot.a() == after.parameters().getLast());
        }
    }
}
