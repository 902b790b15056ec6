package dev.sinter.passes.lower;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.passes.fuse.Decision;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Finish;
import dev.sinter.passes.schedule.Indices;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.passes.schedule.Rewriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a program under construction has: its dims, buffers, constants and kernels, with names that are unique.
final class Table {
    /// The bytes of the widest vector.
    private static final int ROOM = 64;
    /// Rows whose distance is a multiple of this many bytes begin in the same set of a cache.
    private static final long SETS = 4096;
    /// The bytes of a line of a cache.
    private static final int LINE = 64;

    final Machine machine;
    private final String entry;
    final Map<String, Expr.Var> dims = new LinkedHashMap<>();
    final List<Buffer> buffers = new ArrayList<>();
    final Map<String, NdArray> constants = new LinkedHashMap<>();
    final List<Decision> decisions = new ArrayList<>();
    private final Map<NdArray, Place> constantPlaces = new HashMap<>();
    private final Map<String, Integer> kernelNames = new HashMap<>();
    private final Map<Expr.Var, Expr> arguments = new IdentityHashMap<>();
    private final Map<Kernel, Recipe> recipes = new HashMap<>();
    private final Map<Kernel, Step.Run> inJit = new HashMap<>();
    private final Set<Buffer> unchanging = new HashSet<>();
    private final Set<Buffer> inColumns = new HashSet<>();
    private final Set<Buffer> alongSums = new HashSet<>();
    private int temps;

    Table(String entry, Machine machine) {
        this.entry = entry;
        this.machine = machine;
    }

    /// Knows the dims, and no loop variables.
    Indices indices() {
        return new Indices(dims);
    }

    /// Declares that a buffer holds the same for many kernels' runs: state that this function does not write, what a loop is given.
    ///
    /// @return whether that was not known
    boolean fix(Buffer buffer) {
        return unchanging.add(buffer);
    }

    /// Takes [#fix] back, at the end of a loop.
    void unfix(Collection<Buffer> those) {
        unchanging.removeAll(those);
    }

    /// Buffers that hold the same for many kernels' runs.
    Set<Buffer> fixed() {
        return Set.copyOf(unchanging);
    }

    /// Notes that a contraction reads a buffer.
    ///
    /// @param along whether its last axis is summed over
    void readBySum(Buffer buffer, boolean along) {
        (along ? alongSums : inColumns).add(buffer);
    }

    /// Whether contractions have read a buffer, and none of them along a sum.
    boolean isReadInColumns(Buffer buffer) {
        return inColumns.contains(buffer) && !alongSums.contains(buffer);
    }

    /// A name that kernels may use for a scalar i64 of the program level: of dims, steps of loops, and other such names. Kernels are passed its value.
    Expr argument(String hint, Expr value) {
        if (value instanceof Expr.Const || value instanceof Expr.Var) {
            return value;
        }
        var name = Expr.Var.index(hint);
        arguments.put(name, outside(value));
        return name;
    }

    /// An expression of the program level without the names that only kernels see.
    Expr outside(Expr value) {
        var rewriter = new Rewriter();
        arguments.forEach(rewriter::with);
        return rewriter.copy(value);
    }

    Buffer buffer(String name, ElementType type, Dim elements, Buffer.Role role) {
        var buffer = new Buffer(name, type, elements, role);
        buffers.add(buffer);
        return buffer;
    }

    Buffer temp(ElementType type, Dim elements) {
        return buffer("t" + temps++, type, elements, Buffer.Role.TEMP);
    }

    /// A temp for a value, with room for a vector behind it: so vectors at the end of a line need not be masked when they are loaded.
    Place temp(Value value) {
        Dim elements = value.shape().elements();
        boolean room = value.tensor().isFloat() && value.rank() > 1;
        return Place.whole(temp(value.element(), room ? elements.plus(ROOM / value.element().bytes()) : elements), value.shape());
    }

