package dev.sinter.passes.strassen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.golden.GoldenFile;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Which products are computed by quarters, and that they are the same products, however their matrices are stored.
class StrassenTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return GoldenFile.cases("strassen", f -> Products.byQuarters(f, Bilinear.STRASSEN)).stream().map(c -> DynamicTest.dynamicTest(c.title(), () -> {
            Function after = Products.byQuarters(c.function(), Bilinear.STRASSEN);
            Verifier.verify(after);
            c.expect(after);
        }));
    }

    @TestFactory
    Stream<DynamicTest> quarters_compute_the_product() {
        return Stream.of(new Products(0, 2, 2, 2, false), new Products(0, 6, 10, 4, false), new Products(0, 4, 6, 8, true), new Products(3, 4, 6, 2, false), new Products(2, 3, 6, 6, false),
                new Products(0, 4, 8, 12, false), new Products(8, 3, 4, 4, false), new Products(0, 8, 8, 4, true))
                .flatMap(p -> Stream.of(Bilinear.STRASSEN, Bilinear.WINOGRAD).map(way -> DynamicTest.dynamicTest(p + " " + way.name(), () -> {
                    Function f = p.module(ElementType.F64).entries().getFirst().function();
                    NdArray expected = Interpreter.run(f, p.arguments(ElementType.F64)).getFirst();
                    Function quarters = p.byQuarters(ElementType.F64, way).entries().getFirst().function();
                    assertTrue(isByQuarters(quarters));
                    assertEquals(List.of(), Verifier.problems(quarters));
                    NdArray actual = Interpreter.run(quarters, p.arguments(ElementType.F64)).getFirst();
                    assertEquals(expected.type(), actual.type());
                    for (int i = 0; i < expected.size(); i++) {
                        assertEquals(expected.get(i), actual.get(i), 1e-13);
                    }
                })));
    }

    private static boolean isByQuarters(Function f) {
        return f.values().stream().anyMatch(v -> v.op() instanceof Combine);
    }

    @Test
    void matrices_with_odd_extents_have_no_quarters() {
        for (Products p : new Products[] {new Products(0, 5, 4, 4, false), new Products(0, 4, 5, 4, false), new Products(0, 4, 4, 5, false), new Products(3, 5, 4, 4, false)}) {
            assertNull(Product.of((Dot) p.module(ElementType.F32).entries().getFirst().function().values().stream().filter(v -> v.op() instanceof Dot).findFirst().orElseThrow().op()));
        }
    }

    @Test
    void large_products_in_f32_are_computed_by_quarters() {
        Module large = new Products(0, 256, 784, 512, false).module(ElementType.F32);
        assertTrue(isByQuarters(Strassen.run(large).entries().getFirst().function()));
        assertTrue(Strassen.products(large).getFirst().choice().startsWith("by 7 products of quarters, "));
        assertEquals("256 × 784 × 512", Strassen.products(large).getFirst().sizes());
        Module inDouble = new Products(0, 256, 784, 512, false).module(ElementType.F64);
        assertSame(inDouble, Strassen.run(inDouble));
        for (Products small : new Products[] {new Products(0, 1, 784, 512, false), new Products(0, 64, 64, 64, false), new Products(0, 4096, 64, 1024, false), new Products(0, 256, 784, 10, false)}) {
            Module m = small.module(ElementType.F32);
            assertSame(m, Strassen.run(m), small.toString());
            Strassen.products(m).forEach(found -> assertEquals("as it is", found.choice()));
        }
    }

    @Test
    void what_must_be_added_up_at_every_call_has_to_pay_for_it() {
        assertTrue(Saving.of(64, 784, 512, false, true).isWorthwhile());
        assertFalse(Saving.of(64, 784, 512, false, false).isWorthwhile());
        assertTrue(Saving.of(1024, 1024, 1024, false, false).isWorthwhile());
    }

    @Test
    void products_in_loops_are_replaced_too() {
        Module m = GraphParser.parseModule("""
                module M {
                  state weight: f32[512,512] trainable
                  entry f(%x: f32[256,512] from argument x, %weight: f32[512,512] from state weight) -> (f32[256,512] to argument result) {
                    %0 = scan %weight; %x; {length = 8, reverse = false, body = func step(%w: f32[512,512], %h: f32[256,512]) {
                      %0 = dot %h, %w {batch = []x[], contract = [1]x[0]}
                      return %0
                    }}
                    return %0#0
                  }
                }
                """);
        Function after = Strassen.run(m).entry("f").function();
        var scan = (Scan) after.values().stream().filter(v -> v.op() instanceof Scan).findFirst().orElseThrow().op();
        assertTrue(isByQuarters(scan.body()));
        assertEquals(1, Strassen.products(m).size());
    }

    /// A recurrent layer in batches: too thin to pay for sums that go through memory, but where rows are few or the columns are gates, they do not.
    @Test
    void thin_products_are_replaced_where_others_of_their_size_are_not() {
        assertTrue(isByQuarters(recurrent(32, 256, "slice %0 {axis = 1, start = 256, size = 256, stride = 1}")));
        assertTrue(isByQuarters(recurrent(48, 256, "slice %0 {axis = 1, start = 0, size = 256, stride = 1}")));
        assertFalse(isByQuarters(recurrent(16, 256, "slice %0 {axis = 1, start = 256, size = 256, stride = 1}")));
        assertFalse(isByQuarters(recurrent(48, 256, "slice %0 {axis = 1, start = 1, size = 256, stride = 1}")));
        assertTrue(Saving.ofThin(32, 256, 1024).isWorthwhile());
        assertFalse(Saving.of(32, 256, 1024, false, true).isWorthwhile());
        assertFalse(Saving.ofThin(32, 64, 256).isWorthwhile());
    }

    /// The body of a loop whose product has columns for two gates of which one is taken.
    private static Function recurrent(int rows, int width, String gate) {
        Module m = GraphParser.parseModule("""
                module M {
                  state weight: f32[W,G] trainable
                  entry f(%x: f32[R,W] from argument x, %weight: f32[W,G] from state weight) -> (f32[R,W] to argument result) {
                    %0 = scan %weight; %x; {length = 8, reverse = false, body = func step(%w: f32[W,G], %h: f32[R,W]) {
                      %0 = dot %h, %w {batch = []x[], contract = [1]x[0]}
                      %1 = GATE
                      %2 = tanh %1
                      return %2
                    }}
                    return %0#0
                  }
                }
                """.replace("GATE", gate).replace("W,", width + ",").replace(",W]", "," + width + "]").replace("G]", 2 * width + "]").replace("R,", rows + ","));
        return ((Scan) Strassen.run(m).entry("f").function().values().stream().filter(v -> v.op() instanceof Scan).findFirst().orElseThrow().op()).body();
    }
}
