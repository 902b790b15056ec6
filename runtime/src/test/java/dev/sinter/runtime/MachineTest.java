package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MachineTest {

    private static final List<String> V4 = List.of("cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3", "avx", "avx2", "bmi1", "bmi2",
            "f16c", "fma", "abm", "movbe", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl");

    @Test
    void theLevelOfAProcessorFollowsFromItsFlags() {
        assertEquals(1, Machine.x86Level(Set.of()));
        assertEquals(4, Machine.x86Level(new HashSet<>(V4)));
        assertEquals(3, Machine.x86Level(new HashSet<>(V4.subList(0, 15))));
        assertEquals(2, Machine.x86Level(new HashSet<>(V4.subList(0, 7))));
        for (int i = 0; i < V4.size(); i++) {
            var flags = new HashSet<>(V4);
            flags.remove(V4.get(i));
            assertEquals(i < 7 ? 1 : i < 15 ? 2 : 3, Machine.x86Level(flags), "without " + V4.get(i));
        }
    }

    @Test
    void everyMachineRunsScalarCode() {
        assertEquals("jvm-scalar", Machine.targets().getLast());
    }

    @Test
    void optionsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> LoadOptions.DEFAULT.threads(0));
        assertThrows(IllegalArgumentException.class, () -> LoadOptions.DEFAULT.target(" "));
        assertEquals(new LoadOptions("jvm", 2), LoadOptions.DEFAULT.target("jvm").threads(2));
    }
}
