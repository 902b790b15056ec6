package dev.sinter.bench.workload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ValueTest {
    @Test
    void namesDecideElements() {
        assertArrayEquals(Value.input("x", 3, 5).floats(), Value.input("x", 15).floats());
        assertTrue(Value.input("x", 1).floats()[0] != Value.input("y", 1).floats()[0]);
    }

    @Test
    void elementsStayInTheirRange() {
        float[] drawn = Value.within("v", -2, 3, 10_000).floats();
        assertTrue(IntStream.range(0, drawn.length).allMatch(k -> drawn[k] >= -2 && drawn[k] < 3));
        assertEquals(0.5, IntStream.range(0, drawn.length).mapToDouble(k -> drawn[k]).average().orElseThrow(), 0.05);
        assertArrayEquals(new int[] {0, 1, 2, 3}, Arrays.stream(Value.classes("c", 4, 1000).ints()).distinct().sorted().toArray());
    }

    @Test
    void weightsKeepTheVariance() {
        float[] drawn = Value.weight("w", 2, 50, 10_000).floats();
        assertEquals(2.0 / 50, IntStream.range(0, drawn.length).mapToDouble(k -> drawn[k] * drawn[k]).average().orElseThrow(), 0.002);
    }
}
