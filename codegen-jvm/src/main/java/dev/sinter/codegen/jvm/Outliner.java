package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.objectweb.asm.commons.CodeSizeEvaluator;

/// Cuts a program into [Method]s that are small enough for the JIT, which does not compile methods over 8,000 bytes.
///
/// A list of statements that is too large gives away, first, whole loops and branches, the largest first; then its tail, from a statement
/// on where few values, and no vectors if possible, are still needed. What is given away becomes a method, and its place is taken by a launch of a
/// stand-in kernel. A method returns at most one changed scalar and no changed mask. Vectors of numbers that it needs are stored before the launch and loaded where
/// it begins; those that it changes are stored at its end and loaded behind the launch ([Spill] says where). A vector that is one scalar in every lane is not passed, but
/// made again from the scalar.
final class Outliner {
    /// What a call takes at most, beside its arguments.
    private static final int CALL = 24;
    private static final int ARGUMENT = 4;
    /// What reading a dim or a buffer takes.
    private static final int TABLE_ENTRY = 12;
    /// From so many vector instructions on a body of a loop is worth the call of a method.
    private static final long WORTH_A_CALL = 400;
    /// So many vector instructions C2 can take in a method.
    private static final int MOST_VECTORS = 80;
    /// What storing and loading a part of a vector take.
    private static final int STORE = 36;
    private static final int LOAD = 30;

    /// The body of a loop: the indices that its pieces share, which stay with the loop, and the pieces.
    private record Apart(List<Stmt> indices, List<List<Stmt>> pieces) { }

    private final Target target;
    private final int budget;
    private final List<Method> methods = new ArrayList<>();
    private final Map<Kernel, Method> callees = new IdentityHashMap<>();
    private final Map<Stmt, Integer> sizes = new IdentityHashMap<>();
    private final Set<Expr.Var> globals = new HashSet<>();
    private final Map<Expr.Var, Stmt> repeatable = new IdentityHashMap<>();
    private final Map<Twins.Family, Kernel> shared = new IdentityHashMap<>();
    /// Bodies of loops that become methods, and the pieces of each.
    private final Map<List<Stmt>, Apart> apart = new IdentityHashMap<>();
    private final Twins twins;
    /// Where the vectors are that the method which is being cut has from its caller, and that do not change.
    private Map<Expr.Var, Spill.Place> spilled = Map.of();
    /// The statements of the method that is being cut. A call of all of them would be a method of the same size, which would be cut the same way, without end.
    private List<Stmt> whole = List.of();
    private String where;
    private String methodName;
    private int pieces;

    /// Cuts into methods of at most about `budget` bytes.
    ///
    /// @param kernels what is to be cut, so that register tiles that are alike are found
    Outliner(Target target, int budget, Collection<Kernel> kernels) {
        this.target = target;
        this.budget = budget;
        globals.addAll(target.program().dims());
        globals.add(LoopProgram.MEMBER);
        globals.add(LoopProgram.MEMBERS);
        globals.addAll(target.spill().bases());
        kernels.forEach(kernel -> learn(kernel.body()));
        var found = new ArrayList<Twins.Candidate>();
        kernels.forEach(kernel -> setApart(kernel.body(), false, found));
        this.twins = new Twins(found, globals, target.program().buffers());
    }

    /// Finds the bodies of loops that become methods of their own, each with what it needs to stand alone; whether there are any in `list`. The JIT compiles a method
    /// from its entry, where no vector lives yet and the class of every segment is known. What it compiles from within a running loop finds accumulators boxed
    /// and memory of unknown kind, takes ten times as long, and is slow; and a kernel that is called once in a call of the function runs such code for minutes.
    ///
    /// * register tiles: bodies that declare vector accumulators for a loop within,
    /// * elsewhere the innermost bodies with so much to do for vectors that the call does not count.
    private boolean setApart(List<Stmt> list, boolean inLoop, List<Twins.Candidate> found) {
        boolean within = false;
        if (!inLoop || !isTile(list)) {
            for (Stmt s : list) {
                if (s instanceof Stmt.If(_, var then, var otherwise)) {
                    within |= setApart(then, inLoop, found) | setApart(otherwise, inLoop, found);
                } else {
                    within |= setApart(children(s), inLoop || isLoop(s), found);
                }
            }
            if (within || !inLoop || VectorWork.of(list, target.vectorBits()) < WORTH_A_CALL || !standsAlone(list)) {
                return within;
            }
        }
        var cut = cutApart(list);
        apart.put(list, cut);
        cut.pieces().forEach(piece -> found.add(new Twins.Candidate(piece, complete(piece))));
        return true;
    }

