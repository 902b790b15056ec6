package dev.sinter.passes.differentiate;

import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.StopGradient;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.type.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Along which values derivatives flow: a structural over-approximation, in both directions. A value has one flag, or one for each of its parts.
final class Activity {
    private final Map<Value, boolean[]> flags = new HashMap<>();

    private Activity() { }

    /// The flag of a tensor.
    boolean of(Value tensor) {
        return flags(tensor)[0];
    }

    /// The flags of all parts.
    boolean[] flags(Value v) {
        return flags.computeIfAbsent(v, x -> new boolean[x.type() instanceof Type.Tuple(var parts) ? parts.size() : 1]);
    }

    /// The flags of several tensors.
    boolean[] of(List<Value> tensors) {
        var all = new boolean[tensors.size()];
        for (int k = 0; k < all.length; k++) {
            all[k] = of(tensors.get(k));
        }
        return all;
    }

    /// Which values depend differentiably on the parameters flagged.
    static Activity forward(Function f, boolean[] parameters) {
        var activity = new Activity();
        for (int k = 0; k < parameters.length; k++) {
            activity.flags(f.parameters().get(k))[0] = parameters[k];
        }
        for (Value v : f.values()) {
            switch (v.op()) {
                case Part(Value tuple, int i) -> activity.flags(v)[0] = activity.flags(tuple)[i];
                case Scan s -> activity.flags.put(v, forward(s, activity.of(s.operands()).clone()).of(s.body().results()));
                case While w -> activity.flags.put(v, forward(w, activity.of(w.operands()).clone()).of(w.body().results()));
                case Cond c -> {
                    var arguments = activity.of(c.arguments());
                    activity.flags.put(v, or(forward(c.then(), arguments).of(c.then().results()), forward(c.otherwise(), arguments).of(c.otherwise().results())));
                }
                case Op op -> {
                    if (passes(v)) {
                        for (Value operand : op.operands()) {
                            activity.flags(v)[0] |= activity.of(operand);
                        }
                    }
                }
            }
        }
        return activity;
    }

    /// Of the body of a scan, given which operands are active; carried values that become active are added to `operands`.
    static Activity forward(Scan s, boolean[] operands) {
        return carried(s.body(), s.constants().size(), s.initial().size(), operands);
    }

    /// Of the body of a while loop.
    static Activity forward(While w, boolean[] operands) {
        return carried(w.body(), w.constants().size(), w.initial().size(), operands);
    }

    private static Activity carried(Function body, int firstCarried, int carried, boolean[] operands) {
        while (true) {
            Activity inner = forward(body, operands);
            boolean grew = false;
            for (int k = 0; k < carried; k++) {
                if (inner.of(body.results().get(k)) && !operands[firstCarried + k]) {
                    operands[firstCarried + k] = true;
                    grew = true;
                }
            }
            if (!grew) {
                var results = body.results();
                for (int k = 0; k < carried; k++) {            // after no step a carried value is its initial one
                    inner.flags(results.get(k))[0] |= operands[firstCarried + k] && results.get(k).tensor().isFloat();
                }
                return inner;
            }
        }
    }

    /// Which values the results flagged depend on differentiably.
    static Activity backward(Function f, boolean[] results) {
        var activity = new Activity();
        for (int k = 0; k < results.length; k++) {
            activity.flags(f.results().get(k))[0] |= results[k];
        }
        for (Value v : f.values().reversed()) {
            var wanted = activity.flags(v);
            switch (v.op()) {
                case Part(Value tuple, int i) -> activity.flags(tuple)[i] |= wanted[0];
                case Scan s -> activity.want(s.operands(), backward(s, wanted));
                case While w -> activity.want(w.operands(), any(wanted) ? all(w.operands().size()) : new boolean[w.operands().size()]);
                case Cond c -> activity.want(c.arguments(), or(backward(c.then(), wanted).of(c.then().parameters()),
                        backward(c.otherwise(), wanted).of(c.otherwise().parameters())));
                case Op op -> {
                    if (wanted[0] && passes(v)) {
                        activity.want(op.operands(), all(op.operands().size()));
                    }
                }
            }
        }
        return activity;
    }

    /// Which operands of a scan the parts flagged depend on; carried values that are found to be wanted are added to `parts`.
    static boolean[] backward(Scan s, boolean[] parts) {
        int firstCarried = s.constants().size();
        while (true) {
            var parameters = backward(s.body(), parts).of(s.body().parameters());
            boolean grew = false;
            for (int k = 0; k < s.initial().size(); k++) {
                if (parameters[firstCarried + k] && !parts[k]) {
                    parts[k] = true;
                    grew = true;
                }
            }
            if (!grew) {
                for (int k = 0; k < s.initial().size(); k++) {
                    parameters[firstCarried + k] |= parts[k];
                }
                return parameters;
            }
        }
    }

    private void want(List<Value> values, boolean[] wanted) {
        for (int k = 0; k < wanted.length; k++) {
            if (wanted[k] && values.get(k).tensor().isFloat()) {
                flags(values.get(k))[0] = true;
            }
        }
    }

    private static boolean passes(Value v) {
        boolean flat = v.op() instanceof StopGradient
                || v.op() instanceof Unary(UnaryFn fn, Value _) && switch (fn) {
                    case SIGN, FLOOR, CEIL, ROUND, TRUNC -> true;
                    default -> false;
                };
        return !flat && v.type() instanceof Type.Tensor t && t.isFloat();
    }

    static boolean any(boolean[] flags) {
        for (boolean f : flags) {
            if (f) {
                return true;
            }
        }
        return false;
    }

    /// Flags that are set in both.
    static boolean[] and(boolean[] a, boolean[] b) {
        var both = a.clone();
        for (int k = 0; k < both.length; k++) {
            both[k] &= b[k];
        }
        return both;
    }

    private static boolean[] or(boolean[] a, boolean[] b) {
        var either = a.clone();
        for (int k = 0; k < either.length; k++) {
            either[k] |= b[k];
        }
        return either;
    }

    private static boolean[] all(int n) {
        var all = new boolean[n];
        Arrays.fill(all, true);
        return all;
    }
}
