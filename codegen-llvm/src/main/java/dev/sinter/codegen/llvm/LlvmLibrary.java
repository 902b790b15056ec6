package dev.sinter.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.LLVMContextSetDiagnosticHandler;
import static org.bytedeco.llvm.global.LLVM.LLVMDSError;
import static org.bytedeco.llvm.global.LLVM.LLVMDisposeMessage;
import static org.bytedeco.llvm.global.LLVM.LLVMGetDiagInfoDescription;
import static org.bytedeco.llvm.global.LLVM.LLVMGetDiagInfoSeverity;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeX86AsmParser;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeX86AsmPrinter;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeX86Target;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeX86TargetInfo;
import static org.bytedeco.llvm.global.LLVM.LLVMInitializeX86TargetMC;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMDiagnosticHandler;
import org.bytedeco.llvm.LLVM.LLVMDiagnosticInfoRef;

/// The process-wide state of LLVM: loaded once, its target registered once, its complaints collected per thread.
final class LlvmLibrary {
    private static final ThreadLocal<List<String>> ERRORS = ThreadLocal.withInitial(ArrayList::new);
    private static LLVMDiagnosticHandler handler;

    private LlvmLibrary() { }

    /// JavaCPP refuses to allocate when the whole process has grown beyond a multiple of the Java heap, whoever took the memory; what
    /// we allocate through it is small, and freed with its module.
    private static void unlimited(String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, "0");
        }
    }

    /// Loads LLVM and registers its target, unless that is done.
    ///
    /// @throws IllegalStateException if there is no LLVM for this platform on the class path
    static synchronized void load() {
        if (handler != null) {
            return;
        }
        unlimited("org.bytedeco.javacpp.maxbytes");
        unlimited("org.bytedeco.javacpp.maxphysicalbytes");
        try {
            Loader.load(org.bytedeco.llvm.global.LLVM.class);
        } catch (LinkageError e) {
            throw new IllegalStateException("LLVM cannot be loaded here (" + Loader.getPlatform() + "): " + e.getMessage(), e);
        }
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86Target();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86AsmPrinter();
        LLVMInitializeX86AsmParser();
        handler = new LLVMDiagnosticHandler() {
            @Override
            public void call(LLVMDiagnosticInfoRef info, Pointer ignored) {
                if (LLVMGetDiagInfoSeverity(info) == LLVMDSError) {
                    ERRORS.get().add(text(LLVMGetDiagInfoDescription(info)));
                }
            }
        };
        handler.retainReference();     // or it would be freed with whatever scope of JavaCPP's happens to be open
    }

    /// Has the errors of this context collected; without a handler LLVM would end the process at the first one.
    static void collectErrors(LLVMContextRef context) {
        LLVMContextSetDiagnosticHandler(context, handler, null);
        ERRORS.get().clear();
    }

    /// Fails if LLVM reported an error on this thread since [#collectErrors].
    static void failOnErrors(String doing) {
        List<String> errors = ERRORS.get();
        if (!errors.isEmpty()) {
            String all = String.join("; ", errors);
            errors.clear();
            throw bug(doing, all);
        }
    }

    /// The exception for what should never happen: LLVM refuses what we made.
    static IllegalStateException bug(String doing, String message) {
        return new IllegalStateException("LLVM failed at " + doing + "; this is a bug in Sinter's native backend, not in the model: " + message.strip());
    }

    /// A message of LLVM's as a string; frees it.
    static String text(BytePointer message) {
        if (message == null || message.isNull()) {
            return "";
        }
        String text = message.getString(java.nio.charset.StandardCharsets.UTF_8);
        LLVMDisposeMessage(message);
        return text;
    }
}
