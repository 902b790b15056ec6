package dev.sinter.frontend.elaborate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.source.Source;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.interp.ModuleInterpreter;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Variables of a model: what is read and written, whatever the way through branches and functions.
class StateTest {
    private static Module module(String members) {
        return Frontend.compile(Source.of("state", "import std.nn\nimport std.optim\n\nmodel M {\n" + members + "\n}\n"), Options.DEFAULT).orThrow().module();
    }

    private static double after(Module module, String state, double... inputs) {
        var model = new ModuleInterpreter(module);
        for (double x : inputs) model.call("f", Map.of("x", NdArray.scalar(ElementType.F32, x)));
        return model.state().get(state).get(0);
    }

    @Test
    void aBranchMaySetAVariable() {
        var module = module("  state s: f32 = 0\n  export train f(x: f32) = if x > 0 then { s := s + x\n s } else x");
        assertEquals(3, after(module, "s", 1, -5, 2));
    }

    @Test
    void aVariableMayBeReadInABranchFirst() {
        var module = module("  param w: f32 = 0\n  state s: f32 = 0\n  export train f(x: f32) = {\n    y = if x > 0 then w + x else uniform([])\n    s := y\n    y\n  }");
        assertEquals(7, after(module, "s", 7));
    }

    @Test
    void aVariableMayBeSetWithoutBeingRead() {
        var module = module("  state s: f32 = 0\n  export train f(x: f32) = if x > 0 then { s := 4\n x } else x");
        assertEquals(4, after(module, "s", 1, -1));
        assertEquals(0, after(module, "s", -1));
    }

    @Test
    void laterStatementsSeeWhatWasSet() {
        var module = module("  state s: f32 = 0\n  export train f(x: f32) = {\n    s := x\n    s := s * s\n    s + 1\n  }");
        assertEquals(9, after(module, "s", 3));
    }

    @Test
    void functionsThatAreNotExportedLeaveNoState() {
        var module = module("  param w: f32 = 1\n  train hidden(x: f32) = Adam() minimise w * x\n  export fn f(x: f32) = w * x");
        assertEquals(List.of("w"), module.state().stream().map(Module.State::name).toList());
    }

    @Test
    void sharedPartsHaveTheirParametersOnce() {
        var module = module("  a = Dense(2, 2)\n  b = a\n  export fn f(x: f32[N, 2]) = b(a(x))");
        assertEquals(List.of("a.weight", "a.bias"), module.state().stream().map(Module.State::name).toList());
    }

    @Test
    void optimisersOfTwoStepsAreTwo() {
        var module = module("  param w: f32 = 1\n  export train f(x: f32) = {\n    Sgd(momentum: 0.9) minimise w * x\n    Sgd(momentum: 0.9) minimise w * x\n  }");
        assertEquals(List.of("w", "f.t", "f.velocity.w", "f.2.t", "f.2.velocity.w"), module.state().stream().map(Module.State::name).toList());
    }
}
