package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {

    @TempDir
    Path folder;

    private static Map<String, Tensor> sample() {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("z", Tensor.of(new float[] {1, -0f, Float.NaN, 4, 5, 6}, 2, 3));
        tensors.put("d", Tensor.of(new double[] {Math.PI}));
        tensors.put("i", Tensor.of(new int[] {Integer.MIN_VALUE, 7}, 2, 1));
        tensors.put("l", Tensor.of(new long[] {Long.MAX_VALUE}, 1));
        tensors.put("b", Tensor.of(new boolean[] {true, false, true}, 3));
        tensors.put("empty", Tensor.of(new float[0], 4, 0));
        tensors.put("a \"quoted\" name\n", Tensor.scalar(2f));
        return tensors;
    }

    private static byte[] bytes(Map<String, Tensor> tensors) throws IOException {
        var out = new ByteArrayOutputStream();
        SafeTensors.write(out, tensors);
        return out.toByteArray();
    }

    private Map<String, Tensor> read(byte[] bytes) throws IOException {
        return SafeTensors.read(Files.write(folder.resolve("t.safetensors"), bytes));
    }

    @Test
    void whatIsWrittenReadsBackToTheBit() throws IOException {
        var sample = sample();
        Path file = folder.resolve("sample.safetensors");
        SafeTensors.write(file, sample);
        var read = SafeTensors.read(file);
        assertEquals(sample.keySet(), read.keySet());
        sample.forEach((name, tensor) -> assertTrue(tensor.sameBits(read.get(name)), name));
        assertArrayEquals(bytes(sample), Files.readAllBytes(file));
        var reversed = new LinkedHashMap<String, Tensor>();
        List.copyOf(sample.keySet()).reversed().forEach(name -> reversed.put(name, sample.get(name)));
        assertArrayEquals(bytes(sample), bytes(reversed), "the order of the map does not matter");
        SafeTensors.write(file, Map.of());
        assertEquals(Map.of(), SafeTensors.read(file));
    }

    @Test
    void aFailureLeavesTheOldFile() throws IOException {
        Path file = folder.resolve("old.safetensors");
        SafeTensors.write(file, sample());
        byte[] old = Files.readAllBytes(file);
        assertThrows(IllegalArgumentException.class, () -> SafeTensors.write(file, Map.of("__metadata__", Tensor.scalar(1f))));
        assertArrayEquals(old, Files.readAllBytes(file));
        try (var names = Files.list(folder)) {
            assertEquals(1, names.count(), "nothing is left beside it");
        }
    }

    /// The header is followed by 8 bytes of data.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{}                                                              | the tensors have 0 bytes, the file has 8 bytes of data",
        "[]                                                              | the header is no JSON object",
        "{'a':1}                                                         | tensor 'a': is described by no JSON object",
        "{'a':{'dtype':'F32','shape':[2]}}                               | tensor 'a': needs exactly dtype, shape and two data_offsets",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}}    | tensor 'a': needs exactly dtype, shape and two data_offsets",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}}            | tensor 'a': needs exactly dtype, shape and two data_offsets",
        "{'a':{'dtype':'BF16','shape':[4],'data_offsets':[0,8]}}         | the tensor 'a' has the type BF16; convert it to one of [f32, f64, i32, i64, bool]",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}          | tensor 'a': f32[3] has 12 bytes, its offsets are 0 and 8",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}         | tensor 'a': expected an integer that is not negative",
        "{'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}}        | tensor 'a': expected an integer that is not negative",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}          | tensor 'a': f32[2] has 8 bytes, its offsets are 8 and 0",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}}         | tensor 'a': its data starts at 8, the data before ends at 0",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}          | the tensors have 4 bytes, the file has 8 bytes of data",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}}         | the tensors have 16 bytes, the file has 8 bytes of data",
        "{'a':{'dtype':'F32','shape':[9223372036854775807,3],'data_offsets':[0,8]}} | is too large",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | tensor 'b': its data starts at 4, the data before ends at 8",
        "{'a':{'dtype':'BOOL','shape':[8],'data_offsets':[0,8]}}         | element 3 of the BOOL tensor 'a' is neither 0 nor 1",
        "{'a':                                                           | expected a value, found the end",
    })
    void aHeaderThatLiesIsRefused(String header, String problem) {
        byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        byte[] file = ByteBuffer.allocate(8 + text.length + 8).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length).put(text).put(new byte[] {0, 1, 1, 2, 0, 0, 0, 0}).array();
        var e = assertThrows(ArtifactException.class, () -> read(file));
        assertTrue(e.getMessage().contains(problem), e.getMessage());
    }

    @Test
    void metadataAndPaddingAreAllowed() throws IOException {
        byte[] text = "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]}}   ".getBytes(StandardCharsets.UTF_8);
        byte[] file = ByteBuffer.allocate(8 + text.length + 4).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).putInt(42).array();
        assertEquals(42, read(file).get("a").getInt(0));
    }

    @Test
    void everyTruncationAndAHeaderOfAnyLengthAreRefused() throws IOException {
        byte[] good = bytes(sample());
        for (int length = 0; length < good.length; length++) {
            byte[] part = Arrays.copyOf(good, length);
            assertThrows(ArtifactException.class, () -> read(part));
        }
        assertThrows(ArtifactException.class, () -> read(Arrays.copyOf(good, good.length + 1)));
        for (long length : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, good.length, 1L << 40}) {
            byte[] bad = good.clone();
            ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            assertThrows(ArtifactException.class, () -> read(bad));
        }
    }

    @Test
    void alteredFilesGiveTensorsOrAnArtifactException() throws IOException {
        byte[] good = bytes(sample());
        var random = new Random(4);
        for (int i = 0; i < 3_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                read(bad).values().forEach(Tensor::toString);
            } catch (ArtifactException e) {
                assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
            }
        }
    }
}
