package dev.sinter.ir.loop;

import dev.sinter.ir.type.ElementType;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Writes loop programs as text, for people and for golden tests.
///
/// The program comes first, then its kernels in the order of their first launch. Names are made unique by a number (`x`, `x_2`);
/// everything else follows from the program alone, so equal programs print equally. A vector's type is written `f32x8`; `a[i : 8]` are
/// eight elements from `i`, `a[i : 8 by 3]` every third, `if m` the mask.
public final class LoopPrinter {
    private final StringBuilder text = new StringBuilder();
    private final Map<Expr.Var, String> names = new IdentityHashMap<>();
    private final Map<Buffer, String> buffers = new IdentityHashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Set<Kernel> kernels = new LinkedHashSet<>();
    private int depth;

    private LoopPrinter() {
        names.put(LoopProgram.MEMBER, unique("member"));
        names.put(LoopProgram.MEMBERS, unique("members"));
    }

    /// The text of a program.
    public static String print(LoopProgram program) {
        var printer = new LoopPrinter();
        printer.program(program);
        return printer.text.toString();
    }

    /// The text of a kernel alone.
    public static String print(Kernel kernel) {
        var printer = new LoopPrinter();
        printer.kernel(kernel);
        return printer.text.toString();
    }

    /// The text of some statements alone; names that they do not define print as their hints.
    public static String print(List<Stmt> statements) {
        var printer = new LoopPrinter();
        printer.block(statements);
        return printer.text.toString();
    }

    private void program(LoopProgram program) {
        line("program " + program.name() + "(" + program.dims().stream().map(this::define).collect(Collectors.joining(", ")) + ") arena " + program.arena());
        depth++;
        for (Buffer buffer : program.buffers()) {
            String offset = program.offsets().containsKey(buffer) ? " at " + program.offsets().get(buffer) : "";
            line(buffer.role().name().toLowerCase(java.util.Locale.ROOT) + " " + name(buffer) + ": " + buffer.type() + "[" + buffer.elements() + "]" + offset);
        }
        depth--;
        block(program.body());
        for (Kernel kernel : kernels) {
            text.append('\n');
            kernel(kernel);
        }
    }

    private void kernel(Kernel kernel) {
        var outer = new HashSet<>(taken);                        // kernels share no names with each other
        String parameters = kernel.parameters().stream().map(p -> define(p) + ": " + type(p)).collect(Collectors.joining(", "));
        line("kernel " + kernel.name() + "(" + parameters + ")" + (kernel.origin().isEmpty() ? "" : "  // " + kernel.origin()));
        block(kernel.body());
        taken.retainAll(outer);
    }

    private void block(List<Stmt> statements) {
        depth++;
        statements.forEach(this::statement);
        depth--;
    }

    private void statement(Stmt statement) {
        switch (statement) {
            case Stmt.Let(var name, var value) -> {
                String right = whole(value);
                line((name.isMutable() ? "var " : "let ") + define(name) + ": " + type(name) + " = " + right);
            }
            case Stmt.Assign(var name, var value) -> line(name(name) + " = " + whole(value));
            case Stmt.Store(var to, var index, var value, var mask) ->
                    line(name(to) + "[" + whole(index) + lanes(value.lanes(), 1, 1) + "] = " + whole(value) + (mask == null ? "" : " if " + whole(mask)));
            case Stmt.For loop -> {
                String range = whole(loop.from()) + " .. " + whole(loop.to());
                String step = loop.step() == 1 ? "" : " by " + loop.step();
                String binding = loop.binding() == Stmt.Binding.SERIAL ? "" : " " + loop.binding().name().toLowerCase(java.util.Locale.ROOT);
                line("for " + define(loop.i()) + " in " + range + step + binding);
                block(loop.body());
            }
            case Stmt.If(var condition, var then, var otherwise) -> {
                line("if " + whole(condition));
                block(then);
                if (!otherwise.isEmpty()) {
                    line("else");
                    block(otherwise);
                }
            }
            case Stmt.While(var head, var condition, var body) -> {
                line("loop");
                block(head);
                line("while " + whole(condition));
                block(body);
            }
            case Stmt.Launch(var kernel, var arguments) -> {
                kernels.add(kernel);
                line("launch " + kernel.name() + "(" + arguments.stream().map(this::whole).collect(Collectors.joining(", ")) + ")");
            }
            case Stmt.Barrier() -> line("barrier");
        }
    }

