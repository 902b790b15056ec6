package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormulaTest {

    private static final Map<String, Long> VALUES = Map.of("N", 7L, "T", -3L, "h_2", 10L, "Größe", 4L, "max", 100L);

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0 | 0",
        "42 | 42",
        "N | 7",
        "2*N*T+floordiv(h_2,4)-1 | -41",
        "N-T-h_2 | 0",
        "N-(T-h_2) | 20",
        "-N*2+1 | -13",
        "--N | 7",
        "-(N+1)*-2 | 16",
        "floordiv(T,2) | -2",
        "mod(T,2) | 1",
        "mod(N,-4) | -1",
        "max(N,T) | 7",
        "max(floordiv(N+1,2),mod(h_2,4))*3 | 12",
        "max+max(1,max) | 200",
        "Größe*Größe | 16",
        "' ( 1 + 2 ) * 3 ' | 9",
        "-9223372036854775808 | -9223372036854775808",
        "9223372036854775807 | 9223372036854775807",
    })
    void formulasHaveTheirValue(String text, long value) {
        assertEquals(value, Formula.of(text).evaluate(VALUES));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'' | column 1 of the formula '': expected a number, a name or '(', found the end",
        "N+ | column 3 of the formula 'N+': expected a number, a name or '(', found the end",
        "N M | column 3 of the formula 'N M': expected an operator or the end, found 'M'",
        "2N | column 2 of the formula '2N': expected an operator or the end, found 'N'",
        "N/2 | column 2 of the formula 'N/2': expected an operator or the end, found '/'",
        "(N | column 3 of the formula '(N': expected ')', found the end",
        "max(N) | column 6 of the formula 'max(N)': expected ',', found ')'",
        "sin(N) | column 4 of the formula 'sin(N)': expected an operator or the end, found '('",
        "9223372036854775808 | column 1 of the formula '9223372036854775808': the number does not fit 64 bits",
    })
    void whatIsNoFormulaIsRefusedWithItsColumn(String text, String message) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> Formula.of(text)).getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "N*9223372036854775807 | long overflow",
        "9223372036854775807+N | long overflow",
        "T-9223372036854775807 | long overflow",
        "floordiv(-9223372036854775808,-1) | long overflow",
        "floordiv(N,N-7) | / by zero",
        "mod(N,0) | / by zero",
    })
    void aValueThatDoesNotFitIsAnError(String text, String reason) {
        var e = assertThrows(ArithmeticException.class, () -> Formula.of(text).evaluate(VALUES));
        assertTrue(e.getMessage().startsWith("'" + text + "' has no 64-bit value") && e.getMessage().endsWith(reason), e.getMessage());
    }

    @Test
    void namesAreThoseOfTheText() {
        assertEquals(List.of("B", "A"), Formula.of("B*A+max(B,2)").names());
        assertTrue(Formula.of("N").isName());
        assertFalse(Formula.of("-N").isName());
        assertFalse(Formula.of("3").isName());
        assertTrue(Formula.of("3*4").isConstant());
        assertEquals(12, Formula.of("3*4").constant());
        assertThrows(IllegalArgumentException.class, () -> Formula.of("Q").evaluate(VALUES));
    }

    @Test
    void nestingIsBoundedButLengthIsNot() {
        assertThrows(IllegalArgumentException.class, () -> Formula.of("(".repeat(100_000) + "1" + ")".repeat(100_000)));
        assertThrows(IllegalArgumentException.class, () -> Formula.of("-".repeat(100_000) + "N"));
        assertEquals(100_001, Formula.of("1" + "+1".repeat(100_000)).constant());
    }

    @Test
    void randomTextGivesAFormulaOrAnArgumentException() {
        var random = new Random(1);
        String alphabet = "N2+-*(),. maxfloordiv";
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Formula.of(text.toString()).evaluate(VALUES);
            } catch (IllegalArgumentException | ArithmeticException e) {
                assertTrue(e.getMessage() != null);
            }
        }
    }
}
