package dev.sinter.ir.loop.math;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.type.ElementType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UlpTableTest {
    static java.util.List<UlpTable.Row> rows() {
        return UlpTable.ROWS;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void errors_are_small(UlpTable.Row row) {
        for (ElementType type : new ElementType[] {ElementType.F32, ElementType.F64}) {
            UlpTable.Worst worst = UlpTable.worst(row, type, 10_000);
            assertTrue(worst.error() < 3, () -> row.fn() + " " + type + " " + worst);
        }
    }
}
