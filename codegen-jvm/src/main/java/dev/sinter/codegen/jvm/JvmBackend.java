package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.LoopVerifier;
import dev.sinter.ir.loop.Stmt;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassTooLargeException;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.CodeSizeEvaluator;
import org.objectweb.asm.util.Textifier;
import org.objectweb.asm.util.TraceClassVisitor;

/// Translates loop programs to class files.
///
/// A program becomes one class that implements `dev.sinter.runtime.Code` (see "The call contract" in `ARCHITECTURE.md`): each kernel is a
/// static method, and so is each piece that [Outliner] has to move out of a method to keep it small enough for the JIT.
public final class JvmBackend {
    /// HotSpot compiles no method of more bytes.
    static final int METHOD_LIMIT = 8000;
    /// What methods are cut to; if a statement alone is larger, or wide instructions make a method larger than the limit after all, the next is tried.
    private static final int[] BUDGETS = {6000, 7600, 3500, 2000};
    /// The method behind `Code.run`; not an identifier, so that no kernel's method has its name.
    private static final String ENTRY = "run-all";
    private static final Set<Integer> VECTOR_BITS = Set.of(0, 128, 256, 512);

    private JvmBackend() {
    }

    /// The class of a program.
    ///
    /// @param program    ready for a backend, see [LoopVerifier]
    /// @param className  the binary name of the class, `sinter.v512.predict`
    /// @param vectorBits the bits of the widest vector: 128, 256 or 512; 0 for code without the Vector API, for programs without vectors
    /// @throws IllegalArgumentException if the program is not ready, has vectors for `vectorBits` 0 or of more than 64 lanes, or has a
    ///                                  statement so large that the JIT would not compile it
    public static JvmCode emit(LoopProgram program, String className, int vectorBits) {
        if (!VECTOR_BITS.contains(vectorBits)) {
            throw new IllegalArgumentException("the JVM backend has vectors of 128, 256 or 512 bits, or none (0), not of " + vectorBits);
        }
        var problems = LoopVerifier.problems(program, true);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("program " + program.name() + " is not ready for the JVM backend: " + String.join("; ", problems));
        }
        IllegalArgumentException problem = null;
        for (int budget : BUDGETS) {
            try {
                JvmCode code = emit(program, className.replace('.', '/'), vectorBits, budget);
                if (code != null) {
                    return code;
                }
            } catch (IllegalArgumentException e) {
                problem = problem == null ? e : problem;
            }
        }
        throw problem != null ? problem
                : new IllegalArgumentException("program " + program.name() + " cannot be split into JVM methods of at most " + METHOD_LIMIT + " bytes");
    }

    /// The readable form of a class file: its instructions as text.
    public static String text(byte[] classFile) {
        var text = new StringWriter();
        new ClassReader(classFile).accept(new TraceClassVisitor(null, new Textifier(), new PrintWriter(text)), 0);
        return text.toString();
    }

    /// The class, or null if a method is too large after all.
    private static JvmCode emit(LoopProgram program, String owner, int vectorBits, int budget) {
        var spill = new Spill();
        var target = new Target(program, owner, vectorBits, new Support(owner), spill);
        var kernels = kernels(program.body());
        var outliner = new Outliner(target, budget, kernels);
        for (Kernel kernel : kernels) {
            outliner.callees().put(kernel, outliner.cut("kernel " + kernel.name(), kernel.name(), kernel.parameters(), kernel.body()));
        }
        Method run = outliner.cut("program " + program.name(), ENTRY, List.of(), program.body());
        var out = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            @Override
            protected String getCommonSuperClass(String a, String b) {
                return "java/lang/Object";                     // differing references meet only where neither is used any more
            }
        };
        out.visit(V25, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, owner, null, "java/lang/Object", new String[] {"dev/sinter/runtime/Code"});
        constructor(out);
        entry(out, target, run);
        var support = new Support(owner);
        for (Method method : outliner.methods()) {
            if (!write(out, new Target(program, owner, vectorBits, support, spill), method, outliner.callees())) {
                return null;
            }
        }
        support.emit(out);
        out.visitEnd();
        try {
            return new JvmCode(spill.addedTo(program), out.toByteArray());
        } catch (ClassTooLargeException e) {
            throw new IllegalArgumentException("program " + program.name() + " is too large for one class: it needs "
                    + e.getConstantPoolCount() + " constants", e);
        }
    }

    /// The launched kernels, in order of their first launch.
    private static Set<Kernel> kernels(List<Stmt> statements) {
        var kernels = new LinkedHashSet<Kernel>();
        for (Stmt statement : statements) {
            switch (statement) {
                case Stmt.Launch(var kernel, _) -> kernels.add(kernel);
                case Stmt.For loop -> kernels.addAll(kernels(loop.body()));
                case Stmt.If(_, var then, var otherwise) -> {
                    kernels.addAll(kernels(then));
                    kernels.addAll(kernels(otherwise));
                }
                case Stmt.While(var head, _, var body) -> {
                    kernels.addAll(kernels(head));
                    kernels.addAll(kernels(body));
                }
                case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Barrier _ -> { }
            }
        }
        return kernels;
    }

    private static void constructor(ClassWriter out) {
        MethodVisitor method = out.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
        method.visitCode();
        method.visitVarInsn(ALOAD, 0);
        method.visitMethodInsn(INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        method.visitInsn(RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    /// `Code.run`, which passes its tables on.
    private static void entry(ClassWriter out, Target target, Method run) {
        MethodVisitor method = out.visitMethod(ACC_PUBLIC, "run", "(" + Method.TABLES + ")V", null, null);
        method.visitCode();
        method.visitVarInsn(ALOAD, 1);
        method.visitVarInsn(ALOAD, 2);
        method.visitVarInsn(ALOAD, 3);
        method.visitVarInsn(ILOAD, 4);
        method.visitMethodInsn(INVOKESTATIC, target.owner(), run.name(), run.descriptor(), false);
        method.visitInsn(RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    /// Writes one method; false if it is too large.
    private static boolean write(ClassWriter out, Target target, Method method, Map<Kernel, Method> callees) {
        var second = new SecondCompiler();
        var size = new CodeSizeEvaluator(second);
        var first = new FirstCompiler(size);
        new MethodBody(target, callees, first, false, _ -> second.storesBegin()).write(method);
        var code = new CodeSizeEvaluator(out.visitMethod(ACC_PRIVATE | ACC_STATIC, method.name(), method.descriptor(), null, null));
        code.visitCode();
        int room = METHOD_LIMIT - size.getMaxSize();
        var ballasted = second.amongReads(code, target.vectorBits(), room);
        new MethodBody(target, callees, ballasted, first.isTooMuch(), instructions -> second.writeBallast(instructions, target.vectorBits(), room)).write(method);
        code.visitMaxs(0, 0);
        code.visitEnd();
        return code.getMaxSize() < METHOD_LIMIT;
    }
}
