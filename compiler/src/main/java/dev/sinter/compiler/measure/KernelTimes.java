package dev.sinter.compiler.measure;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.schedule.Rewriter;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The kernels of a program one by one: what each does, what it should take, and what it takes.
///
/// Each kernel is compiled and run by itself, by one thread, again and again on the same memory: so the caches hold of its operands what fits, as they mostly do within
/// a call. What kernels cost each other (barriers, operands that another one has driven out of the caches) is the rest of a call's time.
public final class KernelTimes {
    private static final Timing.Plan PLAN = new Timing.Plan(200_000_000L, 9, 5_000_000L);

    private KernelTimes() { }

    /// One launch of a kernel, or all those of a loop.
    ///
    /// @param kernel    its name
    /// @param origin    what it computes, and where the source asks for it
    /// @param runs      how often a call runs it; 0 if that depends on data
    /// @param sums      accumulators in registers at once, 0 if there are none
    /// @param lanes     elements of each
    /// @param flops     of one run
    /// @param bytes     that one run touches, each once
    /// @param predicted nanoseconds of one run if the binding limit were reached
    /// @param measured  nanoseconds of one run
    /// @param limit     what binds: `arithmetic` or `memory`
    public record Row(String kernel, String origin, long runs, int sums, int lanes, double flops, double bytes, double predicted, double measured, String limit) { }

    /// A kernel where it is launched.
    private record Place(Stmt.Launch launch, long runs, Map<Expr.Var, Long> known) { }

    /// Measures a program's kernels.
    ///
    /// @param dims the extents of the named dims
    public static List<Row> of(LoopProgram program, String target, Map<String, Long> dims, Limits limits) {
        Map<Expr.Var, Long> known = new IdentityHashMap<>();
        program.dims().forEach(d -> known.put(d, dims.get(d.name())));
        known.put(LoopProgram.MEMBER, 0L);
        known.put(LoopProgram.MEMBERS, 1L);
        var places = new ArrayList<Place>();
        launches(program.body(), 1, known, places);
        var names = new HashMap<String, Long>(dims);
        names.put(LoopProgram.MEMBERS.name(), 1L);
        var programs = new ArrayList<LoopProgram>();
        var works = new ArrayList<KernelWork>();
        for (Place place : places) {
            programs.add(alone(place, "kernel" + programs.size(), names));
            works.add(KernelWork.of(place.launch().kernel(), passed(place)));
        }
        var rows = new ArrayList<Row>();
        try (Model model = ProbeModel.load(target, programs)) {
            for (int k = 0; k < places.size(); k++) {
                Place place = places.get(k);
                Kernel kernel = place.launch().kernel();
                KernelWork work = works.get(k);
                Map<Buffer, Long> elements = new IdentityHashMap<>();
                work.touched().keySet().forEach(b -> elements.put(b, Math.max(1, b.elements().evaluate(names))));
                double bytes = work.bytes(elements);
                double arithmetic = work.flops() / limits.gflops();
                double memory = bytes / limits.gbps();
                rows.add(new Row(kernel.name(), kernel.origin(), place.runs(), work.sums(), work.lanes(), work.flops(), bytes, Math.max(arithmetic, memory),
                        time(model, programs.get(k).name()), arithmetic > memory ? "arithmetic" : "memory"));
            }
        }
        return rows;
    }

    private static double time(Model model, String name) {
        var function = model.function(name);
        try (var session = function.session(1)) {
            Tensor[] inputs = Signature.inputs(function.inputs(), Map.of());
            session.bind(inputs, session.allocateOutputs(inputs));
            return Timing.of(session::call, PLAN).medianNanos();
        }
    }

    private static void launches(List<Stmt> body, long runs, Map<Expr.Var, Long> known, List<Place> places) {
        for (Stmt s : body) {
            switch (s) {
                case Stmt.Launch launch -> places.add(new Place(launch, runs, new IdentityHashMap<>(known)));
                case Stmt.For loop -> {
                    Long to = KernelWork.value(loop.to(), known);
                    known.put(loop.i(), 0L);
                    launches(loop.body(), to == null ? 0 : runs * to, known, places);
                }
                case Stmt.While loop -> {
                    launches(loop.head(), 0, known, places);
                    launches(loop.body(), 0, known, places);
                }
                case Stmt.If choice -> {
                    launches(choice.then(), 0, known, places);
                    launches(choice.otherwise(), 0, known, places);
                }
                default -> { }
            }
        }
    }

    /// What names are worth within a kernel: parameters by what it is passed in the first step of the loops around it.
    private static Map<Expr.Var, Long> passed(Place place) {
        Map<Expr.Var, Long> known = new IdentityHashMap<>(place.known());
        for (int k = 0; k < place.launch().arguments().size(); k++) {
            Long value = KernelWork.value(place.launch().arguments().get(k), place.known());
            known.put(place.launch().kernel().parameters().get(k), value == null ? 0L : value);
        }
        return known;
    }

    /// A program of one launch: names are replaced by numbers, and every buffer is the caller's.
    private static LoopProgram alone(Place place, String name, Map<String, Long> dims) {
        Kernel kernel = place.launch().kernel();
        var work = KernelWork.of(kernel, passed(place));
        var rewriter = new Rewriter();
        passed(place).forEach((variable, value) -> {
            if (variable != LoopProgram.MEMBER && variable != LoopProgram.MEMBERS) {
                rewriter.with(variable, Expr.index(value));
            }
        });
        var buffers = new ArrayList<Buffer>();
        for (boolean output : new boolean[] {false, true}) {
            for (Buffer b : work.touched().keySet()) {
                if (work.written().contains(b) == output) {
                    Dim elements = Dim.constant(Math.max(1, b.elements().evaluate(dims)));
                    var own = new Buffer("b" + buffers.size(), b.type(), elements, output ? Buffer.Role.OUTPUT : Buffer.Role.INPUT);
                    rewriter.with(b, own);
                    buffers.add(own);
                }
            }
        }
        var own = new Kernel(kernel.name(), List.of(), rewriter.copy(kernel.body()), kernel.origin());
        return new LoopProgram(name, List.of(), buffers, Map.of(), Dim.ZERO, List.of(new Stmt.Launch(own, List.of())));
    }
}
