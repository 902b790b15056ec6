package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Native code, from a shared library that is put together here, byte by byte: no compiler is needed.
class NativeTest {

    private static final String TARGET = "linux-x86_64";
    private static final String ENTRY = "sinter/native/" + TARGET + ".so";

    /// `for (i = member; i < frame[0]; i += members) ((float*) frame[2])[i] = 2 * ((float*) frame[1])[i];`
    private static final byte[] DOUBLE = HexFormat.of().parseHex(String.join("",
            "488b0f",               //      mov   rcx, [rdi]
            "488b4708",             //      mov   rax, [rdi+8]
            "4c8b4710",             //      mov   r8, [rdi+16]
            "eb12",                 //      jmp   test
            "f30f1004b0",           // next: movss xmm0, [rax+rsi*4]
            "f30f58c0",             //      addss xmm0, xmm0
            "f3410f1104b0",         //      movss [r8+rsi*4], xmm0
            "4801d6",               //      add   rsi, rdx
            "4839ce",               // test: cmp   rsi, rcx
            "7ce9",                 //      jl    next
            "c3"));                 //      ret

    @BeforeEach
    void thisMachineRunsIt() {
        assumeTrue(Machine.targets().contains(TARGET), "the machine code of this test is for x86-64 under Linux");
    }