    /// The statements in pieces that C2 can take one by one, without vectors that go from piece to piece. Of a method with too many vectors C2 inlines the last ones without
    /// knowing what comes to them, and boxes some.
    private Apart cutApart(List<Stmt> list) {
        var others = new HashSet<Expr.Var>();
        var indices = new ArrayList<Stmt>();
        var rest = new ArrayList<Stmt>();
        for (Stmt s : list) {
            if (s instanceof Stmt.Let(var name, var value) && !name.isMutable() && name.lanes() == 1 && isIndex(value, others)) {
                indices.add(s);
            } else {
                rest.add(s);
                if (s instanceof Stmt.Let let) {
                    others.add(let.name());
                }
            }
        }
        var pieces = pieces(rest);
        return pieces.size() == 1 ? new Apart(List.of(), List.of(list)) : new Apart(indices, pieces);
    }

    /// Whether a value is computed from constants and from names other than these alone.
    private static boolean isIndex(Expr value, Set<Expr.Var> others) {
        return switch (value) {
            case Expr.Const _ -> true;
            case Expr.Var name -> !name.isMutable() && !others.contains(name);
            case Expr.Apply(_, var arguments) -> arguments.stream().allMatch(a -> isIndex(a, others));
            default -> false;
        };
    }

    private List<List<Stmt>> pieces(List<Stmt> list) {
        int all = VectorWork.instructions(list, target.vectorBits());
        if (all > MOST_VECTORS) {
            for (int k = list.size() - 1; k > 0; k--) {
                var head = list.subList(0, k);
                var tail = list.subList(k, list.size());
                int behind = VectorWork.instructions(tail, target.vectorBits());
                if (behind >= Math.min(all / 4, MOST_VECTORS / 2) && all > behind && standsAlone(head) && standsAlone(tail) && declaresNothingFor(head, tail)) {
                    return join(pieces(head), List.of(tail));
                }
            }
        }
        return List.of(list);
    }

    private boolean declaresNothingFor(List<Stmt> head, List<Stmt> tail) {
        var needed = Mentions.of(complete(tail)).free();
        return head.stream().noneMatch(s -> s instanceof Stmt.Let(var name, _) && needed.contains(name));
    }

    /// The method for each launched kernel, stand-ins included.
    Map<Kernel, Method> callees() {
        return callees;
    }

    /// All methods so far.
    List<Method> methods() {
        return methods;
    }

    /// The method that runs `body`. The names of methods are `methodName-0`, `methodName-1`, …
    ///
    /// @param where what error messages call it
    /// @throws IllegalArgumentException if it cannot be cut
    Method cut(String where, String methodName, List<Expr.Var> parameters, List<Stmt> body) {
        this.where = where;
        this.methodName = methodName;
        pieces = 1;                                            // 0 is the method itself
        target.spill().nextKernel();
        learn(body);
        var isolated = isolated(body);
        return method(methodName + "-0", parameters, List.of(), isolated, List.of(), null);
    }

    /// The same statements, where the bodies of loops that were [set apart][#setApart] are calls.
    private List<Stmt> isolated(List<Stmt> list) {
        if (apart.containsKey(list)) {
            return join(apart.get(list).indices(), flat(apart.get(list).pieces().stream().map(this::separate).toList()));
        }
        return list.stream().map(this::isolated).toList();
    }

    /// The call of a method for these statements, or the statements themselves if they cannot be one.
    private List<Stmt> separate(List<Stmt> list) {
        Stmt shared = shared(twins.of(list));
        var call = shared == null ? call(list, Set.of()) : List.of(shared);
        return call == null ? list : call;
    }

    private boolean isTile(List<Stmt> list) {
        if (list.stream().noneMatch(Outliner::isVectorAccumulator) || list.stream().noneMatch(Outliner::isLoop)) {
            return false;
        }
        return standsAlone(list);
    }

    /// Whether statements get nothing in vectors and change nothing but memory.
    private boolean standsAlone(List<Stmt> list) {
        var mentions = Mentions.of(complete(list));
        return mentions.assigned().isEmpty() && vectors(mentions).isEmpty();
    }

