package dev.sinter.ir.text;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.*;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.type.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// How each op is written: its names, the sizes of its groups of operands, its attributes, and how it is made from them again. Printer and parser share
/// this table. Two ops are not in it: parameters stand in a function's head, and a part of a tuple is written `%3#1`.
final class OpForms {
    /// Any number of operands.
    private static final int ANY = -1;

    /// The form of one type of op.
    ///
    /// @param sizes      the number of operands in each group, or [#ANY]
    /// @param groups     the operands, as they are separated by semicolons
    /// @param attributes names and values, in order
    /// @param read       the op, from operands and attributes in the same order
    /// @param typed      whether the attributes say the type already
    record Form<T extends Op>(Class<T> type, List<String> names, List<Integer> sizes, Function<T, List<List<Value>>> groups,
                              Function<T, Map<String, Object>> attributes, Function<OpReader, T> read, boolean typed) { }

    private static final List<Form<?>> ALL = List.of(
            leaf(Constant.class, "constant", c -> attributes("data", c.data()), r -> new Constant(r.array("data"))),
            leaf(Fill.class, "fill", f -> attributes("type", f.type(), "value", number(f)), r -> new Fill(r.type("type"), r.real("value"))),
            leaf(Iota.class, "iota", i -> attributes("type", i.type(), "axis", i.axis()), r -> new Iota(r.type("type"), r.small("axis"))),
            form(Extent.class, "extent", 0, e -> attributes("dim", e.dim()), r -> new Extent(r.dim("dim"))),

            family(Unary.class, names("", UnaryFn.values()), 1, _ -> attributes(), r -> new Unary(named(UnaryFn.class, r.name()), r.operand(0))),
            family(Binary.class, names("", BinaryFn.values()), 2, _ -> attributes(), r -> new Binary(named(BinaryFn.class, r.name()), r.operand(0), r.operand(1))),
            form(Select.class, "select", 3, _ -> attributes(), r -> new Select(r.operand(0), r.operand(1), r.operand(2))),
            form(Cast.class, "cast", 1, c -> attributes("to", c.to()), r -> new Cast(r.element("to"), r.operand(0))),
            form(Bitcast.class, "bitcast", 1, b -> attributes("to", b.to()), r -> new Bitcast(r.element("to"), r.operand(0))),
            form(StopGradient.class, "stop_gradient", 1, _ -> attributes(), r -> new StopGradient(r.operand(0))),

            form(Broadcast.class, "broadcast", 1, b -> attributes("to", b.to(), "axes", b.axes()), r -> new Broadcast(r.operand(0), r.shape("to"), r.axes("axes"))),
            form(Reshape.class, "reshape", 1, s -> attributes("to", s.to()), r -> new Reshape(r.operand(0), r.shape("to"))),
            form(Transpose.class, "transpose", 1, t -> attributes("order", t.order()), r -> new Transpose(r.operand(0), r.axes("order"))),
            form(Slice.class, "slice", 1, s -> attributes("axis", s.axis(), "start", s.start(), "size", s.size(), "stride", s.stride()),
                    r -> new Slice(r.operand(0), r.small("axis"), r.dim("start"), r.dim("size"), r.integer("stride"))),
            form(Pad.class, "pad", 2, p -> attributes("axis", p.axis(), "low", p.low(), "high", p.high(), "interior", p.interior()),
                    r -> new Pad(r.operand(0), r.operand(1), r.small("axis"), r.dim("low"), r.dim("high"), r.integer("interior"))),
            form(Reverse.class, "reverse", 1, x -> attributes("axis", x.axis()), r -> new Reverse(r.operand(0), r.small("axis"))),
            form(Concat.class, "concat", ANY, c -> attributes("axis", c.axis()), r -> new Concat(r.group(0), r.small("axis"))),
            form(Window.class, "window", 1, w -> attributes("axis", w.axis(), "size", w.size(), "stride", w.stride(), "dilation", w.dilation()),
                    r -> new Window(r.operand(0), r.small("axis"), r.integer("size"), r.integer("stride"), r.integer("dilation"))),
            form(Fold.class, "fold", 1, f -> attributes("axis", f.axis(), "to", f.to(), "stride", f.stride(), "dilation", f.dilation()),
                    r -> new Fold(r.operand(0), r.small("axis"), r.dim("to"), r.integer("stride"), r.integer("dilation"))),
            form(Combine.class, "combine", 1, c -> attributes("axis", c.axis(), "by", c.by()), r -> new Combine(r.operand(0), r.small("axis"), r.array("by"))),
            form(DynamicSlice.class, "dynamic_slice", 2, d -> attributes("axis", d.axis(), "size", d.size()),
                    r -> new DynamicSlice(r.operand(0), r.operand(1), r.small("axis"), r.dim("size"))),
            form(DynamicUpdate.class, "dynamic_update", 3, d -> attributes("axis", d.axis()),
                    r -> new DynamicUpdate(r.operand(0), r.operand(1), r.operand(2), r.small("axis"))),

            form(Gather.class, "gather", 2, g -> attributes("axis", g.axis()), r -> new Gather(r.operand(0), r.operand(1), r.small("axis"))),
            form(ScatterAdd.class, "scatter_add", 3, s -> attributes("axis", s.axis()), r -> new ScatterAdd(r.operand(0), r.operand(1), r.operand(2), r.small("axis"))),
            form(TakeAlong.class, "take_along", 2, t -> attributes("axis", t.axis()), r -> new TakeAlong(r.operand(0), r.operand(1), r.small("axis"))),
            form(PutAlong.class, "put_along", 3, p -> attributes("axis", p.axis()), r -> new PutAlong(r.operand(0), r.operand(1), r.operand(2), r.small("axis"))),

            form(Dot.class, "dot", 2, d -> attributes("batch", pair(d.batchA(), d.batchB()), "contract", pair(d.contractA(), d.contractB())), OpForms::dot),
            family(Reduce.class, names("reduce_", Reduction.values()), 1, x -> attributes("axes", x.axes()),
                    r -> new Reduce(named(Reduction.class, r.name().substring("reduce_".length())), r.operand(0), r.axes("axes"))),
            family(ArgReduce.class, List.of("arg_max", "arg_min"), 1, a -> attributes("axis", a.axis()),
                    r -> new ArgReduce(r.name().equals("arg_max"), r.operand(0), r.small("axis"))),
            family(Cumulative.class, names("cumulative_", Reduction.values()), 1, c -> attributes("axis", c.axis(), "reverse", c.reverse()),
                    r -> new Cumulative(named(Reduction.class, r.name().substring("cumulative_".length())), r.operand(0), r.small("axis"), r.flag("reverse"))),
            form(Sort.class, "arg_sort", 1, s -> attributes("axis", s.axis(), "descending", s.descending()),
                    r -> new Sort(r.operand(0), r.small("axis"), r.flag("descending"))),
            form(RandomBits.class, "random_bits", 1, x -> attributes("to", x.to()), r -> new RandomBits(r.operand(0), r.shape("to"))),

            groups(Scan.class, "scan", List.of(ANY, ANY, ANY), s -> List.of(s.constants(), s.initial(), s.sequences()),
                    s -> attributes("length", s.length(), "reverse", s.reverse(), "body", s.body()), OpForms::scan),
            groups(While.class, "while", List.of(ANY, ANY), w -> List.of(w.constants(), w.initial()), w -> attributes("condition", w.condition(), "body", w.body()),
                    r -> new While(r.function("condition"), r.function("body"), r.group(0), r.group(1))),
            groups(Cond.class, "cond", List.of(1, ANY), c -> List.of(List.of(c.condition()), c.arguments()), c -> attributes("then", c.then(), "otherwise", c.otherwise()),
                    r -> new Cond(r.operand(0), r.function("then"), r.function("otherwise"), r.group(1))),
            form(Call.class, "call", ANY, c -> attributes("function", c.function()), r -> new Call(r.function("function"), r.group(0))),
            groups(Vjp.class, "vjp", List.of(ANY, ANY), v -> List.of(v.arguments(), v.cotangents()), v -> attributes("function", v.function(), "wrt", v.wrt()),
                    r -> new Vjp(r.function("function"), r.group(0), r.axes("wrt"), r.group(1))),
            groups(Jvp.class, "jvp", List.of(ANY, ANY), j -> List.of(j.arguments(), j.tangents()), j -> attributes("function", j.function(), "wrt", j.wrt()),
                    r -> new Jvp(r.function("function"), r.group(0), r.axes("wrt"), r.group(1))));

