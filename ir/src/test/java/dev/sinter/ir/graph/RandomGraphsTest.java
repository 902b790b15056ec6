package dev.sinter.ir.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.text.GraphPrinter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomGraphsTest {
    private static final int GRAPHS = 300;

    private static Function graph(long seed) {
        return seed % 2 == 0 ? RandomGraphs.exact(seed, 20) : RandomGraphs.any(seed, 20);
    }

    @Test
    void graphs_are_well_formed_and_their_text_is_stable() {
        for (long seed = 0; seed < GRAPHS; seed++) {
            Function f = graph(seed);
            assertEquals(List.of(), Verifier.problems(f), "seed " + seed);
            String text = GraphPrinter.print(f);
            assertEquals(text, GraphPrinter.print(GraphParser.parseFunction(text)), "seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 5})
    void graphs_run_and_their_text_means_the_same(long n) {
        for (long seed = 0; seed < GRAPHS; seed++) {
            Function f = graph(seed);
            List<NdArray> arguments = RandomGraphs.arguments(f, seed, n);
            assertEquals(Interpreter.run(f, arguments), Interpreter.run(GraphParser.parseFunction(GraphPrinter.print(f)), arguments), "seed " + seed);
        }
    }

    /// In an exact function nothing is rounded, so each op's loops must give the bits of its meaning.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 5})
    void the_loops_of_each_op_equal_its_meaning(long n) {
        var dims = Map.of("N", n);
        for (long seed = 0; seed < GRAPHS; seed += 2) {
            Function f = graph(seed);
            var values = new HashMap<Value, NdArray>();
            var arguments = RandomGraphs.arguments(f, seed, n);
            for (Value v : f.values()) {
                if (v.op() instanceof Parameter) {
                    values.put(v, arguments.get(f.parameters().indexOf(v)));
                } else if (v.op() instanceof Evaluated op && values.keySet().containsAll(v.op().operands())) {
                    List<NdArray> operands = v.op().operands().stream().map(values::get).toList();
                    values.put(v, op.evaluate(operands, d -> d.evaluate(dims)));
                    if (OneOpLoops.covers(v.op())) {
                        assertEquals(values.get(v), OneOpLoops.run(v, operands, dims), "seed " + seed + ": " + v.op() + " of " + operands);
                    }
                }
            }
        }
    }

    @Test
    void a_failure_is_shrunk_to_the_op_that_fails() {
        Function f = GraphParser.parseFunction("func f(%x: f32[2]) { %0 = neg %x %1 = reverse %0 {axis = 0} %2 = abs %1 %3 = floor %0 return %2, %3 }");
        Function shrunk = Shrink.shrink(f, g -> g.values().stream().anyMatch(v -> v.op() instanceof Reverse));
        assertEquals("func f(%x: f32[2]) -> (f32[2]) {\n  %0 = neg %x : f32[2]\n  %1 = reverse %0 {axis = 0} : f32[2]\n  return %1\n}\n", GraphPrinter.print(shrunk));
    }

    @Test
    void every_op_but_derivatives_occurs() {
        Set<Class<?>> seen = new HashSet<>();
        for (long seed = 0; seed < GRAPHS; seed++) {
            graph(seed).values().forEach(v -> seen.add(v.op().getClass()));
        }
        seen.addAll(List.of(Vjp.class, Jvp.class));
        for (Class<?> op : Op.class.getPermittedSubclasses()) {
            assertTrue(seen.contains(op), op.getSimpleName());
        }
    }
}
