package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.fuse.Combination;
import dev.sinter.passes.fuse.Group;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Contraction;
import dev.sinter.passes.schedule.Finish;
import dev.sinter.passes.schedule.Indices;
import dev.sinter.passes.schedule.KernelSink;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.passes.schedule.PackedProduct;
import dev.sinter.passes.schedule.TileBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/// A contraction between tiles, a block of tiles at a time:
///
/// ```text
/// for blocks of this member
///   tiles of the block → scratch memory of the member
///   their products     → scratch memory of the member
///   tiles of the result
/// ```
///
/// So what is between the three kernels stays in the second-level cache of the processor that made it, and no other one ever asks for it.
final class ChainKernel {
    /// The bytes of a line of a cache, and of the widest vector.
    private static final int LINE = 64;
    /// Rows whose distance is a multiple of this many bytes begin in the same set of a cache.
    private static final long SETS = 4096;

    private final Group.Chain chain;
    private final Table table;
    private final Dot dot;
    private final Dim tiles;
    private final long block;
    private final Expr.Var number = Expr.Var.index("block");

    private ChainKernel(Group.Chain chain, Table table) {
        this.chain = chain;
        this.table = table;
        this.dot = (Dot) chain.product().roots().getFirst().op();
        this.tiles = tiles(chain);
        this.block = block(chain);
    }

    private static Dim tiles(Group.Chain chain) {
        return Dim.product(chain.rows().stream().map(Group.Chain.Rows::extent).toList());
    }

    private static long block(Group.Chain chain) {
        var dot = (Dot) chain.product().roots().getFirst().op();
        var fixed = Stream.of(Dim.product(dot.batchA().stream().map(dot.a()::dim).toList()), dot.a().dim(dot.a().rank() - 1), dot.b().dim(dot.freeB().getFirst())).toList();
        return fixed.stream().allMatch(Dim::isConstant) ? TileBlocks.size(fixed.get(0).value(), tiles(chain), fixed.get(1).value(), fixed.get(2).value(), dot.a().element().bytes()) : 0;
    }

    /// Whether blocks are expected to be faster than one kernel after the other.
    static boolean isWorthwhile(Group.Chain chain, Machine machine) {
        return machine.vectorBits() > 0 && block(chain) > 0;
    }

    /// The steps that compute a chain.
    ///
    /// @param places  where values are that the kernels read from memory
    /// @param targets where the last root is to be stored
    static List<Step> steps(Group.Chain chain, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets) {
        return new ChainKernel(chain, table).steps(places, targets);
    }

    private List<Step> steps(Function<Value, Place> places, Function<Value, List<Place>> targets) {
        Value data = chain.roots().get(0);
        Value products = chain.roots().get(1);
        Own ofData = own(data);
        Own ofProducts = own(products);
        Function<Value, Place> within = v -> v == data ? ofData.numbered : v == products ? ofProducts.numbered : places.apply(v);
        var outside = new ArrayList<Step>();
        var body = new ArrayList<Step.Run>();
        body.add(tiles(chain.before(), Group.Chain.Rows::before, within, v -> List.of(ofData.numbered)));
        Contraction c = ProductKernel.contraction(chain.product(), table, v -> v == data ? ofData.inBlock : places.apply(v), v -> List.of(ofProducts.inBlock), Dim.constant(block));
        c.indices().range(number, count());
        new PackedProduct().emit(c, table.machine, new KernelSink() {
            @Override
            public void kernel(String hint, Consumer<Block> kernel) {
                var statements = new Block();
                kernel.accept(statements);
                String origin = Origins.of(chain.product().roots());
                Step.Run run = table.kernel(hint, origin, statements, c.indices(), hint.equals(PackedProduct.PRODUCT) ? Finish.Team.EACH : Finish.Team.MENTIONED);
                if (hint.equals(PackedProduct.PRODUCT)) {
                    body.add(run);
                } else {
                    outside.add(run);
                }
            }

            @Override
            public boolean isOfOne() {
                return true;
            }

            @Override
            public Buffer scratch(String hint, ElementType type, Dim elements) {
                return table.temp(type, elements);
            }
        });
        body.add(tiles(chain.after(), Group.Chain.Rows::after, within, targets));
        outside.add(new Step.Blocks(number, table.indices().dim(count()), body));
        return outside;
    }

    private Dim count() {
        return tiles.plus(block - 1).floorDiv(block);
    }

    private Step.Run tiles(Group.Tiles group, Function<Group.Chain.Rows, Combination.At> digit, Function<Value, Place> places, Function<Value, List<Place>> targets) {
        Indices indices = table.indices();
        indices.range(number, count());
        Expr first = Expr.times(number, Expr.index(block));
        boolean whole = tiles.mod(Dim.constant(block)).is(0);
        var statements = new Block();
        Expr here = whole ? Expr.index(block) : statements.let("here", Expr.apply(Fn.MIN, Expr.index(block), Expr.apply(Fn.SUB, indices.dim(tiles), first)));
        var range = new TilesKernel.Range(chain.rows().stream().map(digit).toList(), chain.rows().stream().map(Group.Chain.Rows::extent).toList(), first, here, Dim.constant(block));
        TilesKernel.build(group.combination(), table, places, targets, range, indices).statements().forEach(statements::add);
        return table.kernel("tiles", Origins.of(group.roots()), statements, indices, Finish.Team.EACH);
    }

    /// Memory of each member's own for a block of a value: `[places in a tile][tiles of the block][last axis]`.
    ///
    /// @param numbered where an element is whose tile is given by its coordinates among all tiles
    /// @param inBlock  where an element is whose tile is given by its number in the block, along the last axis of tiles
    private record Own(Place numbered, Place inBlock) { }

    private Own own(Value v) {
        int bytes = v.element().bytes();
        long line = v.dim(v.rank() - 1).value();
        long pitch = line * bytes % SETS == 0 ? line + LINE / bytes : line;
        int batches = dot.batchA().size();
        boolean isData = v == dot.a();
        var strides = new Dim[v.rank()];
        var inBlock = new Dim[v.rank()];
        strides[v.rank() - 1] = Dim.ONE;
        inBlock[v.rank() - 1] = Dim.ONE;
        long elements = block * pitch;
        for (int k = batches - 1; k >= 0; k--) {
            int axis = isData ? dot.batchA().get(k) : k;
            strides[axis] = Dim.constant(elements);
            inBlock[axis] = strides[axis];
            elements *= v.dim(axis).value();
        }
        Dim stride = Dim.constant(pitch);
        for (int k = chain.rows().size() - 1; k >= 0; k--) {
            int axis = isData ? dot.freeA().get(k) : batches + k;
            strides[axis] = stride;
            inBlock[axis] = k == chain.rows().size() - 1 ? stride : Dim.ZERO;
            stride = stride.times(chain.rows().get(k).extent());
        }
        long ofMember = (elements + 2L * LINE / bytes - 1) / (LINE / bytes) * (LINE / bytes);         // room for a vector behind the last line
        Buffer buffer = table.temp(v.element(), Dim.named(LoopProgram.MEMBERS.name()).times(ofMember));
        Expr base = Expr.times(LoopProgram.MEMBER, Expr.index(ofMember));
        Expr numbered = Expr.plus(base, Expr.times(number, Expr.index(-block * pitch)));
        return new Own(new Place(buffer, numbered, List.of(strides)), new Place(buffer, base, List.of(inBlock)));
    }
}
