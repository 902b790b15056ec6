package dev.sinter.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CpuTest {
    @Test
    void targetsHaveNames() {
        for (Cpu cpu : Cpu.all()) {
            assertEquals(cpu, Cpu.of(cpu.name()));
        }
        assertEquals("there is no native target 'vax'; there are [linux-x86_64-v3, linux-x86_64-v4]",
                assertThrows(IllegalArgumentException.class, () -> Cpu.of("vax")).getMessage());
    }
}
