package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.List;

/// Windows that move down an image by one line at a time, where the image is read where it is ([FramedImage]): every line of the image is loaded once, for all lines of the result that see it.
///
/// ```text
/// for each line of the image: for each step along it, for each line of the result that sees it: sum[line] = fma(a, image, sum[line])
///                             epilogue of the line of the result that has now seen all; the sums of the others move up
/// ```
///
/// So as many lines of sums are in registers as a window has lines. Each sum takes its steps in order, line by line. The first and the last lines of the image, where fewer lines of the result see them,
/// and the lines of zeros around it, are written apart.
final class RollingLines {
    private final Contraction c;
    private final TilePlan plan;
    private final FramedImage image;
    private final Element splats;
    /// Lines of a window, and steps along each.
    private final int lines;
    private final int steps;
    /// Lines of the result.
    private final long n;

    /// @param plan  whose tiles are as high as a window, and that [allows][#allows]
    RollingLines(Contraction c, TilePlan plan, FramedImage image) {
        this.c = c;
        this.plan = plan;
        this.image = image;
        this.splats = plan.splatsAreA() ? c.a() : c.b();
        this.lines = plan.r();
        this.steps = depth(c) / lines;
        this.n = plan.first().extent().value();
    }

    /// Whether tiles of `r` lines, each of `v` whole vectors, can be gone through so: the windows have as many lines, and the registers hold the sums and what all lanes share.
    ///
    /// @param ofA whether the image is the left operand
    static boolean allows(Contraction c, boolean ofA, Axis vector, int lanes, int v, Axis first, int r, Machine machine) {
        Affine splats = (ofA ? c.b() : c.a()).affine(c.indices()).orElseThrow();
        return c.contracted().stream().allMatch(x -> x.extent().isConstant()) && !splats.mentions(first.name())
                && r * v + depth(c) + v + 1 <= machine.registers() && FramedImage.allowsLines(c, ofA, vector, lanes, v, first, r);
    }

    private static int depth(Contraction c) {
        return (int) c.contracted().stream().mapToLong(x -> x.extent().value()).reduce(1, (x, y) -> x * y);
    }

    /// What becomes of the sums of a line of the result.
    interface Line {
        void emit(Block into, Expr line, Expr.Var[] sums);
    }

    /// All lines.
    ///
    /// @param bases where each vector of a line begins
    void emit(Block into, List<Expr> bases, Line done) {
        Expr[] shared = shared(into);
        var sums = new ArrayList<Expr.Var[]>();
        for (int t = 0; t < lines - 1; t++) {
            sums.add(zeros(into, bases.size()));
            line(into, Expr.index(0), t, bases, shared, sums);
        }
        into.loop(plan.first().name().name(), Expr.index(n - lines + 1), Stmt.Binding.SERIAL, (body, first) -> {
            var seeing = new ArrayList<>(sums);
            seeing.add(zeros(body, bases.size()));
            line(body, first, lines - 1, bases, shared, seeing);
            done.emit(body, first, sums.getFirst());
            for (int j = 0; j < sums.size(); j++) {
                for (int v = 0; v < bases.size(); v++) {
                    body.assign(sums.get(j)[v], seeing.get(j + 1)[v]);
                }
            }
        });
        for (long first = n - lines + 1; first < n; first++) {
            line(into, Expr.index(first), lines - 1, bases, shared, sums);
            done.emit(into, Expr.index(first), sums.removeFirst());
        }
    }

    /// What one line of the image, or one of zeros around it, adds to the sums of the lines of the result that see it.
    ///
    /// @param first the line of the result that has the first of the sums
    /// @param t     which of the lines that this one sees it is
    private void line(Block into, Expr first, int t, List<Expr> bases, Expr[] shared, List<Expr.Var[]> sums) {
        Expr start = image.start(first, into);
        for (int k = 0; k < steps; k++) {
            int step = t * steps + k;
            var vectors = bases.stream().map(base -> into.let("b", image.vector(into, start, first, 0, step, base))).toList();
            for (int j = 0; j < sums.size(); j++) {
                for (int v = 0; v < vectors.size(); v++) {
                    into.assign(sums.get(j)[v], Expr.apply(Fn.FMA, shared[step - j * steps], vectors.get(v), sums.get(j)[v]));
                }
            }
        }
    }

    /// For each step, what all lanes share.
    private Expr[] shared(Block into) {
        Affine index = splats.affine(c.indices()).orElseThrow();
        var rewriter = new Rewriter();
        c.contracted().forEach(axis -> rewriter.with(axis.name(), Expr.index(0)));
        Expr start = into.let("a", rewriter.copy(c.indices().expression(index)));
        var shared = new Expr[lines * steps];
        for (int step = 0; step < shared.length; step++) {
            Dim distance = Dim.ZERO;
            for (var place : image.places(step).entrySet()) {
                distance = distance.plus(index.coefficient(place.getKey().name()).times(place.getValue()));
            }
            shared[step] = into.let("a", new Expr.Splat(Expr.load(splats.buffer(), Expr.plus(start, c.indices().dim(distance))), plan.lanes()));
        }
        return shared;
    }

    private Expr.Var[] zeros(Block into, int vectors) {
        var zeros = new Expr.Var[vectors];
        for (int v = 0; v < vectors; v++) {
            zeros[v] = into.accumulator("sum", new Expr.Const(c.type(), 0, plan.lanes()));
        }
        return zeros;
    }
}