    private static final Map<Class<?>, Form<?>> BY_TYPE = new HashMap<>();
    private static final Map<String, Form<?>> BY_NAME = new HashMap<>();

    static {
        for (Form<?> form : ALL) {
            BY_TYPE.put(form.type(), form);
            form.names().forEach(name -> BY_NAME.put(name, form));
        }
    }

    private OpForms() { }

    /// The form of an op. @throws IllegalStateException if the table has a gap
    @SuppressWarnings("unchecked")
    static <T extends Op> Form<T> of(T op) {
        var form = (Form<T>) BY_TYPE.get(op.getClass());
        if (form == null) {
            throw new IllegalStateException("'" + op.name() + "' has no text form");
        }
        return form;
    }

    /// The form of the op called `name`, or null.
    static Form<?> named(String name) {
        return BY_NAME.get(name);
    }

    private static <T extends Op> Form<T> form(Class<T> type, String name, int operands, Function<T, Map<String, Object>> attributes, Function<OpReader, T> read) {
        return family(type, List.of(name), operands, attributes, read);
    }

    private static <T extends Op> Form<T> family(Class<T> type, List<String> names, int operands, Function<T, Map<String, Object>> attributes, Function<OpReader, T> read) {
        return new Form<>(type, names, List.of(operands), op -> List.of(op.operands()), attributes, read, false);
    }

