package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

    private static Json parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8), "file");
    }

    @Test
    void valuesKeepTheirPlace() {
        var object = assertInstanceOf(Json.Object.class, parse(" {\"a\" : [1, -2, true, null], \"b\\u00e9\\n\": {}} "));
        assertEquals(1, object.at());
        var list = assertInstanceOf(Json.Array.class, object.fields().get("a"));
        assertEquals(new Json.Number(-2, 12), list.elements().get(1));
        assertEquals(new Json.Truth(true, 16), list.elements().get(2));
        assertEquals(new Json.Null(22), list.elements().get(3));
        assertTrue(object.fields().containsKey("bé\n"));
        assertEquals(new Json.Text("\"\\/\b\f\n\r\t", 0), parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""));
        assertEquals(new Json.Number(Long.MIN_VALUE, 0), parse("-9223372036854775808"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "`` | 0: expected a value, found the end",
        "{ | 1: expected a key, found the end",
        "{\"a\" 1} | 5: expected ':', found '1'",
        "{\"a\":1,} | 7: expected a key, found '}'",
        "{\"a\":1,\"a\":2} | 7: the key \"a\" occurs twice",
        "[1 2] | 3: expected ']', found '2'",
        "[1,] | 3: expected a value, found ']'",
        "01 | 0: a number with a leading zero",
        "1.5 | 1: a number that is not written as an integer",
        "1e3 | 1: a number that is not written as an integer",
        "- | 1: expected a digit, found the end",
        "9223372036854775808 | 0: a number beyond 64 bits",
        "\"a | 2: expected '\"', found the end",
        "\"\\x\" | 2: expected an escape, found 'x'",
        "\"\\u12g4\" | 5: expected a hexadecimal digit, found 'g'",
        "nul | 0: expected a value, found 'n'",
        "1 1 | 2: expected the end, found '1'",
        "NaN | 0: expected a value, found 'N'",
    })
    void whatIsNotStrictJsonIsRefusedWithItsPlace(String text, String problem) {
        var e = assertThrows(ArtifactException.class, () -> parse(text));
        assertTrue(e.getMessage().startsWith("file: character " + problem + "; the file is damaged"), e.getMessage());
    }

    @Test
    void nestingIsBounded() {
        assertTrue(assertThrows(ArtifactException.class, () -> parse("[".repeat(1_000_000))).getMessage().contains("nested more than 64 deep"));
        parse("[".repeat(64) + "]".repeat(64));
    }

    @Test
    void bytesMustBeUtf8() {
        for (byte[] bytes : new byte[][] {{'"', (byte) 0xff, '"'}, {'"', (byte) 0xc3}, {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'}, {'"', 0, '"'}}) {
            assertThrows(ArtifactException.class, () -> Json.parse(bytes, "file"));
        }
    }

    @Test
    void quotedTextReadsBackEqual() {
        var random = new Random(2);
        for (int i = 0; i < 5_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(10); n > 0; n--) {
                text.append(switch (random.nextInt(4)) {
                    case 0 -> (char) random.nextInt(0x80);
                    case 1 -> (char) random.nextInt(0x10000);
                    case 2 -> (char) (0xd800 + random.nextInt(0x800));
                    default -> "\"\\\n\u007f".charAt(random.nextInt(4));
                });
            }
            var quoted = new StringBuilder();
            Json.quote(quoted, text.toString());
            assertEquals(new Json.Text(text.toString(), 0), parse(quoted.toString()));
        }
    }

    @Test
    void alteredTextGivesAValueOrAnArtifactException() {
        byte[] good = HandWritten.manifest().toJson().getBytes(StandardCharsets.UTF_8);
        var random = new Random(3);
        for (int i = 0; i < 3_000; i++) {
            byte[] bad = good.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) (random.nextBoolean() ? random.nextInt(256) : "{}[],:\"\\0".charAt(random.nextInt(9)));
            }
            try {
                Manifest.parse(bad);
            } catch (ArtifactException e) {
                assertTrue(e.getMessage().startsWith(Manifest.ENTRY), e.getMessage());
            }
        }
    }
}
