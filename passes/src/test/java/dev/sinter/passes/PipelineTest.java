package dev.sinter.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Vjp;
import dev.sinter.ir.text.GraphParser;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineTest {
    private static final Module SQUARE = GraphParser.parseModule("""
            module M {
              entry slope(%x: f32[N] from argument x) -> (f32[N] to argument result) {
                %one = fill {type = f32[N], value = 1.0}
                %s = call %x {function = func square(%x: f32[N]) {
                  %m = mul %x, %x
                  return %m
                }}
                %g = vjp %s#0; %one {function = func square(%x: f32[N]) {
                  %m = mul %x, %x
                  return %m
                }, wrt = [0]}
                return %g#1
              }
            }
            """);

    private static final Pass FIRST = new Pass("first", m -> m);
    private static final Pass SECOND = new Pass("second", m -> m);
    private static final Before ORDER = new Before("first", "second", "one needs the other");

    @Test
    void theStandardPipelineLeavesNeitherCallsNorDerivatives() {
        var seen = new ArrayList<String>();
        Module result = Pipelines.standard().run(SQUARE, (pass, module, nanoseconds) -> seen.add(pass + " " + module.entry("slope").function().values().size()));
        assertEquals(List.of("inline-calls", "differentiate", "simplify", "layout", "winograd", "strassen"), seen.stream().map(s -> s.split(" ")[0]).toList());
        assertTrue(result.entry("slope").function().values().stream().noneMatch(v -> v.op() instanceof Vjp));
        // x, x * x and twice that
        assertEquals("strassen 3", seen.getLast());
    }

    @Test
    void aPipelineInAnImpossibleOrderSaysWhy() {
        var e = assertThrows(IllegalArgumentException.class, () -> new Pipeline(List.of(SECOND, FIRST), List.of(ORDER)));
        assertEquals("'first' must run before 'second': one needs the other", e.getMessage());
    }

    @Test
    void aPipelineStopsAfterAPass() {
        var pipeline = new Pipeline(List.of(FIRST, SECOND), List.of(ORDER));
        assertEquals(List.of(FIRST), pipeline.until("first").passes());
        var e = assertThrows(IllegalArgumentException.class, () -> pipeline.until("third"));
        assertEquals("no pass is called 'third'; there are first, second", e.getMessage());
    }

    @Test
    void aPassThatChangesNothingGivesBackTheSameModule() {
        Module once = Pipelines.standard().run(SQUARE, Pipeline.Observer.NONE);
        assertSame(once, Pipelines.standard().run(once, Pipeline.Observer.NONE));
    }

    @Test
    void aPassThatBreaksAModuleIsNamed() {
        Module foreign = GraphParser.parseModule("module M { entry f(%x: f32[N] from argument x) -> (f32[N] to argument y) { return %x } }");
        var stranger = GraphParser.parseFunction("func g(%z: f32[N]) { return %z }").parameters().getFirst();
        var broken = new Pass("careless", m -> new Module(m.name(), m.state(), List.of(m.entry("f").withFunction(
                new Function("f", m.entry("f").function().parameters(), List.of(stranger))))));
        var e = assertThrows(IllegalStateException.class, () -> new Pipeline(List.of(broken), List.of()).run(foreign, Pipeline.Observer.NONE));
        assertTrue(e.getMessage().startsWith("the pass 'careless' made a malformed module: "), e.getMessage());
    }
}
