package dev.sinter.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.*;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMModuleRef;
import org.bytedeco.llvm.LLVM.LLVMTargetMachineRef;
import org.bytedeco.llvm.LLVM.LLVMTargetRef;
import org.bytedeco.llvm.LLVM.LLVMTypeRef;
import org.bytedeco.llvm.LLVM.LLVMValueRef;

/// A module in a context of its own, with the machine that it is compiled for. Confined to the thread that opened it; closing it frees
/// everything, so nothing made from it may be used afterwards.
final class LlvmModule implements AutoCloseable {
    /// What is run over a function before code is generated. Loops arrive scheduled, so nothing here unrolls, vectorises, interchanges
    /// or recognises idioms (a `memset` would be a call): values go to registers, common subexpressions and loads are
    /// shared, what is invariant leaves its loop. A second round of simplification follows what the first one exposes.
    private static final String PASSES = "function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,"
            + "loop-mssa(licm),gvn,instcombine<no-verify-fixpoint>,simplifycfg,adce)";

    /// A type of LLVM's.
    record Type(LLVMTypeRef ref) { }

    /// A function of a module and its type.
    record Function(LLVMValueRef ref, Type type) { }

    private final PointerScope scope;
    private final Cpu cpu;
    private final LLVMContextRef context;
    private final LLVMModuleRef module;
    private final LLVMTargetMachineRef machine;

    /// An empty module.
    LlvmModule(String name, Cpu cpu) {
        LlvmLibrary.load();
        this.scope = new PointerScope();
        this.cpu = cpu;
        try {
            this.machine = machine(cpu);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
        this.context = LLVMContextCreate();
        LlvmLibrary.collectErrors(context);
        this.module = LLVMModuleCreateWithNameInContext(name, context);
        LLVMSetTarget(module, cpu.triple());
        var layout = LLVMCreateTargetDataLayout(machine);
        LLVMSetModuleDataLayout(module, layout);
        LLVMDisposeTargetData(layout);
    }

    private static LLVMTargetMachineRef machine(Cpu cpu) {
        var target = new LLVMTargetRef();
        var error = new BytePointer();
        if (LLVMGetTargetFromTriple(new BytePointer(cpu.triple()), target, error) != 0) {
            throw new IllegalArgumentException("LLVM has no target " + cpu.triple() + ": " + LlvmLibrary.text(error));
        }
        return LLVMCreateTargetMachine(target, cpu.triple(), cpu.processor(), "", LLVMCodeGenLevelDefault, LLVMRelocPIC, LLVMCodeModelSmall);
    }

    LLVMContextRef context() {
        return context;
    }

    LLVMModuleRef ref() {
        return module;
    }

    Cpu cpu() {
        return cpu;
    }

    /// A void function without a body, not unwound through. An exported one is visible in the shared library; others are called from
    /// this module only, and never inlined: a kernel stays the unit in which registers are allocated and time is measured.
    Function function(String name, List<Type> parameters, boolean exported) {
        var refs = parameters.stream().map(Type::ref).toArray(LLVMTypeRef[]::new);
        var type = LLVMFunctionType(LLVMVoidTypeInContext(context), new PointerPointer<>(refs), refs.length, 0);
        var function = LLVMAddFunction(module, new BytePointer(name, StandardCharsets.UTF_8), type);
        if (!exported) {
            LLVMSetLinkage(function, LLVMInternalLinkage);
            attribute(function, LLVMAttributeFunctionIndex, "noinline");
        }
        attribute(function, LLVMAttributeFunctionIndex, "nounwind");
        textAttribute(function, "target-cpu", cpu.processor());
        textAttribute(function, "prefer-vector-width", Integer.toString(cpu.vectorBits()));
        textAttribute(function, "no-builtins", "true");
        return new Function(function, new Type(type));
    }

    /// Says of parameter `index` that whatever is reached through it is reached through no other pointer while the function runs,
    /// and, for a read-only one, that it is not written.
    void unaliased(Function function, int index, boolean readOnly) {
        attribute(function.ref(), index + 1, "noalias");
        attribute(function.ref(), index + 1, "nocapture");
        if (readOnly) {
            attribute(function.ref(), index + 1, "readonly");
        }
    }

    private void attribute(LLVMValueRef function, int index, String name) {
        int kind = LLVMGetEnumAttributeKindForName(name, name.length());
        LLVMAddAttributeAtIndex(function, index, LLVMCreateEnumAttribute(context, kind, 0));
    }

    private void textAttribute(LLVMValueRef function, String name, String value) {
        LLVMAddAttributeAtIndex(function, LLVMAttributeFunctionIndex,
                LLVMCreateStringAttribute(context, name, name.length(), value, value.length()));
    }

    /// Checks one function right after it was emitted, so that a complaint names what it was emitted for.
    void verify(Function function, String what) {
        if (LLVMVerifyFunction(function.ref(), LLVMReturnStatusAction) != 0) {
            var message = new BytePointer();
            LLVMVerifyModule(module, LLVMReturnStatusAction, message);
            throw LlvmLibrary.bug("verifying " + what, LlvmLibrary.text(message));
        }
    }

    /// Runs the passes over all functions.
    void optimise() {
        var options = LLVMCreatePassBuilderOptions();
        try {
            LLVMErrorRef error = LLVMRunPasses(module, PASSES, machine, options);
            if (error != null && !error.isNull()) {
                var message = LLVMGetErrorMessage(error);
                String text = message.getString();
                LLVMDisposeErrorMessage(message);
                throw LlvmLibrary.bug("optimising", text);
            }
        } finally {
            LLVMDisposePassBuilderOptions(options);
        }
        LlvmLibrary.failOnErrors("optimising");
    }

    /// The module as text.
    String text() {
        return LlvmLibrary.text(LLVMPrintModuleToString(module));
    }

    /// The module as an object file. Ends the module's use: code generation changes it.
    byte[] object() {
        return generate(LLVMObjectFile);
    }

    /// The module as assembly text. Ends the module's use: code generation changes it.
    String assembly() {
        return new String(generate(LLVMAssemblyFile), StandardCharsets.UTF_8);
    }

    private byte[] generate(int kind) {
        var buffer = new LLVMMemoryBufferRef();
        var error = new BytePointer();
        if (LLVMTargetMachineEmitToMemoryBuffer(machine, module, kind, error, buffer) != 0) {
            throw LlvmLibrary.bug("generating code", LlvmLibrary.text(error));
        }
        try {
            LlvmLibrary.failOnErrors("generating code");
            var bytes = new byte[Math.toIntExact(LLVMGetBufferSize(buffer))];
            LLVMGetBufferStart(buffer).capacity(bytes.length).get(bytes);
            return bytes;
        } finally {
            LLVMDisposeMemoryBuffer(buffer);
        }
    }

    @Override
    public void close() {
        LLVMDisposeTargetMachine(machine);
        LLVMDisposeModule(module);
        LLVMContextDispose(context);
        scope.close();
    }
}
