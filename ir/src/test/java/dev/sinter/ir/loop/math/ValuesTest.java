package dev.sinter.ir.loop.math;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The functions at the true values of `values.tsv`, which owe nothing to this project.
class ValuesTest {
    private static final int BOUND = 4;
    private static final Map<Fn, List<String>> VALUES = values();

    private static Map<Fn, List<String>> values() {
        var byFunction = new EnumMap<Fn, List<String>>(Fn.class);
        try (InputStream in = ValuesTest.class.getResourceAsStream("values.tsv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.startsWith("#")) {
                    byFunction.computeIfAbsent(Fn.valueOf(line.substring(0, line.indexOf('\t')).toUpperCase(Locale.ROOT)), _ -> new ArrayList<>()).add(line);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return byFunction;
    }

    static List<Fn> functions() {
        return List.copyOf(VALUES.keySet());
    }

    /// `lgamma` and `digamma` cross zero between poles, where only their absolute errors are small.
    private static boolean nearZeros(Fn fn) {
        return fn == Fn.LGAMMA || fn == Fn.DIGAMMA;
    }

    @ParameterizedTest
    @MethodSource("functions")
    void values_are_right(Fn fn) {
        var wrong = new ArrayList<String>();
        var single = Evaluation.of(fn, ElementType.F32, 1);
        var twice = Evaluation.of(fn, ElementType.F64, 1);
        for (String line : VALUES.get(fn)) {
            String[] fields = line.split("\t");
            ElementType type = ElementType.of(fields[1]);
            var point = new double[fn.arity()];
            for (int i = 0; i < point.length; i++) {
                point[i] = Double.parseDouble(fields[2 + i]);
            }
            double expected = Double.parseDouble(fields[2 + point.length]);
            double result = (type == ElementType.F32 ? single : twice).value(point);
            double error = nearZeros(fn) && Math.abs(expected) < 1 ? Math.abs(result - expected) / Math.ulp(1.0)
                    : UlpError.of(type, result, Reference.Exact.of(expected));
            boolean wrongZero = result == 0 && expected == 0 && Math.copySign(1, result) != Math.copySign(1, expected);
            if (!(error <= BOUND) || wrongZero) {
                wrong.add(line + ": " + result + ", " + error + " ulp");
            }
        }
        assertEquals(List.of(), wrong);
    }
}