    /// The call of a method that several kernels share; null if there is none, or if it would be too large to be one.
    private Stmt shared(Twins.Twin twin) {
        if (twin == null || size(twin.family().body()) + TABLE_ENTRY * twin.family().parameters().size() > budget) {
            return null;
        }
        Kernel standIn = shared.computeIfAbsent(twin.family(), family -> {
            var kernel = new Kernel(methodName, family.parameters(), List.of(), "");
            var method = new Method(methodName + "-" + pieces++, family.parameters(), family.body(), null, family.buffers());
            methods.add(method);
            callees.put(kernel, method);
            return kernel;
        });
        return new Stmt.Launch(standIn, twin.arguments());
    }

    private Stmt isolated(Stmt statement) {
        return switch (statement) {
            case Stmt.For(var i, var from, var to, var step, var binding, var body) ->
                    new Stmt.For(i, from, to, step, binding, isolated(body));
            case Stmt.If(var condition, var then, var otherwise) ->
                    new Stmt.If(condition, isolated(then), isolated(otherwise));
            case Stmt.While(var head, var condition, var body) -> new Stmt.While(head, condition, isolated(body));
            case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Launch _, Stmt.Barrier _ -> statement;
        };
    }

    /// Learns what is made again rather than passed.
    private void learn(List<Stmt> statements) {
        for (Stmt s : statements) {
            if (s instanceof Stmt.Let(var name, var value) && !name.isMutable() && isRepeatable(value)) {
                repeatable.put(name, s);
            }
            learn(children(s));
        }
    }

    private boolean isRepeatable(Expr value) {
        return switch (value) {
            case Expr.Splat(var x, _) -> isFixed(x);
            case Expr.Ramp(var base, _, _) -> isFixed(base);
            default -> value.lanes() == 1 && isKnownEverywhere(value);
        };
    }

    /// Whether an index is made of constants and of names that every method knows, in a few instructions.
    private boolean isKnownEverywhere(Expr index) {
        return switch (index) {
            case Expr.Const _ -> true;
            case Expr.Var name -> globals.contains(name);
            case Expr.Apply(var fn, var arguments) -> (fn == Fn.ADD || fn == Fn.SUB || fn == Fn.MUL) && arguments.stream().allMatch(this::isKnownEverywhere);
            default -> false;
        };
    }

    private static boolean isFixed(Expr scalar) {
        return scalar instanceof Expr.Const || scalar instanceof Expr.Var name && !name.isMutable();
    }

    /// Whether a name goes through memory: a vector of numbers. A mask is passed as its bits.
    private static boolean isSpilled(Expr.Var name) {
        return name.lanes() > 1 && name.type() != ElementType.BOOL;
    }

    /// What makes again what the statements need.
    private List<Stmt> made(List<Stmt> statements) {
        return Mentions.of(statements).free().stream().map(repeatable::get).filter(Objects::nonNull).toList();
    }

    /// The statements, and before them those that make what can be made again.
    private List<Stmt> complete(List<Stmt> statements) {
        return join(made(statements), statements);
    }

    private static boolean isVectorAccumulator(Stmt statement) {
        return statement instanceof Stmt.Let(var name, _) && name.isMutable() && name.lanes() > 1;
    }

    private static boolean isLoop(Stmt statement) {
        return statement instanceof Stmt.For || statement instanceof Stmt.While;
    }

    /// The method of the statements `body`, before which `head` defines what they need, and behind which `foot` stores what they have changed.
    private Method method(String name, List<Expr.Var> parameters, List<Stmt> head, List<Stmt> body, List<Stmt> foot, Expr.Var result) {
        var mentions = Mentions.of(body);
        long entries = mentions.buffers().size() + mentions.free().stream().filter(v -> !isSpilled(v)).count();
        var outer = whole;
        whole = body;
        var fitted = join(fit(body, budget - TABLE_ENTRY * (int) entries - size(head) - size(foot), true), foot);
        whole = outer;
        var needed = Mentions.of(fitted).free();                                  // what a piece of it alone needs, that piece loads
        var method = new Method(name, parameters, join(head.stream().filter(s -> needed.contains(((Stmt.Let) s).name())).toList(), fitted), result);
        methods.add(method);
        return method;
    }

