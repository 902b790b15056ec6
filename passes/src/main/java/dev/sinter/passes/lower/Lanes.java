package dev.sinter.passes.lower;

import dev.sinter.ir.type.Dim;
import java.util.List;

/// The virtual lanes of a reduction: see "The numerics contract" in `ARCHITECTURE.md`. They depend on extents alone, never on a machine.
final class Lanes {
    /// The most virtual lanes.
    static final int MOST = 64;

    private Lanes() { }

    /// The lanes of a reduction over `axes` (in order) of `dims`: 1 if the last axis of the operand stays.
    static int of(List<Dim> dims, List<Integer> axes) {
        if (axes.isEmpty() || axes.getLast() != dims.size() - 1) {
            return 1;
        }
        Dim last = dims.getLast();
        if (!last.isConstant() || last.value() >= MOST) {
            return MOST;
        }
        return last.value() == 0 ? 1 : (int) Long.highestOneBit(last.value());
    }
}
