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
import dev.sinter.passes.fuse.Reads;
import dev.sinter.passes.schedule.Indices;
import dev.sinter.passes.schedule.Rewriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

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
/// loads ask nothing, and for those at the edge. What is dear to compute of the last combination follows in a loop over places of its own.
final class TilesKernel {
    /// Elements of the last axis that are combined in one go.
    private static final long BLOCK = 64;
    /// Arithmetic that follows the last combination and is written out for each place of a line.
    private static final double WRITTEN_OUT = 24;

    private final Combination chain;
    private final Table table;
    private final Function<Value, Place> places;
    private final Function<Value, List<Place>> targets;
    private final Indices indices;
    private final Value root;
    private final int rank;
    /// The loops: over digits of the root's axes that are no place in a tile of combinations.
    private final Map<Combination.At, Expr> outer = new HashMap<>();
    /// The digits that have such loops, those of the first axis first; without the one that vectors go along.
    private final List<Combination.At> loops = new ArrayList<>();
    /// The digit that vectors go along.
    private final Combination.At along;
    private Expr last;

    /// Some of the tiles, which are numbered through.
    ///
    /// @param digits  for each axis of tiles, slowest first, the digit of the root's index; null for none
    /// @param extents tiles along each axis
    /// @param first   the number of the first tile
    /// @param count   how many tiles
    /// @param most    how many there are at most
    record Range(List<Combination.At> digits, List<Dim> extents, Expr first, Expr count, Dim most) { }

    private TilesKernel(Combination chain, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets, Indices indices) {
        this.chain = chain;
        this.table = table;
        this.places = places;
        this.targets = targets;
        this.indices = indices;
        this.root = chain.root();
        this.rank = root.rank();
        var digits = IntStream.range(0, chain.index().size()).filter(k -> chained(k) < 0).boxed().flatMap(k -> chain.index().get(k).stream()).toList();
        this.along = chain.along();
        digits.stream().filter(at -> at != along).sorted(Comparator.comparingInt(Combination.At::axis)).forEach(loops::add);
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
        loops.forEach(at -> outer.put(at, Expr.index(0)));
        into.loop("tile", range.count(), Stmt.Binding.SERIAL, (b, i) -> {
            indices.range(i, range.most());
            Expr rest = b.let("number", Expr.plus(range.first(), i));
            for (int k = range.digits().size() - 1; k >= 0; k--) {
                Dim extent = range.extents().get(k);
                Dim slower = Dim.product(range.extents().subList(0, k));
                if (!extent.is(1)) {
                    outer.put(range.digits().get(k), slower.is(1) ? rest : b.let("i", Expr.apply(Fn.REM, rest, indices.dim(extent))));
                    rest = slower.is(1) ? rest : b.let("rest", Expr.apply(Fn.DIV, rest, indices.dim(extent)));
                }
            }
            indices.learn(b.statements());
            blocks(b);
        });
    }

    /// Which combination of the chain goes along an axis of the last one; -1 for none.
    private int chained(int axis) {
        return IntStream.range(0, chain.chain().size()).filter(j -> chain.op(j).axis() == axis).findFirst().orElse(-1);
    }

    /// Loops over tiles, which are independent.
    private void outer(int number, Block into) {
        if (number == loops.size()) {
            blocks(into);
            return;
        }
        var at = loops.get(number);
        if (at.extent().is(1)) {
            outer.put(at, Expr.index(0));
            outer(number + 1, into);
        } else {
            loop("i" + at.axis(), at.extent(), Stmt.Binding.PARALLEL, into, (b, i) -> {
                outer.put(at, i);
                outer(number + 1, b);
            });
        }
    }

    private void loop(String hint, Dim extent, Stmt.Binding binding, Block into, java.util.function.BiConsumer<Block, Expr> body) {
        into.loop(hint, indices.dim(extent), binding, (b, i) -> {
            indices.range(i, extent);
            body.accept(b, i);
        });
    }

