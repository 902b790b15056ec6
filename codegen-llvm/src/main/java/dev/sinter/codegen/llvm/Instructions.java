package dev.sinter.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.*;

import dev.sinter.ir.type.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMBasicBlockRef;
import org.bytedeco.llvm.LLVM.LLVMBuilderRef;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMTypeRef;
import org.bytedeco.llvm.LLVM.LLVMValueRef;

/// The instructions of one function under construction: the verbs that the emitter speaks. The only class that calls LLVM's builder.
///
/// Opcodes and predicates are LLVM's own numbers (`LLVMFAdd`). Closing it ends the function.
final class Instructions implements AutoCloseable {
    /// A value: an instruction's result, a parameter or a constant.
    record Ssa(LLVMValueRef ref) { }

    /// A basic block.
    private record Label(LLVMBasicBlockRef ref) { }

    private final LlvmModule module;
    private final LLVMContextRef context;
    private final LLVMBuilderRef builder;
    private final LlvmModule.Function function;
    private final Label entry;
    private final Label start;

    Instructions(LlvmModule module, LlvmModule.Function function) {
        this.module = module;
        this.context = module.context();
        this.builder = LLVMCreateBuilderInContext(context);
        this.function = function;
        this.entry = label("entry");
        this.start = label("start");
        at(start);
    }

    /// Returns from the function.
    @Override
    public void close() {
        LLVMBuildRetVoid(builder);
        at(entry);
        jump(start);
        LLVMDisposeBuilder(builder);
    }

    // Types.

    /// The type of a value in registers; a bool is one bit.
    static LlvmModule.Type type(LLVMContextRef context, ElementType type, int lanes) {
        LLVMTypeRef element = switch (type) {
            case F32 -> LLVMFloatTypeInContext(context);
            case F64 -> LLVMDoubleTypeInContext(context);
            case I32 -> LLVMInt32TypeInContext(context);
            case I64 -> LLVMInt64TypeInContext(context);
            case BOOL -> LLVMInt1TypeInContext(context);
        };
        return new LlvmModule.Type(lanes == 1 ? element : LLVMVectorType(element, lanes));
    }

    /// A pointer.
    static LlvmModule.Type pointer(LLVMContextRef context) {
        return new LlvmModule.Type(LLVMPointerTypeInContext(context, 0));
    }

    LlvmModule.Type type(ElementType type, int lanes) {
        return type(context, type, lanes);
    }

    /// The type of an element in memory; a bool is one byte.
    LlvmModule.Type memoryType(ElementType type, int lanes) {
        return type == ElementType.BOOL ? vector(new LlvmModule.Type(LLVMInt8TypeInContext(context)), lanes) : type(type, lanes);
    }

    LlvmModule.Type vector(LlvmModule.Type element, int lanes) {
        return lanes == 1 ? element : new LlvmModule.Type(LLVMVectorType(element.ref(), lanes));
    }

    LlvmModule.Type pointer() {
        return pointer(context);
    }

    LlvmModule.Type typeOf(Ssa x) {
        return new LlvmModule.Type(LLVMTypeOf(x.ref()));
    }

    // Constants.

    /// A constant in every lane; floats are given by the bits of a double.
    Ssa constant(ElementType type, long bits, int lanes) {
        LLVMValueRef scalar = switch (type) {
            case F32 -> LLVMConstBitCast(
                    LLVMConstInt(LLVMInt32TypeInContext(context), Float.floatToRawIntBits((float) Double.longBitsToDouble(bits)), 0),
                    LLVMFloatTypeInContext(context));
            case F64 -> LLVMConstBitCast(LLVMConstInt(LLVMInt64TypeInContext(context), bits, 0), LLVMDoubleTypeInContext(context));
            case I32 -> LLVMConstInt(LLVMInt32TypeInContext(context), bits, 1);
            case I64 -> LLVMConstInt(LLVMInt64TypeInContext(context), bits, 1);
            case BOOL -> LLVMConstInt(LLVMInt1TypeInContext(context), bits & 1, 0);
        };
        return lanes == 1 ? new Ssa(scalar) : constants(IntStream.range(0, lanes).mapToObj(_ -> scalar).toArray(LLVMValueRef[]::new));
    }

    /// The vector whose lane `l` is `value(l)`; of integers or bools.
    Ssa constants(ElementType type, int lanes, LongUnaryOperator value) {
        return constants(IntStream.range(0, lanes).mapToObj(l -> constant(type, value.applyAsLong(l), 1).ref()).toArray(LLVMValueRef[]::new));
    }

    private static Ssa constants(LLVMValueRef[] lanes) {
        return new Ssa(LLVMConstVector(new PointerPointer<>(lanes), lanes.length));
    }

