package dev.sinter.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.format.Formatter;
import dev.sinter.frontend.problem.Render;
import dev.sinter.frontend.source.Source;
import dev.sinter.ir.interp.Interpreter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The manual cannot drift: its programs compile, are in the one style, and their examples hold.
class ManualTest {
    private static final Pattern PROGRAM = Pattern.compile("```sinter\n(.*?)```", Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> programs() throws IOException {
        var programs = new ArrayList<String>();
        PROGRAM.matcher(Files.readString(Path.of("../LANGUAGE.md"))).results().forEach(m -> programs.add(m.group(1)));
        assertTrue(programs.size() >= 5);
        return programs.stream().map(p -> DynamicTest.dynamicTest(p.lines().filter(l -> l.startsWith("model")).findFirst().orElse("program"), () -> check(p)));
    }

    private static void check(String program) {
        var result = Frontend.compile(Source.of("manual", program), Options.DEFAULT);
        assertEquals(List.of(), result.problems(), () -> Render.text(result.problems()));
        assertEquals(Formatter.format(program), program);
        for (CheckedModel.Example example : result.orThrow().examples()) {
            try {
                var values = Interpreter.run(example.entry().function(), List.of());
                for (CheckedModel.Check c : example.checks()) {
                    for (int i = 0; i < values.get(c.actual()).size(); i++) {
                        assertEquals(values.get(c.expected()).get(i), values.get(c.actual()).get(i), c.tolerance(), c.text());
                    }
                }
            } catch (UnsupportedOperationException derivative) {
                // Run where differentiation is at hand, in the module `tests`.
            }
        }
    }
}
