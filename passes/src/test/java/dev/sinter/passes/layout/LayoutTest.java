package dev.sinter.passes.layout;

import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.passes.golden.GoldenFile;
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
}