    Ssa index(long value) {
        return constant(ElementType.I64, value, 1);
    }

    /// Zero of any type.
    Ssa zero(LlvmModule.Type type) {
        return new Ssa(LLVMConstNull(type.ref()));
    }

    // Arithmetic.

    Ssa binary(int opcode, Ssa a, Ssa b) {
        return new Ssa(LLVMBuildBinOp(builder, opcode, a.ref(), b.ref(), ""));
    }

    Ssa negateFloat(Ssa x) {
        return new Ssa(LLVMBuildFNeg(builder, x.ref(), ""));
    }

    Ssa cast(int opcode, Ssa x, LlvmModule.Type to) {
        return new Ssa(LLVMBuildCast(builder, opcode, x.ref(), to.ref(), ""));
    }

    Ssa compareIntegers(int predicate, Ssa a, Ssa b) {
        return new Ssa(LLVMBuildICmp(builder, predicate, a.ref(), b.ref(), ""));
    }

    Ssa compareFloats(int predicate, Ssa a, Ssa b) {
        return new Ssa(LLVMBuildFCmp(builder, predicate, a.ref(), b.ref(), ""));
    }

    Ssa select(Ssa condition, Ssa a, Ssa b) {
        return new Ssa(LLVMBuildSelect(builder, condition.ref(), a.ref(), b.ref(), ""));
    }

    /// A call of an intrinsic, `llvm.fma`, at the given overloads.
    Ssa intrinsic(String name, List<LlvmModule.Type> overloads, Ssa... arguments) {
        int id = LLVMLookupIntrinsicID(name, name.length());
        var types = new PointerPointer<>(overloads.stream().map(LlvmModule.Type::ref).toArray(LLVMTypeRef[]::new));
        var declaration = LLVMGetIntrinsicDeclaration(module.ref(), id, types, overloads.size());
        var type = LLVMIntrinsicGetType(context, id, types, overloads.size());
        return new Ssa(LLVMBuildCall2(builder, type, declaration, refs(arguments), arguments.length, ""));
    }

    // Vectors.

    Ssa splat(Ssa x, int lanes) {
        if (lanes == 1) {
            return x;
        }
        var none = new Ssa(LLVMGetPoison(vector(typeOf(x), lanes).ref()));
        return shuffle(insert(none, x, 0), none, IntStream.range(0, lanes).map(_ -> 0).toArray());
    }

    /// The vector whose lane `l` is lane `from[l]` of `a` and `b` side by side; -1 for a lane that does not matter.
    Ssa shuffle(Ssa a, Ssa b, int[] from) {
        var i32 = LLVMInt32TypeInContext(context);
        var mask = Arrays.stream(from).mapToObj(l -> l < 0 ? LLVMGetPoison(i32) : LLVMConstInt(i32, l, 0)).toArray(LLVMValueRef[]::new);
        return new Ssa(LLVMBuildShuffleVector(builder, a.ref(), b.ref(), constants(mask).ref(), ""));
    }

    /// A vector none of whose lanes matters.
    Ssa nothing(LlvmModule.Type type) {
        return new Ssa(LLVMGetPoison(type.ref()));
    }

    Ssa insert(Ssa vector, Ssa x, int lane) {
        return new Ssa(LLVMBuildInsertElement(builder, vector.ref(), x.ref(), index(lane).ref(), ""));
    }

    Ssa extract(Ssa vector, int lane) {
        return new Ssa(LLVMBuildExtractElement(builder, vector.ref(), index(lane).ref(), ""));
    }

    // Memory.

    /// The address of element `index`, an address per lane for a vector of indices.
    Ssa address(LlvmModule.Type element, Ssa base, Ssa index) {
        return new Ssa(LLVMBuildGEP2(builder, element.ref(), base.ref(), refs(index), 1, ""));
    }

    Ssa load(LlvmModule.Type type, Ssa address, int alignment) {
        var load = LLVMBuildLoad2(builder, type.ref(), address.ref(), "");
        LLVMSetAlignment(load, alignment);
        return new Ssa(load);
    }

    void store(Ssa value, Ssa address, int alignment) {
        LLVMSetAlignment(LLVMBuildStore(builder, value.ref(), address.ref()), alignment);
    }

    Ssa loadAtomic(LlvmModule.Type type, Ssa address, int ordering) {
        Ssa load = load(type, address, Long.BYTES);
        LLVMSetOrdering(load.ref(), ordering);
        return load;
    }

    void storeAtomic(Ssa value, Ssa address, int ordering) {
        var store = LLVMBuildStore(builder, value.ref(), address.ref());
        LLVMSetAlignment(store, Long.BYTES);
        LLVMSetOrdering(store, ordering);
    }

