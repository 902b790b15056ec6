package dev.sinter.passes.simplify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.ir.text.GraphPrinter;
import dev.sinter.passes.golden.GoldenFile;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every law in a case of its own, titled with the law's name: golden text, and the same meaning before and after. A law without a case fails.
class LawsTest {
    private static final List<GoldenFile.Case> CASES = GoldenFile.cases("simplify", Simplify::run);

    @TestFactory
    Stream<DynamicTest> laws() {
        return CASES.stream().map(c -> DynamicTest.dynamicTest(c.title(), () -> check(c)));
    }

    private static void check(GoldenFile.Case c) {
        Function before = c.function();
        var fired = new HashSet<String>();
        Function after = Simplify.run(before, fired::add);
        Verifier.verify(after);
        assertTrue(fired.contains(c.title()), () -> "fired: " + fired);
        c.expect(after);
        assertSame(after, Simplify.run(after), () -> "not final: " + GraphPrinter.print(Simplify.run(after)));
        GoldenFile.sameMeaning(before, after);
    }

    @Test
    void everyLawHasACase() {
        Set<String> untested = new TreeSet<>(List.of(Loops.DECIDED, Loops.CONDITIONAL, Loops.WHILE, TidyScan.UNUSED, TidyScan.CONSTANT, TidyScan.HOISTED,
                TidyScan.STACKED, TidyScan.SUMMED));
        Simplify.RULES.forEach(r -> untested.add(r.law()));
        CASES.forEach(c -> untested.remove(c.title()));
        assertEquals(Set.of(), untested);
    }
}
