package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import org.objectweb.asm.Label;

/// Pushes scalar expressions.
final class Scalars {
    private static final String MATH = "java/lang/Math";

    private final MethodBody method;
    private final Instructions code;

    Scalars(MethodBody method) {
        this.method = method;
        this.code = method.code();
    }

    /// Pushes the value of `e`, a bool as 0 or 1.
    void push(Expr e) {
        switch (e) {
            case Expr.Const c -> constant(c);
            case Expr.Var name -> code.load(name.type(), method.frame().slot(name).locals()[0]);
            case Expr.Apply(var fn, var arguments) -> apply(fn, arguments);
            case Expr.Cast(var type, var x) -> {
                push(x);
                cast(x.type(), type);
            }
            case Expr.Bitcast(var type, var x) -> {
                push(x);
                bitcast(x.type(), type);
            }
            case Expr.Load load -> method.memory().pushScalar(load);
            case Expr.Splat(var x, _) -> push(x);
            case Expr.Ramp(var base, _, _) -> push(base);
            case Expr.FirstLanes _ -> code.truthOf(no -> jumpUnless(e, no));
            case Expr.Halve(var fn, var x) -> {
                if (x.lanes() == 1) {
                    push(x);
                } else {
                    method.vectors().pushHalved(fn, x);
                }
            }
        }
    }

    /// Pushes `e`, an operand of a vector: computed once if it is needed for several parts.
    void pushShared(Expr e) {
        if (e instanceof Expr.Const || e instanceof Expr.Var) {
            push(e);
        } else {
            method.frame().shareScalar(e, () -> push(e));
        }
    }

    /// Jumps to `target` if the bool `condition` is false.
    void jumpUnless(Expr condition, Label target) {
        switch (condition) {
            case Expr.Apply(var fn, var arguments) when fn.isComparison() -> compare(fn, arguments, target);
            case Expr.Apply(var fn, var arguments) when fn == Fn.NOT -> {
                push(arguments.getFirst());
                code.jump(IFNE, target);
            }
            case Expr.FirstLanes(var count, _) -> {
                push(count);
                code.push(0L);
                code.op(LCMP);
                code.jump(IFLE, target);
            }
            default -> {
                push(condition);
                code.jump(IFEQ, target);
            }
        }
    }

    /// Jumps if the comparison does not hold: always, for NaN and a comparison other than `NE`.
    private void compare(Fn fn, List<Expr> arguments, Label target) {
        ElementType type = arguments.getFirst().type();
        arguments.forEach(this::push);
        switch (type) {
            case I32, BOOL -> code.jump(switch (fn) {
                case EQ -> IF_ICMPNE;
                case NE -> IF_ICMPEQ;
                case LT -> IF_ICMPGE;
                default -> IF_ICMPGT;
            }, target);
            case I64, F32, F64 -> {
                // DCMPG and FCMPG answer 1 for NaN
                code.op(type == ElementType.I64 ? LCMP : type == ElementType.F32 ? FCMPG : DCMPG);
                code.jump(switch (fn) {
                    case EQ -> IFNE;
                    case NE -> IFEQ;
                    case LT -> IFGE;
                    default -> IFGT;
                }, target);
            }
        }
    }

    private void constant(Expr.Const c) {
        switch (c.type()) {
            case F32 -> code.push((float) c.asDouble());
            case F64 -> code.push(c.asDouble());
            case I32, BOOL -> code.push((int) c.bits());
            case I64 -> code.push(c.bits());
        }
    }

    private void apply(Fn fn, List<Expr> arguments) {
        if (fn.isComparison()) {
            code.truthOf(no -> compare(fn, arguments, no));
        } else if (fn == Fn.SELECT) {
            select(arguments.get(0), arguments.get(1), arguments.get(2));
        } else {
            ElementType type = arguments.getFirst().type();
            boolean safe = arguments.getLast() instanceof Expr.Const(_, long divisor, _) && divisor != 0;
            widenFor(fn, type, arguments.get(0));
            for (int i = 1; i < arguments.size(); i++) {
                push(arguments.get(i));
            }
            apply(fn, type, safe);
        }
    }

    /// Math's rounding functions and square root are of doubles; going through them is exact for floats.
    private void widenFor(Fn fn, ElementType type, Expr first) {
        push(first);
        if (type == ElementType.F32 && throughDouble(fn)) {
            code.op(F2D);
        }
    }

    private static boolean throughDouble(Fn fn) {
        return switch (fn) {
            case SQRT, FLOOR, CEIL, RINT, TRUNC -> true;
            default -> false;
        };
    }