    /// `list`, or an equivalent of it that takes at most `room` bytes. The tail may be cut off if no name that the list declares is
    /// used behind it.
    private List<Stmt> fit(List<Stmt> list, int room, boolean mayCutTail) {
        if (size(list) <= room) {
            return list;
        }
        var replaced = new ArrayList<List<Stmt>>();
        list.forEach(s -> replaced.add(List.of(s)));
        var containers = IntStream.range(0, list.size()).filter(k -> !children(list.get(k)).isEmpty()).boxed()
                .sorted(Comparator.comparing((Integer k) -> -size(list.get(k)))).toList();
        for (int k : containers) {
            if (size(flat(replaced)) > room && (list.size() > 1 || room < budget / 2 && !isWhole(list))) {
                var call = call(replaced.get(k), new HashSet<>());
                if (call != null && size(call) < size(list.get(k))) {
                    replaced.set(k, call);
                }
            }
        }
        for (int k : containers) {
            int excess = size(flat(replaced)) - room;
            boolean whole = replaced.get(k).size() == 1 && replaced.get(k).getFirst() == list.get(k);
            if (excess > 0 && whole && !(mayCutTail && list.size() > 1 && size(list.get(k)) <= room / 2)) {
                replaced.set(k, List.of(shrink(list.get(k), Math.max(size(list.get(k)) - excess, room / 4))));
            }
        }
        var fitted = flat(replaced);
        if (size(fitted) <= room) {
            return fitted;
        }
        if (mayCutTail) {
            return cutTail(fitted, room);
        }
        throw new IllegalArgumentException(where + " has a condition whose " + size(fitted)
                + " bytes of code cannot be split into JVM methods that the JIT compiles");
    }

    private List<Stmt> cutTail(List<Stmt> list, int room) {
        var declared = new HashSet<Expr.Var>();
        list.forEach(s -> {
            if (s instanceof Stmt.Let let) {
                declared.add(let.name());
            }
        });
        // what the tail from each statement on needs, from the last backwards; -1 where it is not callable
        int[] before = new int[list.size()];
        int[] parts = new int[list.size()];
        var needed = new HashSet<Expr.Var>();
        var changed = new HashSet<Expr.Var>();
        for (int k = list.size() - 1; k >= 0; k--) {
            var mentions = Mentions.of(complete(List.of(list.get(k))));
            if (list.get(k) instanceof Stmt.Let let) {
                needed.remove(let.name());
            }
            needed.addAll(parameters(mentions));
            mentions.assigned().stream().filter(v -> !declared.contains(v)).forEach(changed::add);
            before[k] = isCallable(needed, changed) ? costAtCaller(needed, changed) : Integer.MAX_VALUE;
            parts[k] = parts(needed);
        }
        int best = -1;
        int prefix = 0;
        // a method that starts with a call to all of itself would not be smaller
        for (int k = 0; k < list.size() && prefix + CALL <= room; prefix += size(list.get(k)), k++) {
            if ((k > 0 || room < budget / 2 && !isWhole(list)) && before[k] <= room - prefix) {
                boolean better = best < 0 || parts[k] <= parts[best] || prefix < room / 2 && parts[k] <= parts[best] + 2;
                best = better ? k : best;
            }
        }
        if (best < 0) {
            return throughMemory(list, room);
        }
        var fitted = new ArrayList<>(list.subList(0, best));
        fitted.addAll(call(list.subList(best, list.size()), declared));
        return fitted;
    }

    /// A row of calls for statements of which so many values are in use everywhere that no call could be given them: what one call makes for a later one goes through memory.
    private List<Stmt> throughMemory(List<Stmt> list, int room) {
        var places = new IdentityHashMap<>(spilled);
        var before = new ArrayList<Stmt>();
        for (Expr.Var vector : vectors(Mentions.of(complete(list)))) {
            if (!places.containsKey(vector)) {
                places.put(vector, target.spill().place(vector));
                before.add(places.get(vector).store(vector));
            }
        }
        var lastUse = new IdentityHashMap<Expr.Var, Integer>();
        for (int k = 0; k < list.size(); k++) {
            int place = k;
            Mentions.of(complete(List.of(list.get(k)))).free().forEach(name -> lastUse.put(name, place));
        }
        var ofList = new HashSet<Expr.Var>();
        int most = budget * 2 / 3;
        for (int from = 0; from < list.size();) {
            var loaded = new LinkedHashSet<Expr.Var>();
            var made = new LinkedHashSet<Expr.Var>();
            int to = from;
            int taken = 0;
            while (to < list.size()) {
                Stmt next = list.get(to);
                var names = new LinkedHashSet<>(Mentions.of(complete(List.of(next))).free());
                names.removeAll(made);
                names.removeIf(name -> !places.containsKey(name) && !ofList.contains(name));
                loaded.addAll(names);
                if (next instanceof Stmt.Let let) {
                    made.add(let.name());
                }
                made.addAll(Mentions.of(List.of(next)).assigned());
                taken += size(next);
                int last = to;
                if (to > from && taken + LOAD * allParts(loaded) + STORE * allParts(made.stream().filter(name -> lastUse.getOrDefault(name, -1) > last).toList()) > most) {
                    break;
                }
                to++;
            }
            if (from == 0 && to == list.size()) {
                throw cannotBeSplit(list);
            }
            before.add(called(list.subList(from, to), to, lastUse, ofList, places));
            from = to;
        }
        return size(before) <= room ? before : cutTail(before, room);
    }

