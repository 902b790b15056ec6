package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.fuse.Combination;
import dev.sinter.passes.schedule.Indices;
import dev.sinter.passes.schedule.Rewriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// The loops of a chain of combinations: tile after tile, vectors along the last axis.
///
/// ```text
/// for every tile, and for every block of the last axis
///   for each combination of the chain
///     for the places of the tile along the other combined axes       a loop
///       for elements of the block                                     vectors
///         load a line of the tile, combine, store                     written out
/// ```
///
/// Between combinations a tile is in scratch memory of the member, which stays in the first-level cache. So a body is a dozen loads, their combinations and a
/// dozen stores: few enough for the JIT, and for the registers. Where the tile's elements come through a pad, the body stands twice: for tiles inside, whose
/// loads ask nothing, and for those at the edge.
final class TilesKernel {
    /// Elements of the last axis that are combined in one go.
    private static final long BLOCK = 64;

    private final Combination chain;
    private final Table table;
    private final Function<Value, Place> places;
    private final Function<Value, List<Place>> targets;
    private final Indices indices;
    private final Value root;
    private final int rank;
    /// For each axis of the root, its loop: over all of it, or over tiles. Null for the last one and for those within a tile.
    private final Expr[] outer;
    private Expr last;

    /// Some of the tiles, which are numbered through.
    ///
    /// @param axes    for each axis of tiles, slowest first, the root's; -1 for none
    /// @param extents tiles along each axis
    /// @param first   the number of the first tile
    /// @param count   how many tiles
    /// @param most    how many there are at most
    record Range(List<Integer> axes, List<Dim> extents, Expr first, Expr count, Dim most) { }

    private TilesKernel(Combination chain, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets, Indices indices) {
        this.chain = chain;
        this.table = table;
        this.places = places;
        this.targets = targets;
        this.indices = indices;
        this.root = chain.root();
        this.rank = root.rank();
        this.outer = new Expr[rank];
    }

    /// The statements of a kernel.
    ///
    /// @param places  where values are that the kernel reads from memory
    /// @param targets where the root is to be stored
    static Loops.Built build(Combination chain, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets) {
        var kernel = new TilesKernel(chain, table, places, targets, table.indices());
        var block = new Block();
        kernel.outer(0, block);
        return new Loops.Built(block, kernel.indices);
    }

    /// The statements that do some of the tiles.
    ///
    /// @param indices knows the names in `range`
    static Block build(Combination chain, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets, Range range, Indices indices) {
        var kernel = new TilesKernel(chain, table, places, targets, indices);
        var block = new Block();
        kernel.some(range, block);
        return block;
    }

    private void some(Range range, Block into) {
        Arrays.fill(outer, Expr.index(0));
        into.loop("tile", range.count(), Stmt.Binding.SERIAL, (b, i) -> {
            indices.range(i, range.most());
            Expr rest = b.let("number", Expr.plus(range.first(), i));
            for (int k = range.axes().size() - 1; k >= 0; k--) {
                Dim extent = range.extents().get(k);
                Dim slower = Dim.product(range.extents().subList(0, k));
                if (!extent.is(1)) {
                    outer[range.axes().get(k)] = slower.is(1) ? rest : b.let("i", Expr.apply(Fn.REM, rest, indices.dim(extent)));
                    rest = slower.is(1) ? rest : b.let("rest", Expr.apply(Fn.DIV, rest, indices.dim(extent)));
                }
            }
            indices.learn(b.statements());
            blocks(b);
        });
    }

    /// The tile's extent along an axis of the root; 1 if it does not run over tiles.
    private long tile(int axis) {
        return chain.index().stream().filter(at -> at.axis() == axis && at.part() != Combination.Part.WHOLE).mapToLong(Combination.At::tile).findFirst().orElse(1);
    }

    /// Whether an axis of the root is one of the tile.
    private boolean isPlace(int axis) {
        for (Value v : chain.chain()) {
            var at = chain.index().get(((Combine) v.op()).axis());
            if (at.axis() == axis && at.part() == Combination.Part.WHOLE) {
                return true;
            }
        }
        return false;
    }