    /// Applies a function that is neither a comparison nor a selection to operands on the stack.
    ///
    /// @param nonZero whether the last operand is known not to be zero
    void apply(Fn fn, ElementType type, boolean nonZero) {
        switch (fn) {
            case ADD -> code.op(IADD, type);
            case SUB -> code.op(ISUB, type);
            case MUL -> code.op(IMUL, type);
            case DIV, REM -> {
                if (type.isFloat() || nonZero) {
                    code.op(fn == Fn.DIV ? IDIV : IREM, type);
                } else {
                    method.target().support().call(code, Helper.division(fn, type));
                }
            }
            case NEG -> code.op(INEG, type);
            case ABS -> math("abs", type, 1);
            case MIN -> math("min", type, 2);
            case MAX -> math("max", type, 2);
            case FMA -> math("fma", type, 3);
            case SQRT -> throughDouble("sqrt", type);
            case FLOOR -> throughDouble("floor", type);
            case CEIL -> throughDouble("ceil", type);
            case RINT -> throughDouble("rint", type);
            case TRUNC -> {
                method.target().support().call(code, Helper.TRUNC);
                narrow(type);
            }
            case AND -> code.op(IAND, type);
            case OR -> code.op(IOR, type);
            case XOR -> code.op(IXOR, type);
            case NOT -> {
                if (type == ElementType.I64) {
                    code.push(-1L);
                } else {
                    code.push(type == ElementType.BOOL ? 1 : -1);
                }
                code.op(IXOR, type);
            }
            case SHL, SHR, USHR -> {
                if (type == ElementType.I64) {
                    code.op(L2I);
                }
                code.op(fn == Fn.SHL ? ISHL : fn == Fn.SHR ? ISHR : IUSHR, type);
            }
            default -> throw new IllegalStateException(fn + " of " + type);
        }
    }

    private void math(String name, ElementType type, int arity) {
        String descriptor = Instructions.typeOf(type).getDescriptor();
        code.invokeStatic(MATH, name, "(" + descriptor.repeat(arity) + ")" + descriptor);
    }

    private void throughDouble(String name, ElementType type) {
        math(name, ElementType.F64, 1);
        narrow(type);
    }

    private void narrow(ElementType type) {
        if (type == ElementType.F32) {
            code.op(D2F);
        }
    }

    private void select(Expr condition, Expr yes, Expr no) {
        Label otherwise = new Label();
        Label end = new Label();
        jumpUnless(condition, otherwise);
        push(yes);
        code.jump(GOTO, end);
        code.place(otherwise);
        push(no);
        code.place(end);
    }

    /// Converts the scalar on top. The JVM's conversions are the Loop IR's: saturating, with 0 for NaN.
    private void cast(ElementType from, ElementType to) {
        if (from == to) {
            return;
        }
        if (to == ElementType.BOOL) {
            code.truthOf(no -> jumpIfZero(from, no));
            return;
        }
        int opcode = switch (from) {
            case I32, BOOL -> switch (to) {
                case F32 -> I2F;
                case F64 -> I2D;
                case I64 -> I2L;
                default -> NOP;
            };
            case I64 -> switch (to) {
                case F32 -> L2F;
                case F64 -> L2D;
                default -> L2I;
            };
            case F32 -> switch (to) {
                case F64 -> F2D;
                case I64 -> F2L;
                default -> F2I;
            };
            case F64 -> switch (to) {
                case F32 -> D2F;
                case I64 -> D2L;
                default -> D2I;
            };
        };
        if (opcode != NOP) {
            code.op(opcode);
        }
    }

    private void jumpIfZero(ElementType type, Label target) {
        switch (type) {
            case I64 -> {
                code.push(0L);
                code.op(LCMP);
            }
            case F32 -> {
                code.push(0f);
                code.op(FCMPG);
            }
            case F64 -> {
                code.push(0d);
                code.op(DCMPG);
            }
            case I32, BOOL -> { }
        }
        code.jump(IFEQ, target);
    }

    private void bitcast(ElementType from, ElementType to) {
        if (from == to) {
            return;
        }
        switch (from) {
            case F32 -> code.invokeStatic("java/lang/Float", "floatToRawIntBits", "(F)I");
            case F64 -> code.invokeStatic("java/lang/Double", "doubleToRawLongBits", "(D)J");
            case I32 -> code.invokeStatic("java/lang/Float", "intBitsToFloat", "(I)F");
            case I64 -> code.invokeStatic("java/lang/Double", "longBitsToDouble", "(J)D");
            case BOOL -> throw new IllegalStateException("the bits of a bool");
        }
    }
}