    /// An ELF shared object that exports `code` as `symbol`: one page to execute, one for the dynamic section, which the
    /// loader writes to.
    private static byte[] library(String symbol, byte[] code) {
        int page = 0x1000;
        int dynamic = page;
        int symbols = 0x100;
        int strings = 0x180;
        int hash = 0x1c0;
        int text = 0x200;
        var out = ByteBuffer.allocate(page + 6 * 16).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0)
                .putShort((short) 3).putShort((short) 62).putInt(1)                     // a shared object for x86-64
                .putLong(0).putLong(64).putLong(0).putInt(0)
                .putShort((short) 64).putShort((short) 56).putShort((short) 4)          // four program headers
                .putShort((short) 64).putShort((short) 0).putShort((short) 0);
        segment(out, 1, 5, 0, page, page);                                              // load: read, execute
        segment(out, 1, 6, dynamic, 6 * 16, page);                                      // load: read, write
        segment(out, 2, 6, dynamic, 6 * 16, 8);                                         // the dynamic section
        segment(out, 0x6474e551, 6, 0, 0, 16);                                          // no executable stack
        out.position(symbols + 24);                                                     // symbol 0 is empty
        out.putInt(1).put((byte) 0x12).put((byte) 0).putShort((short) 1).putLong(text).putLong(code.length);
        out.position(strings + 1);
        out.put(symbol.getBytes(StandardCharsets.US_ASCII));
        out.position(hash);
        out.putInt(1).putInt(2).putInt(1).putInt(0).putInt(0);                          // one bucket with symbol 1
        out.position(text);
        out.put(code);
        out.position(dynamic);
        out.putLong(4).putLong(hash).putLong(5).putLong(strings).putLong(6).putLong(symbols)
                .putLong(10).putLong(symbol.length() + 2).putLong(11).putLong(24).putLong(0).putLong(0);
        return out.array();
    }

    private static void segment(ByteBuffer out, int type, int flags, long at, long size, long alignment) {
        out.putInt(type).putInt(flags).putLong(at).putLong(at).putLong(at).putLong(size).putLong(size).putLong(alignment);
    }

    /// `twice(x: f32[N]) -> f32[N]`, and for machines without this target a JVM variant, which is no class here.
    private static byte[] artifact(String symbol, String cost, byte[] library, boolean withJvm) {
        var buffers = List.of(
                new Manifest.Buffer(Manifest.Role.INPUT, "x", ElementType.F32, Formula.of("N")),
                new Manifest.Buffer(Manifest.Role.OUTPUT, "result", ElementType.F32, Formula.of("N")));
        var entries = new HashMap<String, byte[]>();
        var variants = new ArrayList<Manifest.Variant>();
        variants.add(new Manifest.Variant(TARGET, ENTRY, symbol, Formula.of("0"), buffers));
        entries.put(ENTRY, library);
        if (withJvm) {
            variants.add(new Manifest.Variant("jvm-scalar", HandWritten.FOLDER + "twice.class", "", Formula.of("0"), buffers));
            entries.put(HandWritten.FOLDER + "twice.class", HandWritten.bytes(Twice.class));
        }
        var twice = new Manifest.FunctionEntry("twice", "", List.of("N"), List.of(new Manifest.Value("x", ElementType.F32, HandWritten.formulas("N"))),
                List.of(new Manifest.Value("result", ElementType.F32, HandWritten.formulas("N"))), Formula.of(cost), Formula.of("8*N"),
                List.of(), List.of(), variants);
        return ArtifactWriter.bytes(new Manifest("p", "Native", List.of(), List.of(twice)), Map.of(), Map.of(), entries);
    }

    private static Model load(byte[] artifact, String target) throws IOException {
        return Model.load(new ByteArrayInputStream(artifact), LoadOptions.DEFAULT.target(target).threads(3));
    }

    private static Tensor numbers(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i - 5;
        }
        return Tensor.of(x, n);
    }

    private static void assertTwice(Tensor x, Tensor result) {
        float[] expected = x.toFloats();
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= 2;
        }
        assertArrayEquals(expected, result.toFloats());
    }

    @Test
    void smallAndOrdinaryAndParallelCalls() throws IOException {
        for (String cost : List.of("0", "100000", "1000000")) {
            try (var model = load(artifact("sinter_twice", cost, library("sinter_twice", DOUBLE), false), "best")) {
                var twice = model.function("twice");
                assertEquals(TARGET, twice.target());
                for (int n : new int[] {0, 1, 100, 5_000}) {
                    assertTwice(numbers(n), twice.call(numbers(n)));
                }
            }
        }
    }

    @Test
    void memoryOfAnyKindCanBeUsed() throws IOException {
        try (var model = load(artifact("sinter_twice", "0", library("sinter_twice", DOUBLE), false), "native");
             var session = model.function("twice").session(); var confined = Arena.ofConfined();
             var a = Arena.ofShared(); var b = Arena.ofShared(); var c = Arena.ofShared()) {
            var tensors = List.of(Tensor.allocate(ElementType.F32, 9), Tensor.allocate(a, ElementType.F32, 9), Tensor.allocate(b, ElementType.F32, 9),
                    Tensor.allocate(c, ElementType.F32, 9), Tensor.allocate(confined, ElementType.F32, 9),
                    Tensor.wrap(MemorySegment.ofArray(new float[9]), ElementType.F32, 9));
            for (var x : tensors) {
                for (var result : tensors) {
                    if (x != result) {
                        x.copyFrom(numbers(9));
                        result.segment().fill((byte) 0);
                        session.call(new Tensor[] {x}, new Tensor[] {result});
                        assertTwice(numbers(9), result);
                        result.segment().fill((byte) 0);
                        session.call();
                        assertTwice(numbers(9), result);
                    }
                }
            }
        }
    }

    @Test
    void memoryThatIsGoneIsRefused() throws IOException {
        try (var model = load(artifact("sinter_twice", "0", library("sinter_twice", DOUBLE), false), "native");
             var session = model.function("twice").session()) {
            for (var arena : List.of(Arena.ofShared(), Arena.ofConfined())) {
                var in = new Tensor[] {Tensor.allocate(arena, ElementType.F32, 9)};
                var out = session.allocateOutputs(in);
                session.call(in, out);
                arena.close();
                assertThrows(CallException.class, session::call);
                assertThrows(CallException.class, () -> session.call(in, out));
            }
        }
    }

    @Test
    void aModelIsSavedWithItsNativeCodeAndLeavesNoFile() throws IOException {
        byte[] artifact = artifact("sinter_twice", "0", library("sinter_twice", DOUBLE), true);
        Path folder = Files.createTempDirectory("sinter-test");
        try {
            try (var model = load(artifact, "native")) {
                model.save(folder.resolve("again.jar"));
                var mapped = Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> line.contains("/sinter-")).toList();
                assertTrue(!mapped.isEmpty() && mapped.stream().allMatch(line -> line.endsWith(".so (deleted)")), mapped.toString());
            }
            assertArrayEquals(artifact, Files.readAllBytes(folder.resolve("again.jar")));
        } finally {
            Files.deleteIfExists(folder.resolve("again.jar"));
            Files.delete(folder);
        }
    }

    @Test
    void aLibraryThatCannotBeLoadedGivesWayToTheJvmOrIsNamed() throws IOException {
        byte[] library = library("sinter_twice", DOUBLE);
        byte[] noLibrary = new byte[100];
        for (byte[] artifact : List.of(artifact("sinter_twice", "0", noLibrary, true), artifact("sinter_thrice", "0", library, true))) {
            try (var model = load(artifact, "best")) {
                assertEquals("jvm-scalar", model.function("twice").target());
                assertTwice(numbers(9), model.function("twice").call(numbers(9)));
            }
            assertTrue(assertThrows(ArtifactException.class, () -> load(artifact, "native")).getMessage().startsWith(ENTRY));
        }
        assertTrue(assertThrows(ArtifactException.class, () -> load(artifact("sinter_thrice", "0", library, false), "best")).getMessage()
                .contains("the library has no symbol 'sinter_thrice'"));
    }

    @Test
    void aDamagedLibraryIsNeverLoaded() throws IOException {
        byte[] artifact = artifact("sinter_twice", "0", library("sinter_twice", DOUBLE), false);
        int start = new String(artifact, StandardCharsets.ISO_8859_1).indexOf("\u007fELF");
        for (int bit = 8 * start; bit < 8 * (start + 0x230); bit += 7) {
            byte[] bad = artifact.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertTrue(assertThrows(ArtifactException.class, () -> load(bad, "best")).getMessage().contains("checksum"));
        }
    }

    /// The same for the JVM.
    public static final class Twice implements Code {
        /// Needed to load it.
        public Twice() { }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            for (long i = member; i < dims[0]; i += team.size()) {
                buffers[1].setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * buffers[0].getAtIndex(ValueLayout.JAVA_FLOAT, i));
            }
        }
    }
}