    /// The call of a piece that gets from memory, and leaves there, what goes from piece to piece.
    private Stmt called(List<Stmt> piece, int end, Map<Expr.Var, Integer> lastUse, Set<Expr.Var> ofList, Map<Expr.Var, Spill.Place> places) {
        var mentions = Mentions.of(complete(piece));
        var changed = new LinkedHashSet<>(mentions.assigned());
        piece.forEach(s -> {
            if (s instanceof Stmt.Let let) {
                changed.add(let.name());
                ofList.add(let.name());
            }
        });
        var head = new ArrayList<>(made(piece));
        var foot = new ArrayList<Stmt>();
        var parameters = new ArrayList<Expr.Var>();
        for (Expr.Var name : parameters(mentions)) {
            if (places.containsKey(name)) {
                head.add(new Stmt.Let(name, places.get(name).load(name)));
            } else {
                parameters.add(name);
            }
        }
        for (Expr.Var name : changed) {
            if (lastUse.getOrDefault(name, -1) >= end && !repeatable.containsKey(name) || !ofList.contains(name)) {
                if (!ofList.contains(name) || name.type() == ElementType.BOOL) {
                    throw cannotBeSplit(piece);
                }
                foot.add(places.computeIfAbsent(name, target.spill()::place).store(name));
            }
        }
        if (words(parameters) > Method.MOST_ARGUMENT_WORDS) {
            throw cannotBeSplit(piece);
        }
        var standIn = new Kernel(methodName, parameters, List.of(), "");
        var outer = spilled;
        spilled = places;
        callees.put(standIn, method(methodName + "-" + pieces++, parameters, head, piece, foot, null));
        spilled = outer;
        return new Stmt.Launch(standIn, List.copyOf(parameters));
    }

    private IllegalArgumentException cannotBeSplit(List<Stmt> list) {
        return new IllegalArgumentException(where + " has a statement of " + list.stream().mapToInt(this::size).max().orElse(0)
                + " bytes of code, which cannot be split into JVM methods that the JIT compiles");
    }

    private boolean isWhole(List<Stmt> list) {
        return list.size() == whole.size() && IntStream.range(0, list.size()).allMatch(k -> list.get(k) == whole.get(k));
    }

    /// The same loop or branch with lists that are small enough for `room` bytes.
    private Stmt shrink(Stmt container, int room) {
        int left = room - own(container);
        return switch (container) {
            case Stmt.For(var i, var from, var to, var step, var binding, var body) ->
                    new Stmt.For(i, from, to, step, binding, fit(body, left, true));
            case Stmt.If(var condition, var then, var otherwise) -> {
                int small = Math.min(size(then), size(otherwise));
                int rest = left - Math.min(small, left / 2);
                yield new Stmt.If(condition, fit(then, size(then) == small ? left / 2 : rest, true),
                        fit(otherwise, size(otherwise) == small ? left / 2 : rest, true));
            }
            case Stmt.While(var head, var condition, var body) -> {
                int small = Math.min(size(head), size(body));
                int rest = left - Math.min(small, left / 2);
                yield new Stmt.While(fit(head, size(head) == small ? left / 2 : rest, false), condition,
                        fit(body, size(body) == small ? left / 2 : rest, true));
            }
            case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Launch _, Stmt.Barrier _ -> container;
        };
    }

