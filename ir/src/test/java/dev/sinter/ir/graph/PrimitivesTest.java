package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.Example.array;
import static dev.sinter.ir.graph.Example.integers;
import static dev.sinter.ir.type.ElementType.F32;
import static dev.sinter.ir.type.ElementType.F64;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.text.GraphPrinter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Each line is one op with its arguments and its result, by hand. For every line: the function is well formed, its result has the inferred type and
/// the value given, its text is stable, and, where the op says how it is computed element by element or by loops, these give the same bits.
public class PrimitivesTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static Example op(String op, dev.sinter.ir.array.NdArray... argumentsAndResult) {
        return Example.of(op, argumentsAndResult);
    }

    /// The arithmetic of floats is written once, for f64, and runs for f32 too.
    public static List<Example> examples() {
        var all = new ArrayList<Example>();
        Stream.of(
                op("fill {type = f64[2,0], value = 1.5}", array("f64[2,0]")),
                op("fill {type = f64[], value = -0.0}", array("f64[]", -0.0)),
                op("fill {type = f64[3], value = NaN}", array("f64[3]", NAN, NAN, NAN)),
                op("constant {data = f64[2,2] [1.0, -Infinity, NaN, -1.5E-5]}", array("f64[2,2]", 1, -INF, NAN, -1.5e-5)),
                op("iota {type = f64[2,3], axis = 1}", array("f64[2,3]", 0, 1, 2, 0, 1, 2)),
                op("iota {type = f64[2,3], axis = 0}", array("f64[2,3]", 0, 0, 0, 1, 1, 1)),
                op("neg %a", array("f64[3]", 0.0, -2, NAN), array("f64[3]", -0.0, 2, NAN)),
                op("abs %a", array("f64[3]", -0.0, -2, 3), array("f64[3]", 0.0, 2, 3)),
                op("sign %a", array("f64[4]", 5, -0.5, NAN, 0), array("f64[4]", 1, -1, NAN, 0)),
                op("sqrt %a", array("f64[3]", 4, -1, INF), array("f64[3]", 2, NAN, INF)),
                op("floor %a", array("f64[2]", -0.5, 1.5), array("f64[2]", -1, 1)),
                op("ceil %a", array("f64[2]", -0.5, 1.5), array("f64[2]", -0.0, 2)),
                op("round %a", array("f64[4]", 0.5, 1.5, 2.5, -0.25), array("f64[4]", 0, 2, 2, -0.0)),
                op("trunc %a", array("f64[2]", -1.5, 1.5), array("f64[2]", -1, 1)),
                op("add %a, %b", array("f64[1,2]", 1, INF), array("f64[1,2]", 2, -INF), array("f64[1,2]", 3, NAN)),
                op("sub %a, %b", array("f64[]", 1), array("f64[]", 2), array("f64[]", -1)),
                op("mul %a, %b", array("f64[2]", 3, -0.0), array("f64[2]", 2, 1), array("f64[2]", 6, -0.0)),
                op("div %a, %b", array("f64[3]", 1, -1, 0), array("f64[3]", 4, 0, 0), array("f64[3]", 0.25, -INF, NAN)),
                op("max %a, %b", array("f64[3]", -0.0, NAN, 2), array("f64[3]", 0.0, 1, 1), array("f64[3]", 0.0, NAN, 2)),
                op("min %a, %b", array("f64[3]", -0.0, 1, 2), array("f64[3]", 0.0, NAN, 1), array("f64[3]", -0.0, NAN, 1)),
                op("eq %a, %b", array("f64[3]", NAN, 0.0, 1), array("f64[3]", NAN, -0.0, 2), array("bool[3]", 0, 1, 0)),
                op("ne %a, %b", array("f64[3]", NAN, 0.0, 1), array("f64[3]", NAN, -0.0, 2), array("bool[3]", 1, 0, 1)),
                op("lt %a, %b", array("f64[3]", NAN, 0.0, 1), array("f64[3]", 1, 0, 2), array("bool[3]", 0, 0, 1)),
                op("le %a, %b", array("f64[3]", NAN, 0.0, 3), array("f64[3]", 1, 0, 2), array("bool[3]", 0, 1, 0)),
                op("select %a, %b, %c", array("bool[2]", 1, 0), array("f64[2]", 1, 2), array("f64[2]", NAN, 4), array("f64[2]", 1, 4)),
                op("stop_gradient %a", array("f64[2]", 1, 2), array("f64[2]", 1, 2)),
                op("broadcast %a {to = [2,3], axes = [1]}", array("f64[3]", 1, 2, 3), array("f64[2,3]", 1, 2, 3, 1, 2, 3)),
                op("broadcast %a {to = [2,3], axes = [0, 1]}", array("f64[2,1]", 1, 2), array("f64[2,3]", 1, 1, 1, 2, 2, 2)),
                op("broadcast %a {to = [2], axes = []}", array("f64[]", 7), array("f64[2]", 7, 7)),
                op("broadcast %a {to = [0,2], axes = [0, 1]}", array("f64[1,2]", 7, 8), array("f64[0,2]")),
                op("reshape %a {to = [3,1,2]}", array("f64[2,3]", 1, 2, 3, 4, 5, 6), array("f64[3,1,2]", 1, 2, 3, 4, 5, 6)),
                op("reshape %a {to = [2,2,3]}", array("f64[4,3]", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), array("f64[2,2,3]", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
                op("reshape %a {to = []}", array("f64[1,1]", 3), array("f64[]", 3)),
                op("reshape %a {to = [3,0]}", array("f64[0]"), array("f64[3,0]")),
                op("transpose %a {order = [1, 0]}", array("f64[2,3]", 1, 2, 3, 4, 5, 6), array("f64[3,2]", 1, 4, 2, 5, 3, 6)),
                op("transpose %a {order = [2, 0, 1]}", array("f64[2,1,3]", 1, 2, 3, 4, 5, 6), array("f64[3,2,1]", 1, 4, 2, 5, 3, 6)),
                op("slice %a {axis = 0, start = 1, size = 2, stride = 2}", array("f64[5]", 0, 1, 2, 3, 4), array("f64[2]", 1, 3)),
                op("slice %a {axis = 1, start = 1, size = 0, stride = 1}", array("f64[2,1]", 0, 1), array("f64[2,0]")),
                op("pad %a, %b {axis = 0, low = 1, high = 2, interior = 1}", array("f64[2]", 5, 6), array("f64[]", 9), array("f64[6]", 9, 5, 9, 6, 9, 9)),
                op("pad %a, %b {axis = 1, low = -1, high = 1, interior = 0}", array("f64[1,3]", 5, 6, 7), array("f64[]", 0), array("f64[1,3]", 6, 7, 0)),
                op("pad %a, %b {axis = 0, low = -1, high = -1, interior = 2}", array("f64[2]", 5, 6), array("f64[]", 9), array("f64[2]", 9, 9)),
                op("reverse %a {axis = 1}", array("f64[2,3]", 1, 2, 3, 4, 5, 6), array("f64[2,3]", 3, 2, 1, 6, 5, 4)),
                op("concat %a, %b, %c {axis = 1}", array("f64[2,1]", 1, 4), array("f64[2,0]"), array("f64[2,2]", 2, 3, 5, 6), array("f64[2,3]", 1, 2, 3, 4, 5, 6)),
                op("window %a {axis = 0, size = 3, stride = 2, dilation = 1}", array("f64[6]", 0, 1, 2, 3, 4, 5), array("f64[2,3]", 0, 1, 2, 2, 3, 4)),
                op("window %a {axis = 0, size = 2, stride = 1, dilation = 2}", array("f64[4,1]", 0, 1, 2, 3), array("f64[2,1,2]", 0, 2, 1, 3)),
                op("fold %a {axis = 0, to = 6, stride = 2, dilation = 1}", array("f64[2,3]", 1, 2, 3, 10, 20, 30), array("f64[6]", 1, 2, 13, 20, 30, 0)),
                op("fold %a {axis = 0, to = 5, stride = 2, dilation = 1}", array("f64[2,2]", 1, 2, 3, 4), array("f64[5]", 1, 2, 3, 4, 0)),
                op("fold %a {axis = 0, to = 4, stride = 1, dilation = 2}", array("f64[2,1,2]", 1, 2, 10, 20), array("f64[4,1]", 1, 10, 2, 20)),
                op("fold %a {axis = 0, to = 7, stride = 3, dilation = 1}", array("f64[2,2]", 1, 2, 3, 4), array("f64[7]", 1, 2, 0, 3, 4, 0, 0)),
                op("combine %a {axis = 0, by = f64[2,3] [1.0, 0.0, -1.0, 0.0, 2.0, 0.0]}", array("f64[3,2]", 5, INF, 6, 1, 7, 0), array("f64[2,2]", -2, INF, 12, 2)),
                op("combine %a {axis = 1, by = f64[4,3] [4.0, -1.0, 1.0, 4.0, 1.0, -1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 3.0]}", array("f64[1,3]", 1, 2, 3), array("f64[1,4]", 5, 3, 0, 8)),
                op("dynamic_slice %a, %b {axis = 0, size = 2}", array("f64[4]", 0, 1, 2, 3), array("i32[]", 1), array("f64[2]", 1, 2)),
                op("dynamic_slice %a, %b {axis = 0, size = 2}", array("f64[4]", 0, 1, 2, 3), array("i64[]", 9), array("f64[2]", 2, 3)),
                op("dynamic_update %a, %b, %c {axis = 1}", array("f64[1,4]", 0, 1, 2, 3), array("f64[1,2]", 8, 9), array("i64[]", -5), array("f64[1,4]", 8, 9, 2, 3)),
                op("gather %a, %b {axis = 0}", array("f64[3,2]", 0, 1, 10, 11, 20, 21), array("i32[3]", 2, -1, 9), array("f64[3,2]", 20, 21, 0, 1, 20, 21)),
                op("gather %a, %b {axis = 1}", array("f64[2,3]", 0, 1, 2, 10, 11, 12), array("i64[]", 1), array("f64[2]", 1, 11)),
                op("gather %a, %b {axis = 0}", array("f64[3]", 0, 1, 2), array("i64[2,2]", 2, 1, 0, 0), array("f64[2,2]", 2, 1, 0, 0)),
                op("scatter_add %a, %b, %c {axis = 0}", array("f64[3,2]", 0, 1, 0, 0, 5, 6), array("i32[3]", 2, 0, 2), array("f64[3,2]", 1, 2, 3, 4, 10, 20), array("f64[3,2]", 3, 5, 0, 0, 16, 28)),
                op("scatter_add %a, %b, %c {axis = 1}", array("f64[1,3]", 1, 2, 3), array("i64[]", 7), array("f64[1]", 10), array("f64[1,3]", 1, 2, 13)),
                op("take_along %a, %b {axis = 1}", array("f64[2,3]", 0, 1, 2, 10, 11, 12), array("i64[2,2]", 2, 0, 1, 5), array("f64[2,2]", 2, 0, 11, 12)),
                op("put_along %a, %b, %c {axis = 1}", array("f64[2,3]", 0, 1, 2, 10, 11, 12), array("i64[2,2]", 2, 2, 1, -3), array("f64[2,2]", 1, 1, 1, 1), array("f64[2,3]", 0, 1, 4, 11, 12, 12)),
                op("dot %a, %b {batch = []x[], contract = [1]x[0]}", array("f64[2,2]", 1, 2, 3, 4), array("f64[2,1]", 5, 6), array("f64[2,1]", 17, 39)),
                op("dot %a, %b {batch = [1]x[0], contract = [0]x[2]}", array("f64[3,2]", 1, 2, 3, 4, 5, 6), array("f64[2,1,3]", 1, 0, 0, 1, 1, 1), array("f64[2,1]", 1, 12)),
                op("dot %a, %b {batch = []x[], contract = [0]x[0]}", array("f64[0,2]"), array("f64[0]"), array("f64[2]", 0, 0)),
                op("dot %a, %b {batch = []x[], contract = []x[]}", array("f64[2]", 1, 2), array("f64[]", 3), array("f64[2]", 3, 6)),
                op("reduce_sum %a {axes = [0]}", array("f64[2,3]", 1, 2, 3, 4, 5, 6), array("f64[3]", 5, 7, 9)),
                op("reduce_sum %a {axes = [0, 1]}", array("f64[2,0]"), array("f64[]", 0)),
                op("reduce_prod %a {axes = [1]}", array("f64[2,3]", 1, 2, 3, 4, 5, 6), array("f64[2]", 6, 120)),
                op("reduce_max %a {axes = [0]}", array("f64[3,2]", 1, -0.0, 7, 0.0, NAN, -0.0), array("f64[2]", NAN, 0.0)),
                op("reduce_min %a {axes = [0]}", array("f64[0,1]"), array("f64[1]", INF)),
                op("arg_max %a {axis = 0}", array("f64[4]", 1, 3, 3, 2), array("i64[]", 1)),
                op("arg_max %a {axis = 1}", array("f64[2,3]", 1, NAN, 3, -0.0, 0.0, -1), array("i64[2]", 1, 0)),
                op("arg_min %a {axis = 0}", array("f64[4,1]", 1, -3, NAN, NAN), array("i64[1]", 2)),
                op("cumulative_sum %a {axis = 0, reverse = false}", array("f64[3]", 1, 2, 3), array("f64[3]", 1, 3, 6)),
                op("cumulative_sum %a {axis = 0, reverse = true}", array("f64[2,2]", 1, 2, 3, 4), array("f64[2,2]", 4, 6, 3, 4)),
                op("cumulative_prod %a {axis = 0, reverse = false}", array("f64[3]", 2, 3, 4), array("f64[3]", 2, 6, 24)),
                op("cumulative_max %a {axis = 0, reverse = false}", array("f64[4]", 1, 3, NAN, 4), array("f64[4]", 1, 3, NAN, NAN)),
                op("cumulative_min %a {axis = 1, reverse = true}", array("f64[1,3]", 1, 3, 2), array("f64[1,3]", 1, 2, 2)),
                op("arg_sort %a {axis = 0, descending = false}", array("f64[6]", 3, NAN, 1, -0.0, 0.0, -INF), array("i64[6]", 5, 3, 4, 2, 0, 1)),
                op("arg_sort %a {axis = 0, descending = true}", array("f64[5]", 3, NAN, 1, 3, 4), array("i64[5]", 1, 4, 0, 3, 2)),
                op("arg_sort %a {axis = 0, descending = false}", array("f64[3,2]", 2, 5, 1, 4, 0, 3), array("i64[3,2]", 2, 2, 1, 1, 0, 0)),
                op("arg_sort %a {axis = 1, descending = false}", array("f64[2,0]"), array("i64[2,0]"))
        ).forEach(example -> {
            all.add(example);
            all.add(example.with(F64, F32));
        });
        all.addAll(List.of(
                op("fill {type = i32[2], value = -3}", array("i32[2]", -3, -3)),
                op("fill {type = bool[1], value = 1}", array("bool[1]", 1)),
                op("constant {data = i64[1] [9007199254740993]}", integers("i64[1]", 9007199254740993L)),
                op("constant {data = bool[2] [1, 0]}", array("bool[2]", 1, 0)),
                op("iota {type = i32[3], axis = 0}", array("i32[3]", 0, 1, 2)),
                op("iota {type = i64[3], axis = 0}", array("i64[3]", 0, 1, 2)),
                op("extent {dim = 7}", array("i64[]", 7)),
                op("neg %a", integers("i64[2]", Long.MIN_VALUE, 3), integers("i64[2]", Long.MIN_VALUE, -3)),
                op("abs %a", array("i32[2]", Integer.MIN_VALUE, -3), array("i32[2]", Integer.MIN_VALUE, 3)),
                op("sign %a", array("i32[3]", -5, 0, 9), array("i32[3]", -1, 0, 1)),
                op("not %a", array("bool[2]", 1, 0), array("bool[2]", 0, 1)),
                op("not %a", array("i32[2]", 0, 5), array("i32[2]", -1, -6)),
                op("add %a, %b", array("i32[1]", Integer.MAX_VALUE), array("i32[1]", 1), array("i32[1]", Integer.MIN_VALUE)),
                op("mul %a, %b", integers("i64[1]", 1L << 62), integers("i64[1]", 6), integers("i64[1]", Long.MIN_VALUE)),
                op("mul %a, %b", array("i32[1]", 65537), array("i32[1]", 65537), array("i32[1]", 131073)),
                op("div %a, %b", array("i32[4]", 7, -7, 5, Integer.MIN_VALUE), array("i32[4]", 2, 2, 0, -1), array("i32[4]", 3, -3, 0, Integer.MIN_VALUE)),
                op("div %a, %b", integers("i64[1]", Long.MIN_VALUE), integers("i64[1]", -1), integers("i64[1]", Long.MIN_VALUE)),
                op("rem %a, %b", array("i64[3]", 7, -7, 5), array("i64[3]", 3, 3, 0), array("i64[3]", 1, -1, 0)),
                op("rem %a, %b", array("i32[1]", Integer.MIN_VALUE), array("i32[1]", -1), array("i32[1]", 0)),
                op("max %a, %b", array("i32[1]", -1), array("i32[1]", 1), array("i32[1]", 1)),
                op("min %a, %b", array("i64[1]", -1), array("i64[1]", 1), array("i64[1]", -1)),
                op("and %a, %b", array("i32[2]", 12, -1), array("i32[2]", 10, 7), array("i32[2]", 8, 7)),
                op("or %a, %b", array("i64[1]", 12), array("i64[1]", 10), array("i64[1]", 14)),
                op("xor %a, %b", array("bool[4]", 0, 0, 1, 1), array("bool[4]", 0, 1, 0, 1), array("bool[4]", 0, 1, 1, 0)),
                op("shl %a, %b", array("i32[2]", 1, 1), array("i32[2]", 31, 33), array("i32[2]", Integer.MIN_VALUE, 2)),
                op("shr %a, %b", array("i64[2]", -8, -8), array("i64[2]", 1, 65), array("i64[2]", -4, -4)),
                op("ushr %a, %b", array("i32[2]", -1, -1), array("i32[2]", 28, 60), array("i32[2]", 15, 15)),
                op("ushr %a, %b", array("i64[1]", -1), array("i64[1]", 60), array("i64[1]", 15)),
                op("eq %a, %b", array("bool[2]", 1, 0), array("bool[2]", 1, 1), array("bool[2]", 1, 0)),
                op("ne %a, %b", array("i64[2]", 1, 0), array("i64[2]", 1, 1), array("bool[2]", 0, 1)),
                op("lt %a, %b", array("i32[2]", -1, 3), array("i32[2]", 0, 3), array("bool[2]", 1, 0)),
                op("le %a, %b", array("i32[2]", -1, 3), array("i32[2]", 0, 3), array("bool[2]", 1, 1)),
                op("cast %a {to = i32}", array("f64[5]", 1.9, -1.9, 1e10, -1e10, NAN), array("i32[5]", 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0)),
                op("cast %a {to = i64}", array("f32[2]", 1e30, -0.5), integers("i64[2]", Long.MAX_VALUE, 0)),
                op("cast %a {to = i32}", integers("i64[1]", (1L << 32) + 5), array("i32[1]", 5)),
                op("cast %a {to = f32}", integers("i64[1]", (1L << 54) + (1L << 30) + 1), array("f32[1]", 0x1.000002p54)),
                op("cast %a {to = f32}", array("f64[1]", 0.1), array("f32[1]", 0.1f)),
                op("cast %a {to = f64}", array("bool[2]", 0, 1), array("f64[2]", 0, 1)),
                op("cast %a {to = bool}", array("f64[4]", 0.0, -0.0, NAN, 0.1), array("bool[4]", 0, 0, 1, 1)),
                op("cast %a {to = bool}", array("i32[2]", 0, -4), array("bool[2]", 0, 1)),
                op("bitcast %a {to = i32}", array("f32[2]", 1, -0.0), array("i32[2]", 0x3f800000, Integer.MIN_VALUE)),
                op("bitcast %a {to = f64}", integers("i64[1]", 0x3ff0000000000000L), array("f64[1]", 1)),
                op("select %a, %b, %c", array("bool[]", 0), array("i32[]", 1), array("i32[]", 2), array("i32[]", 2)),
                op("reverse %a {axis = 0}", integers("i64[2]", Long.MAX_VALUE, 1), integers("i64[2]", 1, Long.MAX_VALUE)),
                op("pad %a, %b {axis = 0, low = 1, high = 0, interior = 0}", array("bool[1]", 1), array("bool[]", 0), array("bool[2]", 0, 1)),
                op("concat %a {axis = 0}", array("i32[2]", 1, 2), array("i32[2]", 1, 2)),
                op("scatter_add %a, %b, %c {axis = 0}", array("i32[1]", Integer.MAX_VALUE), array("i32[2]", 0, 0), array("i32[2]", 1, 1), array("i32[1]", Integer.MIN_VALUE + 1)),
                op("put_along %a, %b, %c {axis = 0}", integers("i64[1]", 1L << 60), array("i32[1]", 0), array("i64[1]", 1), integers("i64[1]", (1L << 60) + 1)),
                op("dot %a, %b {batch = []x[], contract = [0]x[0]}", array("i32[2]", 65536, 1), array("i32[2]", 65536, 1), array("i32[]", 1)),
                op("reduce_sum %a {axes = []}", array("i32[1]", 4), array("i32[1]", 4)),
                op("reduce_max %a {axes = [0]}", array("i32[0]"), array("i32[]", Integer.MIN_VALUE)),
                op("reduce_min %a {axes = [0]}", array("i64[2]", 4, -4), array("i64[]", -4)),
                op("reduce_all %a {axes = [0]}", array("bool[2]", 1, 0), array("bool[]", 0)),
                op("reduce_any %a {axes = [1]}", array("bool[2,2]", 1, 0, 0, 0), array("bool[2]", 1, 0)),
                op("cumulative_all %a {axis = 0, reverse = false}", array("bool[3]", 1, 0, 1), array("bool[3]", 1, 0, 0)),
                op("cumulative_any %a {axis = 0, reverse = true}", array("bool[3]", 1, 0, 0), array("bool[3]", 1, 0, 0)),
                op("cumulative_sum %a {axis = 0, reverse = false}", array("i32[2]", Integer.MAX_VALUE, 1), array("i32[2]", Integer.MAX_VALUE, Integer.MIN_VALUE)),
                op("arg_max %a {axis = 0}", array("i32[3]", 1, 7, 7), array("i64[]", 1)),
                op("arg_sort %a {axis = 0, descending = true}", array("i32[5]", 1, 7, 7, 0, 9), array("i64[5]", 4, 1, 2, 0, 3)),
                op("random_bits %a {to = [1]}", array("i64[]", 0), integers("i64[1]", 0x99ba4efe_6b200159L)),
                op("random_bits %a {to = [0,3]}", array("i64[]", 1), array("i64[0,3]")),
                op("call %a, %b {function = func f(%x: f32[2], %y: i32[]) { %0 = neg %x return %0, %y }}", array("f32[2]", 1, 2), array("i32[]", 5), array("i32[]", 0))
                        .giving(array("f32[2]", -1, -2), array("i32[]", 5)),
                op("cond %a; %b {then = func yes(%x: f32[]) { %0 = neg %x return %0 }, otherwise = func no(%x: f32[]) { return %x }}", array("bool[]", 1), array("f32[]", 3), array("f32[]", -3)),
                op("cond %a; %b {then = func yes(%x: f32[]) { %0 = neg %x return %0 }, otherwise = func no(%x: f32[]) { return %x }}", array("bool[]", 0), array("f32[]", 3), array("f32[]", 3)),
                op("while %a; %b {condition = func c(%n: i32[], %i: i32[]) { %0 = lt %i, %n return %0 }, body = func b(%n: i32[], %i: i32[]) { %0 = add %i, %i return %0 }}",
                        array("i32[]", 100), array("i32[]", 3), array("i32[]", 192)),
                op("scan %a; %b; %c {length = 3, reverse = false, body = func step(%k: f32[], %s: f32[], %x: f32[]) { %0 = mul %x, %k %1 = add %s, %0 return %1, %s }}",
                        array("f32[]", 10), array("f32[]", 1), array("f32[3]", 1, 2, 3), array("f32[]", 0)).giving(array("f32[]", 61), array("f32[3]", 1, 11, 31)),
                op("scan ; %a; %b {length = 3, reverse = true, body = func step(%s: f32[], %x: f32[]) { %1 = add %s, %x return %1, %s }}",
                        array("f32[]", 1), array("f32[3]", 1, 2, 3), array("f32[]", 0)).giving(array("f32[]", 7), array("f32[3]", 6, 4, 1)),
                op("scan ; %a; {length = 0, reverse = false, body = func step(%s: i32[]) { return %s, %s }}", array("i32[]", 1), array("i32[]", 0)).giving(array("i32[]", 1), array("i32[0]"))));
        for (UnaryFn fn : UnaryFn.values()) {
            if (fn.domain == UnaryFn.Domain.FLOAT && !fn.loop.isPrimitive()) {
                all.add(op(fn + " %a", array("f64[2]", 0.25, 1.5), array("f64[2]", fn.real.applyAsDouble(0.25), fn.real.applyAsDouble(1.5))));
                all.add(op(fn + " %a", array("f32[2]", 0.25, 1.5), array("f32[2]", fn.real.applyAsDouble(0.25), fn.real.applyAsDouble(1.5))));
            }
        }
        all.add(op("pow %a, %b", array("f64[4]", 2, 1, -1, -8), array("f64[4]", -2, NAN, INF, 0.5), array("f64[4]", 0.25, 1, 1, NAN)));
        all.add(op("atan2 %a, %b", array("f64[2]", 0.0, -1), array("f64[2]", -1, 0), array("f64[2]", Math.PI, -Math.PI / 2)));
        all.add(op("fmod %a, %b", array("f32[3]", -7, 7, 1), array("f32[3]", 3, -3, 0), array("f32[3]", -1, 1, NAN)));
        return all;
    }

    @TestFactory
    Stream<DynamicTest> primitives() {
        return examples().stream().map(example -> DynamicTest.dynamicTest(example.toString(), () -> {
            Function function = example.function();
            assertEquals(List.of(), Verifier.problems(function));
            assertEquals(example.expected(), Interpreter.run(function, example.arguments()));
            String text = GraphPrinter.print(function);
            assertEquals(text, GraphPrinter.print(GraphParser.parseFunction(text)));
            Value value = function.results().getFirst();
            if (OneOpLoops.covers(value.op())) {
                assertEquals(example.expected().getFirst(), OneOpLoops.run(value, example.arguments(), Map.of()));
            }
        }));
    }

    /// What has no line above, has one here with a reason.
    @Test
    void every_op_has_an_example() {
        var seen = new TreeSet<String>();
        examples().forEach(example -> seen.add(example.op().split(" ")[0]));
        var missing = new TreeSet<String>();
        for (Class<?> op : Op.class.getPermittedSubclasses()) {
            names(op).filter(name -> !seen.contains(name)).forEach(missing::add);
        }
        missing.removeAll(List.of("parameter", "part", "vjp", "jvp"));   // in every example; in those with several results; expanded before anything runs
        assertEquals(new TreeSet<>(), missing);
    }

    private static Stream<String> names(Class<?> op) {
        if (op == Unary.class) {
            return Arrays.stream(UnaryFn.values()).map(UnaryFn::toString);
        }
        if (op == Binary.class) {
            return Arrays.stream(BinaryFn.values()).map(BinaryFn::toString);
        }
        if (op == Reduce.class || op == Cumulative.class) {
            return Arrays.stream(Reduction.values()).map(kind -> (op == Reduce.class ? "reduce_" : "cumulative_") + kind);
        }
        if (op == ArgReduce.class) {
            return Stream.of("arg_max", "arg_min");
        }
        return Stream.of(op == Sort.class ? "arg_sort" : op.getSimpleName().replaceAll("(?<=.)(?=[A-Z])", "_").toLowerCase(java.util.Locale.ROOT));
    }
}
