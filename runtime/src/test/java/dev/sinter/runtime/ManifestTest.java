package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {

    private static Manifest parse(String text) {
        return Manifest.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsWrittenReadsBackEqual() {
        var manifest = HandWritten.manifest().withFiles(Map.of(
                Manifest.WEIGHTS, new Manifest.FileEntry(1, "0".repeat(8)),
                HandWritten.FOLDER + "predict.class", new Manifest.FileEntry(0, "9".repeat(8)),
                HandWritten.FOLDER + "step.class", new Manifest.FileEntry(0, "a".repeat(8)),
                HandWritten.FOLDER + "check.class", new Manifest.FileEntry(0, "f".repeat(8))));
        assertEquals(manifest, parse(manifest.toJson()));
        assertEquals(manifest.toJson(), parse(manifest.toJson()).toJson());
    }

    @Test
    void anEmptyModelIsPossible() {
        var manifest = new Manifest("p", "m", List.of(), List.of());
        assertEquals("""
                {
                  "format": 1,
                  "producer": "p",
                  "model": "m",
                  "state": [],
                  "functions": [],
                  "files": {}
                }
                """, manifest.toJson());
        assertEquals(manifest, parse(manifest.toJson()));
    }

    /// Each case replaces the first occurrence of a text in a good manifest.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "\"format\": 1                   | \"format\": 2                      | format 2 is newer than format 1, the newest that this runtime reads; use a newer Sinter runtime",
        "\"format\": 1                   | \"format\": 0                      | there is no format 0",
        "\"format\": 1                   | \"format\": \"1\"                  | format must be an integer, found a string",
        "\"format\": 1                   | \"version\": 1                     | the key 'format' is missing",
        "\"model\"                       | \"modell\"                         | the key 'model' is missing",
        "\"files\": {}                   | \"files\": {}, \"more\": 1         | unknown key 'more'",
        "\"trainable\": true             | \"trainable\": 1                   | state[0].trainable must be true or false, found a number",
        "\"type\": \"f32\"               | \"type\": \"f16\"                  | state[0].type: unknown element type 'f16', expected one of f32, f64, i32, i64, bool",
        "\"shape\": [3]                  | \"shape\": [-3]                    | state 'scale': the shape [-3] has a negative extent",
        "\"shape\": [3]                  | \"shape\": [3037000500,3037000500] | state 'scale': the shape [3037000500, 3037000500] is too large",
        "\"name\": \"steps\"             | \"name\": \"scale\"                | state 'scale': occurs twice",
        "\"name\": \"step\"              | \"name\": \"predict\"              | function 'predict': occurs twice",
        "\"dims\": [\"N\"]               | \"dims\": [\"N\", \"M\"]           | function 'predict': the dim 'M' is bound by no input",
        "\"dims\": [\"N\"]               | \"dims\": []                       | function 'predict': input 'x': 'N' in 'N' is no dim of the function",
        "\"dims\": [\"N\"]               | \"dims\": [\"members\"]            | function 'predict': 'members' is no possible name of a dim",
        "\"flops\": \"6*N\"              | \"flops\": \"6*N/2\"               | functions[0].flops: column 4 of the formula '6*N/2': expected an operator or the end, found '/'",
        "\"flops\": \"6*N\"              | \"flops\": \"members*N\"           | function 'predict': flops: 'members' in 'members*N' is no dim of the function",
        "\"reads\": [\"scale\"]          | \"reads\": [\"bias\"]              | function 'predict': reads the state 'bias', which there is not",
        "\"reads\": [\"scale\"]          | \"reads\": []                      | (state 'scale'): the function neither reads nor writes it",
        "\"symbol\": \"\"                | \"symbol\": \"f\"                  | target 'jvm-scalar': JVM code has no symbol",
        "\"target\": \"jvm-scalar\"      | \"target\": \"linux-x86_64-v3\"    | target 'linux-x86_64-v3': native code needs a symbol",
        "\"role\": \"input\"             | \"role\": \"inout\"                | buffers[0].role: unknown role 'inout', expected input, output, state, constant, temp or prepared",
        "\"role\": \"constant\"          | \"role\": \"prepared\"             | target 'jvm-scalar': nothing prepares the buffer 'shift'",
        "\"role\": \"input\"             | \"role\": \"output\"               | buffer 0 (output 'x'): stands for nothing",
        "\"role\": \"output\"            | \"role\": \"input\"                | buffer 4 (input 'result'): stands for nothing",
        "`\"offset\": \"64\"`            | `\"offset\": \"K\"`                | buffer 3 (temp 'product'): 'K' in 'K' is no dim of the function",
        "`, \"offset\": \"64\"`          | ``                                 | the key 'functions[0].variants[0].buffers[3].offset' is missing",
        "\"shift\", \"type\": \"f32\", \"elements\": \"1\" | \"shift\", \"type\": \"f32\", \"elements\": \"N\" | buffer 2 (constant 'shift'): 'N' must not depend on dims",
        "\"scale\", \"type\": \"f32\", \"elements\": \"3\" | \"scale\", \"type\": \"f32\", \"elements\": \"4\" | buffer 1 (state 'scale'): has 4 elements, the state's shape is [3]",
        "\"scale\", \"type\": \"f32\", \"elements\": \"3\" | \"scale\", \"type\": \"i32\", \"elements\": \"3\" | buffer 1 (state 'scale'): is i32, the state is f32",
        "\"files\": {}                   | \"files\": {\"../x\": {\"bytes\": 1, \"crc32\": \"\"}} | file '../x': is no possible name of an entry",
        "\"files\": {}                   | \"files\": {\"x\": {\"bytes\": -1, \"crc32\": \"\"}}   | file 'x': has a negative size",
        "\"files\": {}                   | \"files\": {\"x\": {\"bytes\": 1, \"crc32\": \"ab\"}}  | file 'x': has no CRC-32 checksum of 8 lower-case hexadecimal digits",
    })
    void contradictionsAreNamed(String from, String to, String problem) {
        String good = HandWritten.manifest().toJson();
        int at = good.indexOf(from);
        assertTrue(at >= 0, "the case replaces nothing");
        String bad = good.substring(0, at) + (to == null ? "" : to) + good.substring(at + from.length());
        var e = assertThrows(ArtifactException.class, () -> parse(bad));
        assertTrue(e.getMessage().contains(problem), e.getMessage());
    }
}
