package dev.sinter.frontend.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.source.Source;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every code has a page, and the example on the page yields that code and no other.
class ExplanationsTest {
    private static final Pattern EXAMPLE = Pattern.compile("```sinter\n(.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @EnumSource(value = Code.class, mode = EnumSource.Mode.EXCLUDE, names = "S0704")  // which the compiler's tests hold: it is found after the frontend
    void exampleYieldsItsCode(Code code) {
        String page = code.explanation();
        assertTrue(page.startsWith("# " + code + ": "), "the page begins with its code and title");
        var example = EXAMPLE.matcher(page);
        assertTrue(example.find(), "the page has an example");
        var source = Source.of("here.sinter", example.group(1));
        var problems = Frontend.compile(source, Options.DEFAULT, name -> name.equals("here") ? Optional.of(source) : Optional.empty()).problems();
        assertTrue(!problems.isEmpty(), "the example has no problems");
        for (Problem p : problems) assertEquals(code, p.code(), () -> Render.text(problems));
    }
}