    /// Adds to memory atomically, and yields what was there.
    Ssa addAtomic(Ssa address, Ssa value) {
        return new Ssa(LLVMBuildAtomicRMW(builder, LLVMAtomicRMWBinOpAdd, address.ref(), value.ref(), LLVMAtomicOrderingAcquireRelease, 0));
    }

    /// A place in the frame of the function for a value that changes. LLVM turns it into a register.
    Ssa local(String name, LlvmModule.Type type) {
        var here = LLVMGetInsertBlock(builder);
        at(entry);
        var place = new Ssa(LLVMBuildAlloca(builder, type.ref(), ascii(name)));
        LLVMPositionBuilderAtEnd(builder, here);
        return place;
    }

    Ssa read(LlvmModule.Type type, Ssa place) {
        return new Ssa(LLVMBuildLoad2(builder, type.ref(), place.ref(), ""));
    }

    void write(Ssa place, Ssa value) {
        LLVMBuildStore(builder, value.ref(), place.ref());
    }

    // Control.

    Ssa parameter(int index, String name) {
        return named(new Ssa(LLVMGetParam(function.ref(), index)), name);
    }

    /// Gives a value a name for readers of the text.
    Ssa named(Ssa value, String name) {
        String ascii = ascii(name);
        LLVMSetValueName2(value.ref(), ascii, ascii.length());
        return value;
    }

    private static String ascii(String name) {
        return name.codePoints().allMatch(c -> c < 128) ? name : name.replaceAll("[^ -~]", "_");
    }

    void call(LlvmModule.Function callee, Ssa... arguments) {
        LLVMBuildCall2(builder, callee.type().ref(), callee.ref(), refs(arguments), arguments.length, "");
    }

    /// Inline assembly with side effects.
    void assembly(Cpu.Assembly code) {
        var type = LLVMFunctionType(LLVMVoidTypeInContext(context), new PointerPointer<>(0), 0, 0);
        var callee = LLVMGetInlineAsm(type, code.text(), code.text().length(), code.clobbers(), code.clobbers().length(),
                1, 0, LLVMInlineAsmDialectATT, 0);
        LLVMBuildCall2(builder, type, callee, new PointerPointer<>(0), 0, "");
    }

    /// Runs `body` for `from, from + step, …` below `to`. Tested at the bottom, behind a guard: the shape that LLVM's loop passes want.
    /// The step is said not to wrap, as no extent is anywhere near 2^63.
    void loop(String name, Ssa from, Ssa to, long step, Consumer<Ssa> body) {
        var before = LLVMGetInsertBlock(builder);
        Label inside = label(name);
        Label after = label(name + ".end");
        branch(compareIntegers(LLVMIntSLT, from, to), inside, after);
        at(inside);
        var i = LLVMBuildPhi(builder, LLVMInt64TypeInContext(context), ascii(name));
        body.accept(new Ssa(i));
        var next = new Ssa(LLVMBuildNSWAdd(builder, i, index(step).ref(), ""));
        var latch = LLVMGetInsertBlock(builder);
        branch(compareIntegers(LLVMIntSLT, next, to), inside, after);
        LLVMAddIncoming(i, refs(from, next), new PointerPointer<>(before, latch), 2);
        at(after);
    }

    /// Runs `head`, and while the bool that it yields holds, `body` and `head` again.
    void repeat(Supplier<Ssa> head, Runnable body) {
        Label top = label("while");
        Label inside = label("while.body");
        Label after = label("while.end");
        jump(top);
        at(top);
        branch(head.get(), inside, after);
        at(inside);
        body.run();
        jump(top);
        at(after);
    }

    void when(Ssa condition, Runnable then, Runnable otherwise) {
        Label yes = label("then");
        Label no = label("else");
        Label after = label("end");
        branch(condition, yes, no);
        at(yes);
        then.run();
        jump(after);
        at(no);
        otherwise.run();
        jump(after);
        at(after);
    }

    private Label label(String name) {
        return new Label(LLVMAppendBasicBlockInContext(context, function.ref(), ascii(name)));
    }

    private void at(Label label) {
        LLVMPositionBuilderAtEnd(builder, label.ref());
    }

    private void jump(Label to) {
        LLVMBuildBr(builder, to.ref());
    }

    private void branch(Ssa condition, Label yes, Label no) {
        LLVMBuildCondBr(builder, condition.ref(), yes.ref(), no.ref());
    }

    private static PointerPointer<LLVMValueRef> refs(Ssa... values) {
        return new PointerPointer<>(Arrays.stream(values).map(Ssa::ref).toArray(LLVMValueRef[]::new));
    }
}