    private static <T extends Op> Form<T> leaf(Class<T> type, String name, Function<T, Map<String, Object>> attributes, Function<OpReader, T> read) {
        return new Form<>(type, List.of(name), List.of(0), _ -> List.of(List.of()), attributes, read, true);
    }

    private static <T extends Op> Form<T> groups(Class<T> type, String name, List<Integer> sizes, Function<T, List<List<Value>>> groups,
                                                 Function<T, Map<String, Object>> attributes, Function<OpReader, T> read) {
        return new Form<>(type, List.of(name), sizes, groups, attributes, read, false);
    }

    /// Names and values by turns.
    private static Map<String, Object> attributes(Object... namesAndValues) {
        var attributes = new LinkedHashMap<String, Object>();
        for (int k = 0; k < namesAndValues.length; k += 2) {
            attributes.put((String) namesAndValues[k], namesAndValues[k + 1]);
        }
        return attributes;
    }

    private static List<String> names(String prefix, Object[] constants) {
        return Arrays.stream(constants).map(c -> prefix + c).toList();
    }

    private static <E extends Enum<E>> E named(Class<E> family, String text) {
        return Stream.of(family.getEnumConstants()).filter(c -> c.toString().equals(text)).findFirst().orElseThrow();
    }

    private static String number(Fill fill) {
        return number(fill.type(), fill.value());
    }

    private static String pair(List<Integer> a, List<Integer> b) {
        return a + "x" + b;
    }

    private static Dot dot(OpReader r) {
        var batch = r.pairs("batch");
        var contract = r.pairs("contract");
        return new Dot(r.operand(0), r.operand(1), batch.get(0), batch.get(1), contract.get(0), contract.get(1));
    }

    private static Scan scan(OpReader r) {
        var length = r.dim("length");
        var reverse = r.flag("reverse");
        return new Scan(r.function("body"), length, reverse, r.group(0), r.group(1), r.group(2));
    }

    /// A number of this element type: an integer without a point.
    private static String number(Type.Tensor type, double value) {
        return switch (type.element()) {
            case F32 -> Float.toString((float) value);
            case F64 -> Double.toString(value);
            case I32, I64, BOOL -> Long.toString((long) value);
        };
    }

    /// The elements of an array between brackets.
    static String elements(NdArray data) {
        var out = new StringBuilder("[");
        for (int i = 0; i < data.size(); i++) {
            out.append(i == 0 ? "" : ", ").append(data.element().isFloat() ? number(data.type(), data.get(i)) : Long.toString(data.getLong(i)));
        }
        return out.append("]").toString();
    }
}
