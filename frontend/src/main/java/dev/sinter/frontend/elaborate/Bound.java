package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Value;
import java.util.Map;

/// The arguments of a native function by the names of its parameters; absent ones are not in the map.
record Bound(Elaborator e, String function, Span call, Map<String, Datum> values, Map<String, Span> spans) {
    boolean has(String name) {
        return values.containsKey(name) && !(values.get(name) instanceof Datum.Nothing);
    }

    Datum get(String name) {
        Datum value = values.get(name);
        return value == null ? new Datum.Nothing() : value;
    }

    Span span(String name) {
        return spans.getOrDefault(name, call);
    }

    /// The argument as a tensor; numbers known now become reals.
    Value array(String name) {
        return e.arrays.of(get(name), null, span(name));
    }

    /// The argument as a tensor with floating elements.
    Value real(String name) {
        Value v = array(name);
        if (!v.tensor().isFloat()) {
            throw Failure.of(Code.S0403, "`" + function + "` takes real numbers, not " + v.element(), span(name), "this is " + Show.type(v))
                .help("convert with `real(…)`");
        }
        return v;
    }

    /// The argument as a tensor; whole numbers known now become i64.
    Value index(String name) {
        Value v = e.arrays.indices(get(name), span(name));
        if (!v.element().isInteger()) {
            throw Failure.of(Code.S0403, "`" + function + "` takes whole numbers here, not " + v.element(), span(name), "this is " + Show.type(v))
                .help("convert with `i64(…)`");
        }
        return v;
    }

    /// The argument as a tensor of any elements; whole numbers known now become i64.
    Value exact(String name) {
        return e.arrays.indices(get(name), span(name));
    }

    /// The argument as a number known now.
    long number(String name, long otherwise) {
        return has(name) ? e.arrays.known(get(name), span(name)) : otherwise;
    }

    boolean truth(String name, boolean otherwise) {
        if (!has(name)) return otherwise;
        if (get(name) instanceof Datum.Truth(boolean value)) return value;
        throw e.mismatch("`true` or `false`, known at compile time", get(name), span(name));
    }

    /// An axis of an array of this rank; negative ones count from the end.
    int axis(String name, int rank, long otherwise) {
        return e.arrays.axis(number(name, otherwise), rank, span(name));
    }
}
