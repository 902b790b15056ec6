package dev.sinter.ir.array;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reference values were computed with 50 digits (mpmath 1.3).
class SpecialFunctionsTest {
    private static double apply(String function, double x) {
        return switch (function) {
            case "erf" -> SpecialFunctions.erf(x);
            case "erfc" -> SpecialFunctions.erfc(x);
            case "erfinv" -> SpecialFunctions.erfinv(x);
            case "lgamma" -> SpecialFunctions.lgamma(x);
            case "digamma" -> SpecialFunctions.digamma(x);
            case "asinh" -> SpecialFunctions.asinh(x);
            case "acosh" -> SpecialFunctions.acosh(x);
            case "atanh" -> SpecialFunctions.atanh(x);
            case "log2" -> SpecialFunctions.log2(x);
            case "exp2" -> SpecialFunctions.exp2(x);
            case "sigmoid" -> SpecialFunctions.sigmoid(x);
            default -> throw new IllegalArgumentException(function);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "erf, 1e-300, 1.1283791670955126e-300", "erf, -0.3, -0.3286267594591274", "erf, 0.9, 0.7969082124228322", "erf, 2.75, 0.9998993780778803",
        "erf, 3.5, 0.9999992569016276", "erfc, -2.5, 1.999593047982555", "erfc, 0.4, 0.5716076449533315", "erfc, 1.7, 0.01620954140922544",
        "erfc, 5.3, 6.613081850340811e-14", "erfc, 26.5, 2.2109076642637343e-307", "erfinv, 1e-12, 8.86226925452758e-13", "erfinv, -0.31, -0.28203312162630184",
        "erfinv, 0.77, 0.8487818883709608", "erfinv, 0.9999999999, 4.572824958544925", "lgamma, 1e-20, 46.051701859880914", "lgamma, 0.3, 1.0957979948180756",
        "lgamma, 0.99999, 5.772238896093089e-06", "lgamma, 1.7, -0.09580769740706588", "lgamma, 2.0001, 4.2281658112919945e-05", "lgamma, 7.5, 7.534364236758733",
        "lgamma, 29.5, 69.56908092082364", "lgamma, 300.25, 1410.627700502379", "lgamma, 1e15, 3.3538776394910668e+16", "lgamma, -0.4, 1.31452458994339",
        "lgamma, -3.7, -1.3797399049658245", "lgamma, -99.3, -359.1580404877084", "lgamma, -150.6, -606.8347675505786", "digamma, 1e-20, -1e+20",
        "digamma, 0.3, -3.502524222200133", "digamma, 1.4616, -3.110625123034165e-05", "digamma, 8.25, 2.0483845613664946", "digamma, 31, 3.4177714660188583",
        "digamma, 1e9, 20.723265836446412", "digamma, -0.5, 0.03648997397857652", "digamma, -6.2, 6.22706347415622", "digamma, -99.4, 5.624939191285683",
        "digamma, -150.6, 3.997178363560071", "asinh, -1e-9, -1e-09", "asinh, 0.7, 0.6526665660823557", "asinh, 40, 4.382182848065498",
        "asinh, 1e200, 461.2101657793691", "acosh, 1.0000001, 0.0004472135919037347", "acosh, 1.5, 0.9624236501192069", "acosh, 1e100, 230.95165647996453",
        "atanh, 1e-9, 1e-09", "atanh, -0.6, -0.6931471805599453", "atanh, 0.9999999, 8.40562139102231", "log2, 0.9999, -0.00014427671804501932",
        "log2, 3, 1.584962500721156", "log2, 1e300, 996.5784284662087", "sigmoid, -700, 9.85967654375977e-305", "sigmoid, -3.3, 0.03557118927263618",
        "sigmoid, 2.1, 0.8909031788043871", "sigmoid, 40, 1.0"})
    void values(String function, double x, double exact) {
        assertEquals(exact, apply(function, x), 8 * Math.ulp(exact));
    }

    @ParameterizedTest
    @CsvSource({
        "erf, Infinity, 1", "erf, -0.0, -0.0", "erf, NaN, NaN", "erf, 4.9E-324, 4.9E-324", "erfc, -Infinity, 2", "erfc, 40, 0", "erfc, NaN, NaN",
        "erfinv, 1, Infinity", "erfinv, -1, -Infinity", "erfinv, 1.5, NaN", "erfinv, -0.0, -0.0", "erfinv, NaN, NaN",
        "lgamma, 0, Infinity", "lgamma, -3, Infinity", "lgamma, 1, 0", "lgamma, 2, 0", "lgamma, -Infinity, Infinity", "lgamma, 1e306, 7.03575E308",
        "lgamma, 1e307, Infinity", "lgamma, NaN, NaN", "digamma, 0, -Infinity", "digamma, -0.0, Infinity", "digamma, -1, NaN", "digamma, Infinity, Infinity",
        "digamma, -Infinity, NaN", "asinh, -0.0, -0.0", "asinh, -Infinity, -Infinity", "acosh, 1, 0", "acosh, 0.5, NaN", "acosh, -1e300, NaN",
        "acosh, Infinity, Infinity", "atanh, 1, Infinity", "atanh, -1, -Infinity", "atanh, 2, NaN", "atanh, -0.0, -0.0", "log2, 0, -Infinity",
        "log2, 0.125, -3", "log2, Infinity, Infinity", "log2, -1, NaN", "exp2, 10, 1024", "exp2, -Infinity, 0", "sigmoid, -Infinity, 0", "sigmoid, Infinity, 1",
        "sigmoid, NaN, NaN"})
    void special_values(String function, double x, double exact) {
        double value = apply(function, x);
        assertEquals(exact, function.equals("lgamma") && x == 1e306 ? Double.parseDouble("%.5e".formatted(value)) : value);
    }
}
