package dev.sinter.frontend.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearTest {
    private static final List<String> KNOWN = List.of("tanh", "tan", "softmax", "log_softmax", "Dense", "x", "N");

    @ParameterizedTest
    @CsvSource({"tahn, tan tanh", "sofmax, softmax", "dense, Dense", "y, ''", "n, N", "completely_other, ''", "tanh, tan"})
    void offersWhatDiffersByFewEdits(String name, String expected) {
        assertEquals(expected, String.join(" ", Near.names(name, KNOWN)));
    }

    @ParameterizedTest
    @CsvSource({"abc, abc, 0", "abc, acb, 1", "abc, ab, 1", "abc, xyz, 3", "'', ab, 2"})
    void distanceCountsEdits(String a, String b, int distance) {
        assertEquals(distance, Near.distance(a, b));
        assertEquals(distance, Near.distance(b, a));
    }
}