    /// Loops over tiles, which are independent.
    private void outer(int axis, Block into) {
        if (axis == rank - 1) {
            blocks(into);
        } else if (isPlace(axis)) {
            outer(axis + 1, into);
        } else {
            long tile = tile(axis);
            Dim extent = tile == 1 ? root.dim(axis) : root.dim(axis).plus(tile - 1).floorDiv(tile);
            if (extent.is(1)) {
                outer[axis] = Expr.index(0);
                outer(axis + 1, into);
            } else {
                loop("i" + axis, extent, Stmt.Binding.PARALLEL, into, (b, i) -> {
                    outer[axis] = i;
                    outer(axis + 1, b);
                });
            }
        }
    }

    private void loop(String hint, Dim extent, Stmt.Binding binding, Block into, java.util.function.BiConsumer<Block, Expr> body) {
        into.loop(hint, indices.dim(extent), binding, (b, i) -> {
            indices.range(i, extent);
            body.accept(b, i);
        });
    }

    private void blocks(Block into) {
        Dim extent = root.dim(rank - 1);
        boolean several = extent.isConstant() && extent.value() > BLOCK && extent.value() % BLOCK == 0;
        if (several) {
            loop("block", Dim.constant(extent.value() / BLOCK), Stmt.Binding.SERIAL, into, (b, i) -> stages(Expr.times(i, Expr.index(BLOCK)), Dim.constant(BLOCK), b));
        } else {
            stages(Expr.index(0), extent, into);
        }
    }

    /// The chain, one combination after the other, for a block of the last axis.
    private void stages(Expr start, Dim width, Block into) {
        Buffer from = null;
        int count = chain.chain().size();
        for (int k = 0; k < count; k++) {
            Buffer to = k == count - 1 ? null : table.temp(root.element(), Dim.named(LoopProgram.MEMBERS.name()).times(elements(k)).times(width));
            stage(k, 0, new Expr[count], start, width, from, to, into);
            from = to;
        }
    }

    /// The places of a tile along combined axis `j` after combination `k`.
    private int places(int j, int k) {
        return j <= k ? chain.op(j).rows() : chain.op(j).columns();
    }

    private long elements(int k) {
        long n = 1;
        for (int j = 0; j < chain.chain().size(); j++) {
            n *= places(j, k);
        }
        return n;
    }

    /// Loops over the places along the axes that combination `k` leaves alone, from axis `j` of the chain on.
    private void stage(int k, int j, Expr[] place, Expr start, Dim width, Buffer from, Buffer to, Block into) {
        if (j == chain.chain().size()) {
            Expr inside = to == null ? inside(place, k) : null;
            if (inside != null) {
                into.when(inside, b -> lines(k, place, start, width, from, to, b));
            } else {
                lines(k, place, start, width, from, to, into);
            }
        } else if (j == k) {
            stage(k, j + 1, place, start, width, from, to, into);
        } else {
            loop("p" + j, Dim.constant(places(j, k)), Stmt.Binding.SERIAL, into, (b, p) -> {
                Expr[] here = Arrays.copyOf(place, place.length);
                here[j] = p;
                stage(k, j + 1, here, start, width, from, to, b);
            });
        }
    }

    /// Whether a place of the last tiles is the root's, as far as is known without axis `unknown` of the chain; null if it always is.
    private Expr inside(Expr[] place, int unknown) {
        Expr all = null;
        for (int j = 0; j < place.length; j++) {
            Expr one = j == unknown ? null : inside(j, place[j]);
            all = one == null ? all : all == null ? one : Expr.apply(Fn.AND, all, one);
        }
        return all;
    }

    private Expr inside(int j, Expr place) {
        var at = chain.index().get(chain.op(j).axis());
        if (at.part() != Combination.Part.PLACE || root.dim(at.axis()).mod(Dim.constant(at.tile())).is(0)) {
            return null;
        }
        return Expr.apply(Fn.LT, Expr.plus(Expr.times(outer[at.axis()], Expr.index(at.tile())), place), indices.dim(root.dim(at.axis())));
    }

