package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;

/// Writes statements. The operand stack is empty before and after each.
final class Statements {
    private final MethodBody method;
    private final Map<Kernel, Method> callees;
    private final Instructions code;

    /// @param callees the method of every kernel that may be launched
    Statements(MethodBody method, Map<Kernel, Method> callees) {
        this.method = method;
        this.callees = callees;
        this.code = method.code();
    }

    /// Writes a list; the names that it declares end with it.
    void list(List<Stmt> statements) {
        int mark = code.mark();
        statements.forEach(this::write);
        code.release(mark);
    }

    private void write(Stmt statement) {
        switch (statement) {
            case Stmt.Let(var name, var value) -> {
                ElementType carrier = name.type() != ElementType.BOOL || name.lanes() == 1 ? name.type()
                        : name.isMutable() ? method.masks().carrierOf(value) : method.masks().keptAs(value);
                define(method.frame().bind(name, carrier), value);
            }
            case Stmt.Assign(var name, var value) -> define(method.frame().slot(name), value);
            case Stmt.Store(var to, var index, var value, var mask) -> store(new Stmt.Store(to, index, value, mask));
            case Stmt.For loop -> loop(loop);
            case Stmt.If(var condition, var then, var otherwise) -> {
                Label no = new Label();
                method.scalars().jumpUnless(condition, no);
                list(then);
                if (otherwise.isEmpty()) {
                    code.place(no);
                } else {
                    Label end = new Label();
                    code.jump(GOTO, end);
                    code.place(no);
                    list(otherwise);
                    code.place(end);
                }
            }
            case Stmt.While(var head, var condition, var body) -> {
                Label top = new Label();
                Label end = new Label();
                int mark = code.mark();
                code.place(top);
                head.forEach(this::write);
                method.scalars().jumpUnless(condition, end);
                list(body);
                code.jump(GOTO, top);
                code.place(end);
                code.release(mark);
            }
            case Stmt.Launch(var kernel, var arguments) -> call(callees.get(kernel), arguments);
            case Stmt.Barrier() -> method.barrier();
        }
    }

    private void define(Frame.Slot slot, Expr value) {
        if (value.lanes() == 1) {
            method.scalars().push(value);
            code.store(value.type(), slot.locals()[0]);
            return;
        }
        method.frame().sharing(method.vectors().repeats(value), () -> {
            if (slot.carrier() == ElementType.BOOL) {
                method.masks().pushBits(value);
                code.store(ElementType.I64, slot.locals()[0]);
                return;
            }
            int parts = slot.locals().length;
            for (int p = 0; p < parts; p++) {
                pushPart(value, slot.carrier(), p);
            }
            for (int p = parts - 1; p >= 0; p--) {
                code.storeReference(slot.locals()[p]);
            }
        });
    }

    private void pushPart(Expr vector, ElementType carrier, int part) {
        if (vector.type() == ElementType.BOOL) {
            method.masks().push(vector, carrier, part);
        } else {
            method.vectors().push(vector, part);
        }
    }

    private void store(Stmt.Store store) {
        if (store.value().lanes() == 1) {
            method.memory().storeScalar(store.to(), store.index(), store.value(), store.mask());
            return;
        }
        boolean repeats = method.vectors().repeats(store.value()) || method.vectors().repeats(store.mask());
        method.frame().sharing(repeats, () -> {
            if (store.to().type() == ElementType.BOOL) {
                method.memory().storeMask(store.to(), store.index(), store.value(), store.mask());
            } else {
                method.memory().storeVector(store.to(), store.index(), store.value(), store.mask());
            }
        });
    }

    private void loop(Stmt.For loop) {
        if (method.target().vectorBits() > 0 && Slices.fits(loop)) {
            countedLoop(loop);
            return;
        }
        int mark = code.mark();
        Label body = new Label();
        Label test = new Label();
        int i = method.frame().bindScalar(loop.i());
        method.scalars().push(loop.from());
        code.store(ElementType.I64, i);
        int end = code.newLocal(ElementType.I64);
        method.scalars().push(loop.to());
        code.store(ElementType.I64, end);
        code.jump(GOTO, test);
        code.place(body);
        list(loop.body());
        code.load(ElementType.I64, i);
        code.push(loop.step());
        code.op(LADD);
        code.store(ElementType.I64, i);
        code.place(test);
        code.load(ElementType.I64, i);
        code.load(ElementType.I64, end);
        code.op(LCMP);
        code.jump(IFLT, body);
        code.release(mark);
    }

    /// A loop from one constant to another, with the slices of the memory that it goes through.
    private void countedLoop(Stmt.For loop) {
        int mark = code.mark();
        method.slices().enter(loop);
        Label body = new Label();
        int i = method.frame().bindScalar(loop.i());
        int count = code.newLocal(ElementType.I32);
        code.push((int) ((Expr.Const) loop.from()).bits());
        code.store(ElementType.I32, count);
        code.place(body);
        code.load(ElementType.I32, count);
        code.op(I2L);
        code.store(ElementType.I64, i);
        list(loop.body());
        code.load(ElementType.I32, count);
        code.push((int) loop.step());
        code.op(IADD);
        code.op(DUP);
        code.store(ElementType.I32, count);
        code.push((int) ((Expr.Const) loop.to()).bits());
        code.jump(IF_ICMPLT, body);
        method.slices().leave();
        code.release(mark);
    }

    private void call(Method callee, List<Expr> arguments) {
        method.pushTables();
        for (int a = 0; a < arguments.size(); a++) {
            Expr argument = arguments.get(a);
            if (argument.lanes() == 1) {
                method.scalars().push(argument);
            } else {
                method.masks().pushBits(argument);
            }
        }
        code.invokeStatic(method.target().owner(), callee.name(), callee.descriptor());
        if (callee.result() != null) {
            code.store(callee.result().type(), method.frame().slot(callee.result()).locals()[0]);
        }
    }
}