    /// A temp for rows of which several are read at once, step by step: where all of them would begin in the same set of a cache, they lie a line further apart.
    Place rows(Value value) {
        Dim row = value.dim(value.rank() - 1);
        int bytes = value.element().bytes();
        if (!row.isConstant() || row.value() * bytes % SETS != 0) {
            return temp(value);
        }
        Shape apart = value.shape().with(value.rank() - 1, row.plus(LINE / bytes));
        return new Place(temp(value.element(), apart.elements().plus(ROOM / bytes)), Expr.index(0), Place.rowMajor(apart));
    }

    /// The place of a constant; equal constants have one. Names begin with the entry's, since all functions of an artifact share one table of constants.
    Place constant(NdArray data) {
        return constantPlaces.computeIfAbsent(data, d -> {
            String name = entry + "_c" + constants.size();
            constants.put(name, d);
            Shape shape = Shape.of(d.extents());
            Buffer buffer = buffer(name, d.element(), shape.elements(), Buffer.Role.CONSTANT);
            fix(buffer);
            return Place.whole(buffer, shape);
        });
    }

    /// A kernel as a step; what it reads, writes and is passed follows from its body.
    Step.Run kernel(String hint, String origin, Block body, Indices indices, Finish.Team team) {
        int number = kernelNames.merge(hint, 1, Integer::sum);
        String name = number == 1 ? hint : hint + "_" + number;
        return finish(new Recipe(name, origin, body, indices, team, null), machine);
    }

    /// A kernel that was made here, once more, without vectors but those that its schedule has written out.
    Step.Run scalar(Step.Run run) {
        Recipe recipe = recipes.get(run.kernel());
        return recipe == null ? run : finish(recipe, Machine.SCALAR);
    }

    /// Declares what a kernel that was made here looks like where a JIT compiles it while it runs.
    void inJit(Step.Run run, Block body, Indices indices, Finish.Team team) {
        inJit.put(run.kernel(), finish(new Recipe(run.kernel().name(), run.kernel().origin(), body, indices, team, null), machine));
    }

    /// A kernel that was made here, as it looks where a JIT compiles it while it runs.
    Step.Run inJit(Step.Run run) {
        return inJit.getOrDefault(run.kernel(), run);
    }

    /// A kernel that was made here, once more, such that its members go through their shares from the end wherever `turn` is 1 instead of 0.
    Step.Run turning(Step.Run run, Expr turn) {
        Recipe recipe = recipes.get(run.kernel());
        if (recipe == null) {
            return run;
        }
        Step.Run turned = finish(new Recipe(recipe.name, recipe.origin, recipe.body, recipe.indices, recipe.team, turn), machine);
        if (inJit.containsKey(run.kernel())) {
            inJit.put(turned.kernel(), turning(inJit.get(run.kernel()), turn));
        }
        return turned;
    }

    private Step.Run finish(Recipe recipe, Machine machine) {
        Finish.Finished finished = Finish.kernel(recipe.body.statements(), machine, recipe.indices, dims.values(), recipe.team, recipe.turn, this::temp);
        var kernel = new Kernel(recipe.name, finished.parameters(), finished.body(), recipe.origin);
        recipes.put(kernel, recipe);
        List<Expr> passed = finished.parameters().stream().map(p -> arguments.getOrDefault(p, p)).toList();
        return new Step.Run(kernel, passed, finished.reads(), finished.writes(), finished.shared());
    }

    /// What a kernel is made of.
    private record Recipe(String name, String origin, Block body, Indices indices, Finish.Team team, Expr turn) { }

    /// Copies a tensor from place to place.
    Step.Run copy(Place from, Place to, Shape shape, String origin) {
        return kernel("copy", origin, Loops.nest(shape.dims(), indices(), (block, indices, index) -> {
            var elements = new Elements(v -> null, indices, block);
            Expr x = block.let("x", Expr.load(from.buffer(), elements.offset(from, index)));
            elements.store(to, index, x);
        }));
    }

    /// A kernel of nested loops.
    Step.Run kernel(String hint, String origin, Loops.Built built) {
        return kernel(hint, origin, built.block(), built.indices(), Finish.Team.SHARED);
    }
}
