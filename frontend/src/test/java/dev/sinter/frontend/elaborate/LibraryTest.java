package dev.sinter.frontend.elaborate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.library.Library;
import dev.sinter.frontend.parse.Parsing;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.type.ElementType;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The standard library: every public function and model has a doc comment, and the examples hold on the reference interpreter, in both
/// precisions. (Examples with derivatives are run where differentiation is at hand, in the module `tests`.)
class LibraryTest {
    @TestFactory
    Stream<DynamicTest> examplesHold() {
        return Library.names().stream().flatMap(file -> Stream.of(Options.DEFAULT, Options.DOUBLE).flatMap(options ->
            Frontend.libraryExamples(file, options).stream()
                .map(x -> DynamicTest.dynamicTest(file + " " + options.real() + ": " + x.title(), () -> holds(x)))));
    }

    private static void holds(CheckedModel.Example example) {
        List<NdArray> results;
        try {
            results = Interpreter.run(example.entry().function(), List.of());
        } catch (UnsupportedOperationException derivative) {
            return;
        }
        for (CheckedModel.Check check : example.checks()) {
            NdArray actual = results.get(check.actual());
            NdArray expected = results.get(check.expected());
            assertEquals(expected.type(), actual.type());
            for (int i = 0; i < actual.size(); i++) {
                double a = actual.get(i);
                double b = expected.get(i);
                assertTrue(a == b || Math.abs(a - b) <= check.tolerance() || Double.isNaN(a) && Double.isNaN(b), check.place() + ": " + check.text() + ": " + a + ", expected " + b);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> filesHaveDocs() {
        return Library.names().stream().map(file -> DynamicTest.dynamicTest(file, () -> {
            var problems = new Problems();
            var parsed = Parsing.parse(Library.source(file).orElseThrow(), problems);
            assertFalse(problems.hasErrors());
            for (Declaration d : parsed.declarations()) {
                if (d instanceof Declaration.Module m) assertFalse(m.doc().isEmpty(), m.name() + " has no doc comment");
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> modelsOfBothPrecisionsAgreeInForm() {
        return Stream.of("softmax_regression", "lenet5", "char_lstm", "vae", "wgan_gp").map(name -> DynamicTest.dynamicTest(name, () -> {
            var path = Path.of("../models", name, name + ".sinter");
            var single = Frontend.compile(path, Options.DEFAULT).orThrow();
            var twice = Frontend.compile(path, Options.DOUBLE).orThrow();
            assertEquals(single.module().entries().stream().map(e -> e.name() + e.inputs() + e.outputs()).toList(),
                twice.module().entries().stream().map(e -> e.name() + e.inputs() + e.outputs()).toList());
            assertTrue(twice.module().state().stream().noneMatch(s -> s.type().element() == ElementType.F32));
            assertEquals(single.module().state().size(), single.init().outputs().size());
            assertTrue(single.training().isPresent());
        }));
    }
}