    /// Makes a method of the statements and returns the call that takes their place; null if they are not callable.
    ///
    /// @param dying names that the statements change and nobody reads afterwards
    private List<Stmt> call(List<Stmt> list, Set<Expr.Var> dying) {
        var mentions = Mentions.of(complete(list));
        var changed = new LinkedHashSet<>(mentions.assigned());
        changed.removeAll(dying);
        var needed = parameters(mentions);
        if (!isCallable(needed, changed)) {
            return null;
        }
        var made = made(list);
        var places = new IdentityHashMap<>(spilled);
        var before = new ArrayList<Stmt>();
        var head = new ArrayList<>(made);
        for (Expr.Var vector : vectors(mentions)) {
            if (vector.isMutable() || !places.containsKey(vector)) {
                places.put(vector, target.spill().place(vector));
                before.add(places.get(vector).store(vector));
            }
            head.add(new Stmt.Let(vector, places.get(vector).load(vector)));
        }
        var foot = new ArrayList<Stmt>();
        var after = new ArrayList<Stmt>();
        changed.stream().filter(Outliner::isSpilled).forEach(vector -> {
            foot.add(places.get(vector).store(vector));
            after.add(new Stmt.Assign(vector, places.get(vector).load(vector)));
        });
        var result = changed.stream().filter(v -> !isSpilled(v)).findFirst().orElse(null);
        var parameters = needed.stream().filter(v -> !isSpilled(v)).toList();
        var standIn = new Kernel(methodName, parameters, List.of(), "");
        var outer = spilled;
        spilled = places;
        callees.put(standIn, method(methodName + "-" + pieces++, parameters, head, list, foot, result));
        spilled = outer;
        before.add(new Stmt.Launch(standIn, List.copyOf(parameters)));
        return join(before, after);
    }

    /// Whether a method can take these names and change those: its head and foot leave it room.
    private boolean isCallable(Collection<Expr.Var> needed, Set<Expr.Var> changed) {
        return changed.stream().filter(v -> !isSpilled(v)).allMatch(v -> v.lanes() == 1) && changed.stream().filter(v -> !isSpilled(v)).count() <= 1
                && words(needed) <= Method.MOST_ARGUMENT_WORDS && LOAD * parts(needed) + STORE * parts(changed) <= budget / 2;
    }

    /// The bytes of a call with what goes before and comes after it.
    private int costAtCaller(Collection<Expr.Var> needed, Set<Expr.Var> changed) {
        return CALL + ARGUMENT * words(needed) + STORE * parts(needed) + LOAD * parts(changed);
    }

    private int words(Collection<Expr.Var> names) {
        return names.stream().filter(v -> !isSpilled(v)).mapToInt(Method::words).sum();
    }

    private int parts(Collection<Expr.Var> names) {
        return allParts(names.stream().filter(Outliner::isSpilled).toList());
    }

    /// The values that the JVM has for these names: one for a scalar, and for a mask's bits.
    private int allParts(Collection<Expr.Var> names) {
        return names.stream().mapToInt(v -> v.lanes() == 1 || v.type() == ElementType.BOOL ? 1 : Split.of(v.type(), v.lanes(), target.vectorBits()).count()).sum();
    }

    private List<Expr.Var> vectors(Mentions mentions) {
        return parameters(mentions).stream().filter(Outliner::isSpilled).toList();
    }

    private List<Expr.Var> parameters(Mentions mentions) {
        return mentions.free().stream().filter(v -> !globals.contains(v)).toList();
    }

    private int size(List<Stmt> list) {
        return list.stream().mapToInt(this::size).sum();
    }

    private int size(Stmt statement) {
        Integer known = sizes.get(statement);
        if (known == null) {
            known = own(statement) + children(statement).stream().mapToInt(this::size).sum();
            sizes.put(statement, known);
        }
        return known;
    }

    private static List<Stmt> children(Stmt statement) {
        return switch (statement) {
            case Stmt.For loop -> loop.body();
            case Stmt.If(_, var then, var otherwise) -> join(then, otherwise);
            case Stmt.While(var head, _, var body) -> join(head, body);
            case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Launch _, Stmt.Barrier _ -> List.of();
        };
    }

    private static List<Stmt> flat(List<List<Stmt>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }

    private static <T> List<T> join(List<T> a, List<T> b) {
        var both = new ArrayList<T>(a);
        both.addAll(b);
        return both;
    }

    /// The bytes of a statement without its lists, measured by writing it.
    private int own(Stmt statement) {
        Stmt alone = switch (statement) {
            case Stmt.For(var i, var from, var to, var step, var binding, _) -> new Stmt.For(i, from, to, step, binding, List.of());
            case Stmt.If(var condition, _, _) -> new Stmt.If(condition, List.of(), List.of());
            case Stmt.While(_, var condition, _) -> new Stmt.While(List.of(), condition, List.of());
            case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Launch _, Stmt.Barrier _ -> statement;
        };
        var evaluator = new CodeSizeEvaluator(null);
        var body = new MethodBody(target, callees, evaluator);
        var single = List.of(alone);
        body.open(new Method("", parameters(Mentions.of(single)), single, null));
        int before = evaluator.getMaxSize();
        body.statements().list(single);
        return evaluator.getMaxSize() - before;
    }
}