    private void blocks(Block into) {
        Dim extent = along.extent();
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
            Buffer to = k == count - 1 && !isDear() ? null : table.temp(root.element(), Dim.named(LoopProgram.MEMBERS.name()).times(elements(k)).times(width));
            stage(k, 0, new Expr[count], start, width, from, to, into);
            from = to;
        }
        if (from != null) {
            Buffer combined = from;
            overPlaces(0, new Expr[count], into, (block, place) -> {
                Expr inside = inside(place, -1);
                if (inside != null) {
                    block.when(inside, b -> following(place, start, width, combined, b));
                } else {
                    following(place, start, width, combined, block);
                }
            });
        }
    }

    /// Whether so much is computed of the last combination that it is not written out for each place.
    private boolean isDear() {
        return root != chain.last() && Reads.of(root, table.indices(), v -> v == chain.last() || places.apply(v) != null).cost() > WRITTEN_OUT;
    }

    private interface AtPlace {
        void emit(Block into, Expr[] place);
    }

    /// Loops over all places of a tile of the last combination, from axis `j` of the chain on.
    private void overPlaces(int j, Expr[] place, Block into, AtPlace body) {
        if (j == place.length) {
            body.emit(into, place);
        } else {
            loop("p" + j, Dim.constant(chain.op(j).rows()), Stmt.Binding.SERIAL, into, (b, p) -> {
                Expr[] here = Arrays.copyOf(place, place.length);
                here[j] = p;
                overPlaces(j + 1, here, b, body);
            });
        }
    }

    /// Computes the root at a place of the tile, along the last axis.
    private void following(Expr[] place, Expr start, Dim width, Buffer combined, Block into) {
        var c = Expr.Var.index("c");
        indices.range(c, width);
        last = Expr.plus(start, c);
        var body = new Block();
        Expr value = body.let("x", Expr.load(combined, scratch(place, place.length - 1, c, width)));
        store(place, value, new Elements(places, indices, body));
        vectors(c, width, body, into);
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
        var digits = chain.index().get(chain.op(j).axis());
        if (digits.size() != 1 || !digits.getFirst().weight().is(1)) {
            return null;
        }
        var at = digits.getFirst();
        var number = outer.keySet().stream().filter(other -> other.axis() == at.axis() && other.weight().equals(at.extent())).findFirst().orElse(null);
        return number == null || number.extent().times(at.extent()).equals(root.dim(at.axis())) ? null
                : Expr.apply(Fn.LT, Expr.plus(Expr.times(outer.get(number), indices.dim(at.extent())), place), indices.dim(root.dim(at.axis())));
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
        var index = new ArrayList<Expr>(Collections.nCopies(rank, Expr.index(0)));
        for (int k = 0; k < chain.index().size(); k++) {
            var digits = chain.index().get(k);
            int j = chained(k);
            for (int d = 0; d < digits.size(); d++) {
                var at = digits.get(d);
                Expr digit = j >= 0 ? digit(place[j], digits, d) : at == along ? last : outer.get(at);
                index.set(at.axis(), Expr.plus(index.get(at.axis()), Expr.times(digit, indices.dim(at.weight()))));
            }
        }
        Expr element = root == chain.last() ? value : elements.compute(root, index);
        targets.apply(root).forEach(p -> elements.store(p, index, element));
    }

    /// Digit `d` of a place in a tile.
    private static Expr digit(Expr place, List<Combination.At> digits, int d) {
        long weight = digits.subList(d + 1, digits.size()).stream().mapToLong(at -> at.extent().value()).reduce(1, (x, y) -> x * y);
        if (place instanceof Expr.Const(_, long value, _)) {
            return Expr.index(value / weight % digits.get(d).extent().value());
        }
        Expr rest = weight == 1 ? place : Expr.apply(Fn.DIV, place, Expr.index(weight));
        return d == 0 ? rest : Expr.apply(Fn.REM, rest, Expr.index(digits.get(d).extent().value()));
    }

    /// The index of an element of a combination of the chain, or of what the first one reads.
    private List<Expr> index(Expr[] place) {
        var index = new ArrayList<Expr>();
        for (var digits : chain.index()) {
            Expr sum = Expr.index(0);
            for (var at : digits) {
                sum = Expr.plus(Expr.times(sum, indices.dim(at.extent())), at == along ? last : outer.getOrDefault(at, Expr.index(0)));
            }
            index.add(sum);
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
