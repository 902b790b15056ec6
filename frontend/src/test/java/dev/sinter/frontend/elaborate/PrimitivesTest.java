package dev.sinter.frontend.elaborate;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PrimitivesTest {
    @Test
    void theManualNamesEveryPrimitive() throws IOException {
        String manual = Files.readString(Path.of("../LANGUAGE.md"));
        String listed = manual.substring(manual.indexOf("## Primitives"));
        for (String name : Primitives.scope().ownNames()) {
            assertTrue(Pattern.compile("\\b" + name + "\\b").matcher(listed).find(), "the manual does not name the primitive " + name);
        }
    }
}
