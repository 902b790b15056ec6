package dev.sinter.passes.differentiate;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.passes.golden.GoldenFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What derivatives look like before anything simplifies them.
class ExpansionTest {
    @TestFactory
    Stream<DynamicTest> expansions() {
        return GoldenFile.cases("differentiate", Differentiate::run).stream().map(c -> DynamicTest.dynamicTest(c.title(), () -> {
            Function after = Differentiate.run(c.function());
            Verifier.verify(after);
            c.expect(after);
        }));
    }
}
