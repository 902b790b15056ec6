package dev.sinter.compiler.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files as NumPy writes them: a header, then the bytes of the elements, given here in hexadecimal.
class NumPyTest {
    @TempDir
    Path folder;

    private Path file(String type, boolean fortran, String shape, String hex) throws IOException {
        String text = "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n";
        byte[] header = ("\u0093NUMPY\1\0" + (char) text.length() + "\0" + text).getBytes(StandardCharsets.ISO_8859_1);
        byte[] data = HexFormat.of().parseHex(hex.replace(" ", ""));
        byte[] all = Arrays.copyOf(header, header.length + data.length);
        System.arraycopy(data, 0, all, header.length, data.length);
        return Files.write(folder.resolve("a.npy"), all);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "|u1; (3,); c8 01 ff; f32; [200.0, 1.0, 255.0]",
        "|u1; (3,); c8 01 ff; i32; [200, 1, 255]",
        "|i1; (2,); c8 01; i64; [-56, 1]",
        "<u2; (2,); 60 ea 03 00; i32; [60000, 3]",
        ">u2; (2,); ea 60 00 03; i32; [60000, 3]",
        "<i2; (1,); 60 ea; i32; [-5536]",
        "<u4; (1,); 00 28 6b ee; i64; [4000000000]",
        "<u8; (1,); 00 00 00 00 00 00 00 80; f64; [9.223372036854776E18]",
        "<f2; (2,); 00 3e 00 41; f32; [1.5, 2.5]",
        ">f4; (2, 1); 3f c0 00 00 40 20 00 00; f64; [[1.5], [2.5]]",
        "<f8; (); 00 00 00 00 00 00 f8 3f; f32; 1.5",
        "|b1; (2,); 01 00; bool; [true, false]"})
    void everyNumberOfNumPyIsRead(String type, String shape, String hex, String element, String expected) throws Exception {
        assertEquals(expected, Literals.text(NumPy.read(file(type, false, shape, hex), ElementType.of(element))));
    }

    @Test
    void axesMayBeStoredInEitherOrder() throws Exception {
        assertEquals("[[1, 2, 3], [4, 5, 6]]", Literals.text(NumPy.read(file("|i1", true, "(2, 3)", "01 04 02 05 03 06"), ElementType.I32)));
        assertEquals("[[1, 4, 2], [5, 3, 6]]", Literals.text(NumPy.read(file("|i1", false, "(2, 3)", "01 04 02 05 03 06"), ElementType.I32)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "<f4; (100, 2); 00 00 80 3f 00 00 00 40; f32; has 8 bytes of data, its shape (100, 2) needs 800",
        "<f4; (1,); 00 00 80 3f 00 00 00 40; f32; has 8 bytes of data, its shape (1,) needs 4",
        "<f4; (9223372036854775807, 3); 00; f32; has the impossible shape (9223372036854775807, 3)",
        "<c8; (1,); 00 00 00 00 00 00 00 00; f32; does not hold numbers: its type is '<c8'",
        "<U1; (1,); 61 00 00 00; i32; does not hold numbers: its type is '<U1'",
        "<f4; (1,); 00 00 80 3f; i32; holds float32, expected i32",
        "|u1; (1,); 01; bool; holds uint8, expected bool",
        "|b1; (1,); 01; f32; holds bool, expected f32",
        "<u4; (1,); 00 28 6b ee; i32; holds 4000000000, which does not fit i32",
        "<u8; (1,); 00 00 00 00 00 00 00 80; i64; holds 9223372036854775808, which does not fit i64"})
    void whatDoesNotFitIsSaid(String type, String shape, String hex, String element, String problem) throws IOException {
        Path file = file(type, false, shape, hex);
        assertEquals(problem, assertThrows(NumPy.FormatException.class, () -> NumPy.read(file, ElementType.of(element))).getMessage());
    }

    @Test
    void aFileThatEndsEarlyIsRefusedWhereverItEnds() throws Exception {
        Path whole = folder.resolve("whole.npy");
        NumPy.write(whole, Tensor.of(new float[] {1, 2, 3}, 3));
        byte[] bytes = Files.readAllBytes(whole);
        assertEquals("[1.0, 2.0, 3.0]", Literals.text(NumPy.read(whole, ElementType.F32)));
        for (int length = 0; length < bytes.length; length++) {
            Path part = Files.write(folder.resolve("part.npy"), Arrays.copyOf(bytes, length));
            assertThrows(NumPy.FormatException.class, () -> NumPy.read(part, ElementType.F32));
        }
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        for (Tensor tensor : new Tensor[] {Tensor.scalar(1.5f), Tensor.of(new double[] {1, Double.NaN}, 2, 1), Tensor.of(new int[] {-1, 7}, 2), Tensor.of(new long[] {Long.MIN_VALUE}, 1, 1),
            Tensor.of(new boolean[] {true, false}, 2), Tensor.allocate(ElementType.F32, 0, 3)}) {
            Path file = folder.resolve("b.npy");
            NumPy.write(file, tensor);
            Tensor back = NumPy.read(file, tensor.type());
            assertTrue(Arrays.equals(tensor.shape(), back.shape()) && tensor.sameBits(back), tensor::description);
            assertEquals(0, (Files.size(file) - tensor.segment().byteSize()) % 64);
        }
    }
}
