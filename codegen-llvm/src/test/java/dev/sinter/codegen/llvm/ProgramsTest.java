package dev.sinter.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.loop.math.ExpandMath;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Control flow, reductions, teams and refusals. What is right is what the Loop IR's interpreter says.
class ProgramsTest {
    private static final Expr.Var N = Expr.Var.index("N");
    private static final Buffer X = new Buffer("x", ElementType.F32, Dim.named("N"), Buffer.Role.INPUT);
    private static final Buffer I = new Buffer("i", ElementType.I64, Dim.named("N"), Buffer.Role.INPUT);
    private static final Buffer Y = new Buffer("y", ElementType.F32, Dim.named("N"), Buffer.Role.OUTPUT);
    private static final Buffer Z = new Buffer("z", ElementType.I64, Dim.named("N"), Buffer.Role.OUTPUT);
    private static final Buffer S = new Buffer("s", ElementType.F32, Dim.named("N"), Buffer.Role.STATE);
    private static final Buffer T = new Buffer("t", ElementType.I64, Dim.named("members").times(8), Buffer.Role.TEMP);

    @TestFactory
    Stream<DynamicNode> programs() {
        return onAllLevels(List.of(
                kernel("sums", k -> k.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> {
                    var sum = b.accumulator("sum", Expr.constant(ElementType.F32, 0));
                    b.loop("j", i, N, 3, Stmt.Binding.SERIAL, (c, j) -> c.assign(sum, Expr.apply(Fn.FMA, Expr.load(X, j), Expr.load(X, i), sum)));
                    b.store(Y, i, sum);
                })),
                kernel("branches", k -> k.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> {
                    var then = new Block();
                    then.store(Y, i, Expr.apply(Fn.SQRT, Expr.load(X, i)));
                    var otherwise = new Block();
                    otherwise.store(Z, i, Expr.apply(Fn.NEG, Expr.load(I, i)));
                    otherwise.when(Expr.apply(Fn.LT, i, Expr.index(5)), c -> c.store(Y, i, Expr.constant(ElementType.F32, 5)));
                    b.add(new Stmt.If(Expr.apply(Fn.LE, Expr.constant(ElementType.F32, 0), Expr.load(X, i)), then.statements(), otherwise.statements()));
                })),
                kernel("collatz", k -> k.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> {
                    var value = b.accumulator("value", Expr.plus(i, Expr.index(1)));
                    var steps = b.accumulator("steps", Expr.index(0));
                    var head = new Block();
                    Expr odd = head.let("odd", Expr.apply(Fn.AND, value, Expr.index(1)));
                    var body = new Block();
                    body.assign(value, Expr.apply(Fn.SELECT, Expr.apply(Fn.EQ, odd, Expr.index(0)), Expr.apply(Fn.SHR, value, Expr.index(1)),
                            Expr.plus(Expr.times(value, Expr.index(3)), Expr.index(1))));
                    body.assign(steps, Expr.plus(steps, Expr.index(1)));
                    b.add(new Stmt.While(head.statements(), Expr.apply(Fn.NE, value, Expr.index(1)), body.statements()));
                    b.store(Z, i, steps);
                })),
                kernel("lanes", k -> {
                    var total = k.accumulator("total", new Expr.Splat(Expr.constant(ElementType.F32, 0), 64));
                    k.loop("i", Expr.index(0), N, 64, Stmt.Binding.SERIAL, (b, i) -> b.assign(total, Expr.apply(Fn.ADD, total,
                            new Expr.Load(X, i, 64, 1, new Expr.FirstLanes(Expr.apply(Fn.SUB, N, i), 64)))));
                    for (Fn fn : List.of(Fn.ADD, Fn.SUB, Fn.DIV, Fn.MUL, Fn.MAX, Fn.MIN)) {
                        k.when(Expr.apply(Fn.LT, Expr.index(fn.ordinal()), N), b -> b.store(Y, Expr.index(fn.ordinal()), new Expr.Halve(fn, total)));
                    }
                    Expr ramp = k.let("ramp", new Expr.Ramp(Expr.apply(Fn.MUL, N, N), -3, 8));
                    k.when(Expr.apply(Fn.LT, Expr.index(1), N), b -> b.store(Z, Expr.index(1), new Expr.Halve(Fn.SUB, Expr.apply(Fn.MUL, ramp, Expr.apply(Fn.MUL, ramp, ramp)))));
                    k.when(Expr.apply(Fn.LT, Expr.index(0), N), b -> b.store(Z, Expr.index(0), new Expr.Cast(ElementType.I64,
                            new Expr.Halve(Fn.XOR, Expr.apply(Fn.EQ, ramp, new Expr.Splat(Expr.apply(Fn.SUB, Expr.apply(Fn.MUL, N, N), Expr.index(9)), 8))))));
                }),
                kernel("gathered", k -> k.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> {
                    Expr at = b.let("at", Expr.apply(Fn.MIN, Expr.apply(Fn.MAX, Expr.load(I, i), Expr.index(0)), Expr.apply(Fn.SUB, N, Expr.index(1))));
                    b.store(Y, i, Expr.load(X, at));
                })),
                kernel("inPlace", k -> {
                    k.loop("i", Expr.index(1), N, 1, Stmt.Binding.SERIAL, (b, i) -> b.store(S, i,
                            Expr.apply(Fn.ADD, Expr.load(S, i), Expr.load(S, Expr.apply(Fn.SUB, i, Expr.index(1))))));
                    k.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> b.store(Y, i, Expr.load(S, i)));
                }),
                timeLoop(), halvings(), team()),
                new Run(1, 0), new Run(1, 1), new Run(1, 7), new Run(1, 64), new Run(1, 133), new Run(2, 100), new Run(5, 33));
    }

    @TestFactory
    Stream<DynamicNode> randomPrograms() {
        return onAllLevels(IntStream.range(0, 150).mapToObj(RandomPrograms::program).toList(), new Run(1, 0), new Run(1, 7), new Run(1, 133));
    }

    /// The math library's code, function by function, for those that it has.
    @TestFactory
    Stream<DynamicNode> mathLibrary() {
        var programs = new ArrayList<LoopProgram>();
        for (ElementType type : List.of(ElementType.F32, ElementType.F64, ElementType.I64)) {
            for (Fn fn : Fn.values()) {
                if (!fn.isPrimitive() && type.isFloat() != (fn == Fn.THREEFRY)) {
                    try {
                        programs.add(ExpandMath.run(pointwise(fn, type, 1)));
                        programs.add(ExpandMath.run(pointwise(fn, type, 16)));
                    } catch (UnsupportedOperationException e) {
                        // The library has no code for it, and says so to whoever asks.
                    }
                }
            }
        }
        return onAllLevels(programs, new Run(1, 133));
    }

    private static LoopProgram pointwise(Fn fn, ElementType type, int lanes) {
        var a = new Buffer("a", type, Dim.named("N"), Buffer.Role.INPUT);
        var b = new Buffer("b", type, Dim.named("N"), Buffer.Role.INPUT);
        var y = new Buffer("y", type, Dim.named("N"), Buffer.Role.OUTPUT);
        var block = new Block();
        block.loop("i", Expr.index(0), N, lanes, Stmt.Binding.SERIAL, (body, i) -> {
            Expr mask = body.let("mask", new Expr.FirstLanes(Expr.apply(Fn.SUB, N, i), lanes));
            var operands = Stream.of(a, b).limit(fn.arity()).map(x -> body.let(x.name(), new Expr.Load(x, i, lanes, 1, mask))).toList();
            body.add(new Stmt.Store(y, i, new Expr.Apply(fn, operands), mask));
        });
        return new LoopProgram(fn + "_" + type + "_x" + lanes, List.of(N), List.of(a, b, y), Map.of(), Dim.ZERO, onMemberZero(List.of(launch("k", block))));
    }

    /// A loop at program level that launches with a parameter, and a fixed value read from memory there.
    private static LoopProgram timeLoop() {
        var step = Expr.Var.index("step");
        var scale = Expr.Var.fixed("scale", ElementType.F32, 1);
        var block = new Block();
        block.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> b.store(S, i, Expr.apply(Fn.FMA, Expr.load(S, i), scale, new Expr.Cast(ElementType.F32, step))));
        var kernel = new Kernel("step", List.of(step, scale), block.statements(), "");
        var t = Expr.Var.index("t");
        var body = new Block();
        body.loop("r", Expr.apply(Fn.MIN, N, Expr.index(1)), Stmt.Binding.SERIAL, (b, _) -> {
            Expr first = b.let("first", Expr.load(X, Expr.index(0)));
            b.add(new Stmt.For(t, Expr.index(0), Expr.index(5), 2, Stmt.Binding.SERIAL, List.of(
                    new Stmt.Launch(kernel, List.of(t, first)), new Stmt.Launch(kernel, List.of(Expr.times(t, t), Expr.constant(ElementType.F32, 0.5))))));
        });
        return program("timeLoop", onMemberZero(body.statements()));
    }

    /// A loop at program level whose condition is read from what a kernel wrote.
    private static LoopProgram halvings() {
        var zero = new Block();
        zero.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> b.store(Z, i, Expr.plus(i, Expr.index(1000))));
        var halve = new Block();
        halve.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> b.store(Z, i, Expr.apply(Fn.SHR, Expr.load(Z, i), Expr.index(1))));
        var head = new Block();
        Expr any = head.let("any", Expr.apply(Fn.LT, Expr.index(0), N));
        Expr.Var more = head.accumulator("more", Expr.integer(ElementType.BOOL, 0));
        head.when(any, b -> b.assign(more, Expr.apply(Fn.LT, Expr.index(3), Expr.load(Z, Expr.index(0)))));
        return program("halvings", onMemberZero(List.of(new Stmt.Launch(new Kernel("fill", List.of(), zero.statements(), ""), List.of()),
                new Stmt.While(head.statements(), more, List.of(new Stmt.Launch(new Kernel("halve", List.of(), halve.statements(), ""), List.of()))))));
    }

    /// Members count in places of their own, and read each other's behind a barrier, many times.
    private static LoopProgram team() {
        var clear = new Block();
        clear.store(T, Expr.times(LoopProgram.MEMBER, Expr.index(8)), LoopProgram.MEMBER);
        var exchange = new Block();
        Expr next = exchange.let("next", Expr.apply(Fn.REM, Expr.plus(LoopProgram.MEMBER, Expr.index(1)), LoopProgram.MEMBERS));
        exchange.store(T, Expr.plus(Expr.times(LoopProgram.MEMBER, Expr.index(8)), Expr.index(1)),
                Expr.plus(Expr.times(Expr.load(T, Expr.times(next, Expr.index(8))), Expr.index(3)), LoopProgram.MEMBER));
        var publish = new Block();
        publish.store(T, Expr.times(LoopProgram.MEMBER, Expr.index(8)), Expr.load(T, Expr.plus(Expr.times(LoopProgram.MEMBER, Expr.index(8)), Expr.index(1))));
        var show = new Block();
        show.loop("i", LoopProgram.MEMBER, N, 1, Stmt.Binding.SERIAL, (b, i) ->
                b.when(Expr.apply(Fn.EQ, Expr.apply(Fn.REM, i, LoopProgram.MEMBERS), LoopProgram.MEMBER),
                        c -> c.store(Z, i, Expr.load(T, Expr.times(LoopProgram.MEMBER, Expr.index(8))))));
        var r = Expr.Var.index("round");
        return program("team", List.of(launch("clear", clear), new Stmt.Barrier(),
                new Stmt.For(r, Expr.index(0), Expr.index(300), 1, Stmt.Binding.SERIAL, List.of(
                        launch("exchange", exchange), new Stmt.Barrier(), launch("publish", publish), new Stmt.Barrier())),
                launch("show", show)));
    }

    private static Stmt launch(String name, Block block) {
        return new Stmt.Launch(new Kernel(name, List.of(), block.statements(), ""), List.of());
    }

    private static List<Stmt> onMemberZero(List<Stmt> statements) {
        return List.of(new Stmt.If(Expr.apply(Fn.EQ, LoopProgram.MEMBER, Expr.index(0)), statements, List.of()));
    }

    private static LoopProgram kernel(String name, Consumer<Block> body) {
        var block = new Block();
        body.accept(block);
        return program(name, onMemberZero(List.of(launch("k", block))));
    }

    private static LoopProgram program(String name, List<Stmt> body) {
        return new LoopProgram(name, List.of(N), List.of(X, I, Y, Z, S, T), Map.of(T, Dim.constant(0)), Dim.named("members").times(64), body);
    }

    /// A size of the team and a value of `N`.
    private record Run(int members, long n) { }

    private static Stream<DynamicNode> onAllLevels(List<LoopProgram> programs, Run... runs) {
        return NativeLibrary.levels().stream().map(cpu -> {
            var library = NativeLibrary.of(cpu, programs.toArray(LoopProgram[]::new));
            return DynamicContainer.dynamicContainer(cpu.name(), programs.stream().map(program -> DynamicTest.dynamicTest(program.name(), () -> {
                for (Run run : runs) {
                    Differential.check(library, program, run.members(), run.n());
                }
            })));
        });
    }

    @Test
    void refusesWhatBackendsDoNotSee() {
        var refused = new ArrayList<String>();
        for (var block : List.<Consumer<Block>>of(
                k -> k.loop("i", N, Stmt.Binding.PARALLEL, (b, i) -> b.store(Y, i, Expr.load(X, i))),
                k -> k.loop("i", N, Stmt.Binding.SERIAL, (b, i) -> b.store(Y, i, Expr.apply(Fn.EXP, Expr.load(X, i)))),
                k -> k.add(new Stmt.Barrier()),
                k -> k.store(Y, Expr.Var.index("nowhere"), Expr.constant(ElementType.F32, 1)),
                k -> k.store(Y, Expr.index(0), Expr.apply(Fn.REM, Expr.load(X, Expr.index(0)), Expr.load(X, Expr.index(1)))))) {
            var body = new Block();
            block.accept(body);
            var program = program("p", List.of(launch("k", body)));
            refused.add(assertThrows(IllegalArgumentException.class, () -> LlvmBackend.emit(List.of(program), Cpu.X86_64_V3)).getMessage());
        }
        assertEquals("""
                the native backend cannot take the program p: kernel k: the loop over i is still bound PARALLEL
                the native backend cannot take the program p: kernel k: exp is left, which is not primitive
                the native backend cannot take the program p: kernel k: a barrier stands in a kernel
                the native backend cannot take the program p: kernel k: the name nowhere is used where it is not defined
                the native backend cannot take the program p: kernel k: rem is not defined for f32""", String.join("\n", refused));
    }
}