    /// Lines of the tile along axis `k` of the chain, side by side along the last axis.
    private void lines(int k, Expr[] place, Expr start, Dim width, Buffer from, Buffer to, Block into) {
        var c = Expr.Var.index("c");
        indices.range(c, width);
        last = Expr.plus(start, c);
        var body = new Block();
        var elements = new Elements(places, indices, body);
        var terms = new ArrayList<Expr>();
        for (int r = 0; r < chain.op(k).columns(); r++) {
            Expr[] here = Arrays.copyOf(place, place.length);
            here[k] = Expr.index(r);
            terms.add(from == null ? elements.read(chain.base(), index(here)) : body.let("x", Expr.load(from, scratch(here, k - 1, c, width))));
        }
        List<Expr> combined = chain.op(k).elements(elements, terms).stream().map(e -> body.let("y", e)).toList();
        for (int r = 0; r < combined.size(); r++) {
            Expr[] here = Arrays.copyOf(place, place.length);
            here[k] = Expr.index(r);
            if (to != null) {
                body.store(to, scratch(here, k, c, width), combined.get(r));
            } else {
                Expr value = combined.get(r);
                Expr inside = inside(k, here[k]);
                if (inside == null) {
                    store(here, value, elements);
                } else {
                    body.when(inside, b -> store(here, value, elements.within(b)));
                }
            }
        }
        vectors(c, width, body, into);
    }

    /// A vector loop. Where elements are asked for that a pad may have made, the question is put once for the whole line: if all of them are within, none is
    /// masked.
    private void vectors(Expr.Var c, Dim width, Block body, Block into) {
        var questions = Questions.of(body.statements(), c, indices);
        questions.ahead().forEach(into::add);
        if (questions.conditions().isEmpty()) {
            into.add(vector(c, width, questions.body()));
        } else {
            Expr all = questions.conditions().stream().reduce((a, b) -> Expr.apply(Fn.AND, a, b)).orElseThrow();
            into.add(new Stmt.If(into.let("all", all), List.of(vector(c, width, questions.answered())), List.of(vector(c, width, questions.body()))));
        }
    }

    private Stmt vector(Expr.Var c, Dim width, List<Stmt> body) {
        var i = Expr.Var.index("c");
        indices.range(i, width);
        return new Stmt.For(i, Expr.index(0), indices.dim(width), 1, Stmt.Binding.VECTOR, new Rewriter().with(c, i).copy(body));
    }

    /// Computes the root from an element of the last combination.
    private void store(Expr[] place, Expr value, Elements elements) {
        elements.remember(chain.last(), index(place), value);
        var index = new ArrayList<Expr>();
        for (int axis = 0; axis < rank; axis++) {
            Expr at = axis == rank - 1 ? last : outer[axis];
            long tile = tile(axis);
            for (int j = 0; j < place.length; j++) {
                var small = chain.index().get(chain.op(j).axis());
                if (small.axis() == axis) {
                    at = small.part() == Combination.Part.WHOLE ? place[j] : Expr.plus(Expr.times(outer[axis], Expr.index(tile)), place[j]);
                }
            }
            index.add(at == null ? Expr.index(0) : at);
        }
        Expr element = root == chain.last() ? value : elements.compute(root, index);
        targets.apply(root).forEach(p -> elements.store(p, index, element));
    }

    /// The index of an element of a combination of the chain, or of what the first one reads.
    private List<Expr> index(Expr[] place) {
        var index = new ArrayList<Expr>();
        for (var at : chain.index()) {
            index.add(at.axis() < 0 ? Expr.index(0) : at.axis() == rank - 1 ? last : outer[at.axis()]);
        }
        for (int j = 0; j < place.length; j++) {
            index.set(chain.op(j).axis(), place[j]);
        }
        return index;
    }

    /// Where an element of a tile is after combination `k`.
    private Expr scratch(Expr[] place, int k, Expr c, Dim width) {
        Expr at = Expr.times(LoopProgram.MEMBER, Expr.index(elements(k)));
        for (int j = 0; j < place.length; j++) {
            long stride = 1;
            for (int i = j + 1; i < place.length; i++) {
                stride *= places(i, k);
            }
            at = Expr.plus(at, Expr.times(place[j], Expr.index(stride)));
        }
        return Expr.plus(Expr.times(at, indices.dim(width)), c);
    }
}
