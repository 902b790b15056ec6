package dev.sinter.ir.loop.math;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopInterpreter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreefryTest {
    /// The known answers that the authors distribute with Random123; words in the order key, counter, output.
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000, 00000000 00000000, 6b200159 99ba4efe",
        "ffffffff ffffffff, ffffffff ffffffff, 1cb996fc bb002be7",
        "13198a2e 03707344, 243f6a88 85a308d3, c4923a9c 483df7a0"})
    void known_answers(String key, String counter, String output) {
        var into = new Block();
        Expr result = MathLibrary.expand(Fn.THREEFRY, List.of(Expr.index(words(key)), Expr.index(words(counter))), into);
        assertEquals(words(output), LoopInterpreter.evaluate(into.statements(), result, Map.of())[0]);
    }

    private static long words(String text) {
        return Long.parseUnsignedLong(text.substring(9) + text.substring(0, 8), 16);
    }
}
