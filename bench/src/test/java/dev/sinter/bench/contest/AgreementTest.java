package dev.sinter.bench.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.bench.workload.Workload;
import org.junit.jupiter.api.Test;

class AgreementTest {
    @Test
    void differencesAreRelativeToTheLargest() {
        assertEquals(0.25, Agreement.of(new float[] {1, -4}, new float[] {2, -4}).difference());
        assertEquals(0, Agreement.of(new float[] {0, 0}, new float[] {0, 0}).difference());
    }

    @Test
    void zeroAndMinusZeroAreEqualButNotTheSameBits() {
        var zeros = Agreement.of(new float[] {0}, new float[] {-0f});
        assertEquals(0, zeros.difference());
        assertFalse(zeros.sameBits());
        assertTrue(Agreement.of(new float[] {1}, new float[] {1}).sameBits());
    }

    @Test
    void whatIsNoNumberOrMissingNeverAgrees() {
        assertFalse(Agreement.of(new float[] {1, 2}, new float[] {1, Float.NaN}).difference() <= Workload.TOLERANCE);
        assertFalse(Agreement.of(new float[] {1, 2}, new float[] {1}).difference() <= Workload.TOLERANCE);
        assertFalse(Agreement.of(new float[] {0}, new float[] {1}).difference() <= Workload.TOLERANCE);
    }
}
