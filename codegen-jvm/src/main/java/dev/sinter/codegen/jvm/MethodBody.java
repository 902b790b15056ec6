package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.objectweb.asm.MethodVisitor;

/// The code of one [Method] while it is written: what its parts share.
final class MethodBody {
    private static final int DIMS = 0;
    private static final int BUFFERS = 1;
    private static final int TEAM = 2;
    private static final int MEMBER = 3;

    private final Target target;
    private final Instructions code;
    private final Frame frame;
    private final Scalars scalars;
    private final Vectors vectors;
    private final Masks masks;
    private final Memory memory;
    private final Statements statements;
    private final Slices slices;
    private final Map<Buffer, Integer> segments = new IdentityHashMap<>();

    private final MethodVisitor out;
    private final boolean closed;
    private final Runnable atFirstStore;
    private boolean stores;

    /// Code of `target` to be written to `out`, which calls the methods of `callees` where kernels are launched, as it is.
    MethodBody(Target target, Map<Kernel, Method> callees, MethodVisitor out) {
        this(target, callees, out, false, _ -> { });
    }

    /// Code of `target` to be written to `out`, which calls the methods of `callees` where kernels are launched.
    ///
    /// @param closed       whether the method is closed to C1, see [FirstCompiler]
    /// @param atFirstStore what is to be done, or written, before the first vector is stored
    MethodBody(Target target, Map<Kernel, Method> callees, MethodVisitor out, boolean closed, Consumer<Instructions> atFirstStore) {
        this.target = target;
        this.out = out;
        this.closed = closed;
        this.code = new Instructions(out, Method.FIRST_PARAMETER);
        this.atFirstStore = () -> atFirstStore.accept(code);
        this.frame = new Frame(code, target.vectorBits());
        this.scalars = new Scalars(this);
        this.vectors = new Vectors(this);
        this.masks = new Masks(this);
        this.memory = new Memory(this);
        this.slices = new Slices(this);
        this.statements = new Statements(this, callees);
    }

    /// Writes the method: the dims and buffers that it mentions are brought into locals first.
    void write(Method method) {
        if (closed) {
            FirstCompiler.close(out, code, MEMBER);
        }
        open(method);
        if (target.vectorBits() > 0) {
            slices.open(method.body());
        }
        statements.list(method.body());
        if (method.result() == null) {
            code.op(RETURN);
        } else {
            scalars.push(method.result());
            code.op(IRETURN, method.result().type());
        }
    }

    /// Writes what comes before the statements.
    void open(Method method) {
        var mentions = Mentions.of(method.body());
        method.parameters().forEach(p -> frame.bind(p, ElementType.BOOL));
        for (Expr.Var name : mentions.free()) {
            int dim = target.program().dims().indexOf(name);
            long stride = target.spill().stride(name);
            if (name == LoopProgram.MEMBER) {
                code.load(ElementType.I32, MEMBER);
                code.op(I2L);
            } else if (name == LoopProgram.MEMBERS) {
                pushTeam();
                code.invokeVirtual("dev/sinter/runtime/Team", "size", "()I");
                code.op(I2L);
            } else if (dim >= 0) {
                code.loadReference(DIMS);
                code.push(dim);
                code.op(LALOAD);
            } else if (stride >= 0) {
                code.load(ElementType.I32, MEMBER);
                code.op(I2L);
                code.push(stride);
                code.op(LMUL);
            } else {
                continue;
            }
            code.store(ElementType.I64, frame.bindScalar(name));
        }
        boolean loops = method.body().stream().anyMatch(MethodBody::hasLoop);
        for (Buffer buffer : mentions.buffers()) {
            code.loadReference(BUFFERS);
            Expr.Var number = method.buffers().get(buffer);
            if (number == null) {
                code.push(target.index(buffer));
            } else {
                scalars.push(number);
                code.op(L2I);
            }
            code.op(AALOAD);
            target.support().knowSegment(code);
            int local = code.newLocal(1);
            code.storeReference(local);
            segments.put(buffer, local);
            if (loops) {
                target.support().knowAccess(code, local);
            }
        }
    }

    private static boolean hasLoop(Stmt statement) {
        return switch (statement) {
            case Stmt.For _, Stmt.While _ -> true;
            case Stmt.If(_, var then, var otherwise) -> then.stream().anyMatch(MethodBody::hasLoop) || otherwise.stream().anyMatch(MethodBody::hasLoop);
            case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Launch _, Stmt.Barrier _ -> false;
        };
    }

    /// A vector is about to be stored.
    void beforeStores() {
        if (!stores) {
            stores = true;
            atFirstStore.run();
        }
    }

    /// Pushes the memory of a buffer.
    void segment(Buffer buffer) {
        code.loadReference(segments.get(buffer));
    }

    /// Pushes the team.
    void pushTeam() {
        code.loadReference(TEAM);
    }

    /// Pushes the tables, which every method takes first.
    void pushTables() {
        code.loadReference(DIMS);
        code.loadReference(BUFFERS);
        code.loadReference(TEAM);
        code.load(ElementType.I32, MEMBER);
    }

    /// Waits for the team.
    void barrier() {
        pushTeam();
        code.load(ElementType.I32, MEMBER);
        code.invokeVirtual("dev/sinter/runtime/Team", "barrier", "(I)V");
    }

    Target target() {
        return target;
    }

    Instructions code() {
        return code;
    }

    Frame frame() {
        return frame;
    }

    Scalars scalars() {
        return scalars;
    }

    Vectors vectors() {
        return vectors;
    }

    Masks masks() {
        return masks;
    }

    Memory memory() {
        return memory;
    }

    Slices slices() {
        return slices;
    }

    Statements statements() {
        return statements;
    }
}