    /// An expression that nothing follows.
    private String whole(Expr expression) {
        String inside = expression(expression);
        boolean bracketed = expression instanceof Expr.Apply(var fn, _) && sign(fn) != null && fn.arity() == 2;
        return bracketed ? inside.substring(1, inside.length() - 1) : inside;
    }

    private String expression(Expr expression) {
        return switch (expression) {
            case Expr.Const c -> c.lanes() == 1 ? number(c) : "splat" + c.lanes() + "(" + number(c) + ")";
            case Expr.Var name -> name(name);
            case Expr.Apply(var fn, var arguments) -> sign(fn) == null
                    ? fn + "(" + arguments.stream().map(this::whole).collect(Collectors.joining(", ")) + ")"
                    : fn.arity() == 1
                    ? sign(fn) + expression(arguments.get(0))
                    : "(" + expression(arguments.get(0)) + " " + sign(fn) + " " + expression(arguments.get(1)) + ")";
            case Expr.Cast(var type, var x) -> type + "(" + whole(x) + ")";
            case Expr.Bitcast(var type, var x) -> "bits_" + type + "(" + whole(x) + ")";
            case Expr.Load load -> name(load.buffer()) + "[" + whole(load.index()) + lanes(load.lanes(), load.stride(), load.times())
                    + (load.mask() == null ? "" : " if " + whole(load.mask())) + (load.ahead() == 0 ? "" : ", ahead " + load.ahead()) + "]";
            case Expr.Splat(var x, var lanes) -> "splat" + lanes + "(" + whole(x) + ")";
            case Expr.Ramp(var base, var stride, var lanes) -> "ramp" + lanes + "(" + whole(base) + ", " + stride + ")";
            case Expr.FirstLanes(var count, var lanes) -> "first" + lanes + "(" + whole(count) + ")";
            case Expr.Halve(var fn, var x) -> "halve_" + fn + "(" + whole(x) + ")";
        };
    }

    private static String sign(Fn fn) {
        return switch (fn) {
            case ADD -> "+";
            case SUB -> "-";
            case MUL -> "*";
            case DIV -> "/";
            case REM -> "%";
            case AND -> "&";
            case OR -> "|";
            case XOR -> "^";
            case SHL -> "<<";
            case SHR -> ">>";
            case USHR -> ">>>";
            case EQ -> "==";
            case NE -> "!=";
            case LT -> "<";
            case LE -> "<=";
            case NEG -> "-";
            case NOT -> "~";
            default -> null;
        };
    }

    private static String number(Expr.Const c) {
        return switch (c.type()) {
            case F32 -> (float) c.asDouble() + "f";
            case F64 -> Double.toString(c.asDouble());
            case I32 -> (int) c.bits() + "i";
            case I64 -> Long.toString(c.bits());
            case BOOL -> c.bits() != 0 ? "true" : "false";
        };
    }

    private static String lanes(int lanes, int stride, int times) {
        return lanes == 1 ? "" : " : " + lanes + (stride == 1 ? "" : " by " + stride) + (times == 1 ? "" : " each " + times + " times");
    }

    private static String type(Expr expression) {
        ElementType type = expression.type();
        return expression.lanes() == 1 ? type.toString() : type + "x" + expression.lanes();
    }

    private String define(Expr.Var name) {
        String unique = unique(name.name());
        names.put(name, unique);
        return unique;
    }

    private String name(Expr.Var name) {
        return names.getOrDefault(name, name.name());
    }

    private String name(Buffer buffer) {
        return buffers.computeIfAbsent(buffer, b -> unique(b.name()));
    }

    private String unique(String hint) {
        String candidate = hint;
        for (int i = 2; !taken.add(candidate); i++) {
            candidate = hint + "_" + i;
        }
        return candidate;
    }

    private void line(String line) {
        text.append("  ".repeat(depth)).append(line).append('\n');
    }
}
