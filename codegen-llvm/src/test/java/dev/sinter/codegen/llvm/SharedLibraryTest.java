package dev.sinter.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the shared library and the texts look like from outside.
class SharedLibraryTest {
    /// Two programs that use everything that could become a call: clearing and copying memory, divisions, conversions, a barrier.
    private static List<LoopProgram> programs() {
        return List.of(program("clearAndCopy"), program("again"));
    }

    private static LoopProgram program(String name) {
        var n = Expr.Var.index("N");
        var x = new Buffer("x", ElementType.F32, Dim.named("N"), Buffer.Role.INPUT);
        var y = new Buffer("y", ElementType.F32, Dim.named("N"), Buffer.Role.OUTPUT);
        var clear = new Block();
        clear.loop("i", n, Stmt.Binding.SERIAL, (b, i) -> b.store(y, i, Expr.constant(ElementType.F32, 0)));
        var copy = new Block();
        copy.loop("i", n, Stmt.Binding.SERIAL, (b, i) -> b.store(y, i, Expr.load(x, i)));
        var vectors = new Block();
        vectors.loop("i", Expr.index(0), n, 16, Stmt.Binding.SERIAL, (b, i) -> {
            Expr wide = b.let("wide", new Expr.Load(x, i, 16, 1, new Expr.FirstLanes(Expr.apply(Fn.SUB, n, i), 16)));
            Expr whole = b.let("whole", new Expr.Cast(ElementType.I64, wide));
            b.store(y, i, new Expr.Cast(ElementType.F32, Expr.apply(Fn.REM, whole, Expr.apply(Fn.ADD, whole, whole))));
            b.store(y, i, Expr.apply(Fn.FMA, wide, Expr.apply(Fn.MAX, wide, Expr.apply(Fn.RINT, wide)), wide));
        });
        var body = List.<Stmt>of(
                new Stmt.Launch(new Kernel("clear", List.of(), clear.statements(), "zeros"), List.of()), new Stmt.Barrier(),
                new Stmt.Launch(new Kernel("copy", List.of(), copy.statements(), "x"), List.of()), new Stmt.Barrier(),
                new Stmt.Launch(new Kernel("vectors", List.of(), vectors.statements(), "some"), List.of()));
        return new LoopProgram(name, List.of(n), List.of(x, y), Map.of(), Dim.ZERO, body);
    }

    @Test
    void exportsItsProgramsAndNeedsNothing() {
        for (Cpu cpu : List.of(Cpu.X86_64_V3, Cpu.X86_64_V4)) {
            var elf = new Elf(LlvmBackend.emit(programs(), cpu));
            assertEquals(List.of("sinter_clearAndCopy", "sinter_again"), elf.exported);
            assertEquals(List.of(), elf.undefined);
            assertEquals(0, elf.neededLibraries);
        }
    }

    @Test
    void equalProgramsGiveEqualBytes() {
        for (Cpu cpu : List.of(Cpu.X86_64_V3, Cpu.X86_64_V4)) {
            assertArrayEquals(LlvmBackend.emit(programs(), cpu), LlvmBackend.emit(programs(), cpu));
        }
    }

    @Test
    void eachLevelUsesItsOwnRegisters() {
        String v3 = LlvmBackend.assembly(programs(), Cpu.X86_64_V3);
        assertTrue(v3.contains("%ymm") && !v3.contains("%zmm"), v3);
        assertTrue(v3.contains("vfmadd"), v3);
        String v4 = LlvmBackend.assembly(programs(), Cpu.X86_64_V4);
        assertTrue(v4.contains("%zmm") && v4.contains("{%k"), v4);
        assertTrue(v4.contains("clearAndCopy.vectors:"), v4);
        assertFalse(v4.contains("memset") || v4.contains("memcpy"), v4);
    }

    @Test
    void textNamesTheSources() {
        String ir = LlvmBackend.ir(programs(), Cpu.X86_64_V3);
        assertTrue(ir.contains("define void @sinter_clearAndCopy(ptr noalias nocapture readonly %frame, i64 %member, i64 %members, ptr %barrier)"), ir);
        assertTrue(ir.contains("define internal void @clearAndCopy.copy(ptr noalias nocapture readonly %frame, i64 %member, i64 %members, "
                + "ptr noalias nocapture %y, ptr noalias nocapture readonly %x)"), ir);
        assertTrue(ir.contains("%wide = call <16 x float> @llvm.masked.load"), ir);
        assertFalse(LlvmBackend.optimisedIr(programs(), Cpu.X86_64_V3).contains("alloca"));
    }

    @Test
    void complaintsOfLlvmAreExceptions() {
        Cpu good = Cpu.X86_64_V3;
        var wrong = new Cpu.Assembly("bogus %eax", "");
        var wrongAssembly = new Cpu(good.name(), good.triple(), good.processor(), good.vectorBits(), wrong, good.giveWay());
        var bug = assertThrows(IllegalStateException.class, () -> LlvmBackend.emit(programs(), wrongAssembly));
        assertTrue(bug.getMessage().startsWith("LLVM failed at generating code; this is a bug in Sinter's native backend, not in the model: ")
                && bug.getMessage().contains("invalid instruction mnemonic 'bogus'"), bug.getMessage());
        var wrongTriple = new Cpu(good.name(), "vax-dec-vms", good.processor(), good.vectorBits(), good.pause(), good.giveWay());
        var refusal = assertThrows(IllegalArgumentException.class, () -> LlvmBackend.emit(programs(), wrongTriple));
        assertTrue(refusal.getMessage().startsWith("LLVM has no target vax-dec-vms: "), refusal.getMessage());
        assertEquals(2, new Elf(LlvmBackend.emit(programs(), good)).exported.size());
    }

    /// The dynamic symbols of a 64-bit little-endian ELF file; see the System V ABI, "Symbol Table".
    private static final class Elf {
        private static final int DYNAMIC = 6;
        private static final int DYNAMIC_SYMBOLS = 11;
        private static final int NEEDED = 1;

        final List<String> exported = new ArrayList<>();
        final List<String> undefined = new ArrayList<>();
        int neededLibraries;

        Elf(byte[] bytes) {
            var file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(0x464C457F, file.getInt(0));
            int sections = Math.toIntExact(file.getLong(0x28));
            int sectionSize = file.getShort(0x3A);
            int sectionCount = file.getShort(0x3C);
            for (int s = 0; s < sectionCount; s++) {
                int header = sections + s * sectionSize;
                int offset = Math.toIntExact(file.getLong(header + 24));
                int size = Math.toIntExact(file.getLong(header + 32));
                if (file.getInt(header + 4) == DYNAMIC_SYMBOLS) {
                    int names = Math.toIntExact(file.getLong(sections + file.getInt(header + 40) * sectionSize + 24));
                    for (int symbol = offset + 24; symbol < offset + size; symbol += 24) {
                        (file.getShort(symbol + 6) == 0 ? undefined : exported).add(name(bytes, names + file.getInt(symbol)));
                    }
                } else if (file.getInt(header + 4) == DYNAMIC) {
                    for (int entry = offset; entry < offset + size; entry += 16) {
                        neededLibraries += file.getLong(entry) == NEEDED ? 1 : 0;
                    }
                }
            }
        }

        private static String name(byte[] bytes, int at) {
            int end = at;
            while (bytes[end] != 0) {
                end++;
            }
            return new String(bytes, at, end - at, StandardCharsets.UTF_8);
        }
    }
}
