package dev.sinter.frontend.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.frontend.parse.Parsing;
import dev.sinter.frontend.source.Source;
import dev.sinter.grammar.SinterLexer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.antlr.v4.runtime.Token;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FormatterTest {
    @Test
    void oneStyle() {
        assertEquals("""
            import std.nn

            // A comment.
            model M(width=10) {
              layer = Dense(2, width)  // a layer

              /// Doc.
              fn f(x: f32[N, 2]) -> f32 = {
                y[n, o] = sum(i) x[n, i] * layer.weight[i, o]
                z = -y + 2^-x[1:3, :, -1]
                scan((h, v) => {
                  (h, -v)
                }, z, y).1
                  |> sum
                  |> g(a: 1)
              }
              example "e" { f([[1, 2]]) ~ 3 within 1e-6 }
            }
            """.replace("width=10", "width = 10"), Formatter.format("""
            import   std.nn


            // A comment.
            model M( width=10 ){

            layer=Dense(2,width)    // a layer

                /// Doc.
              fn f(x:f32[N,2])->f32={
              y[n,o]=sum(i) x[n,i]*layer.weight[i,o]
                    z = - y+2 ^ - x[1:3,:,- 1]
              scan((h,v)=>{
              (h, - v)
              },z,y) . 1
              |>sum
              |>g(a : 1)
              }
              example "e"{f([[1,2]])~3 within 1e-6}

            }
            """));
    }

    @Test
    void aLineThatBeginsWithAMinusKeepsItsMeaning() {
        String two = "model M {\n  fn f(x) = {\n    a = x\n    -a\n  }\n}\n";
        String one = "model M {\n  fn f(x) = {\n    x\n      - 1\n  }\n}\n";
        assertEquals(two, Formatter.format(two));
        assertEquals(one, Formatter.format(one));
    }

    @Test
    void nothingComesOfNothing() {
        assertEquals("", Formatter.format(""));
        assertEquals("", Formatter.format("\n\n  \n"));
    }

    /// The models, the library and the bad programs: formatting keeps every word, and formatting twice is formatting once.
    @TestFactory
    Stream<DynamicTest> keepsEveryWord() throws IOException {
        return sources().map(p -> DynamicTest.dynamicTest(p.getFileName().toString(), () -> {
            String text = Files.readString(p);
            String formatted = Formatter.format(text);
            assertEquals(words(text), words(formatted));
            assertEquals(formatted, Formatter.format(formatted));
            String shaken = shake(text, new Random(7));
            if (words(shaken).equals(words(text))) assertEquals(formatted, Formatter.format(shaken));
        }));
    }

    /// What is shipped is in the one style.
    @TestFactory
    Stream<DynamicTest> shippedSourcesAreFormatted() throws IOException {
        return sources().filter(p -> !p.toString().contains("bad"))
            .map(p -> DynamicTest.dynamicTest(p.getFileName().toString(), () -> assertEquals(Formatter.format(Files.readString(p)), Files.readString(p))));
    }

    private static Stream<Path> sources() throws IOException {
        var all = Stream.<Path>builder();
        for (String folder : List.of("src/main/resources/std", "../models", "src/test/resources/bad")) {
            try (var files = Files.walk(Path.of(folder))) {
                files.filter(p -> p.toString().endsWith(".sinter")).sorted().forEach(all);
            }
        }
        return all.build();
    }

    /// The words with their kinds, and the line breaks that count.
    private static List<String> words(String text) {
        return Parsing.tokens(Source.of("", text)).getTokens().stream()
            .filter(t -> t.getType() != SinterLexer.SPACE && t.getType() != Token.EOF && (t.getType() != SinterLexer.NEWLINE || t.getChannel() == Token.DEFAULT_CHANNEL))
            .map(t -> t.getType() == SinterLexer.NEWLINE ? "NEWLINE" : t.getType() + " " + t.getText().stripTrailing()).toList();
    }

    /// Other indentation and blanks, where they cannot change the words.
    private static String shake(String text, Random random) {
        var lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) lines[i] = " ".repeat(random.nextInt(5)) + lines[i].stripLeading() + " ".repeat(random.nextInt(2));
        return String.join("\n", lines);
    }
}
