package dev.sinter.passes.lower;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.LoopInterpreter;
import dev.sinter.ir.loop.LoopVerifier;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.schedule.Machine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/// Lowers functions and runs them on the loop interpreter.
final class Programs {
    /// Every machine.
    static final List<Machine> MACHINES = List.of(Machine.SCALAR, Machine.V128, Machine.V256, Machine.V512);

    private Programs() { }

    /// A function of the caller's tensors `p0, p1, …` with results `r0, r1, …`.
    static Module.Entry entry(Function function) {
        return new Module.Entry(function, "",
                IntStream.range(0, function.parameters().size()).mapToObj(k -> (Module.Binding) new Module.Binding.Argument("p" + k)).toList(),
                IntStream.range(0, function.results().size()).mapToObj(k -> (Module.Binding) new Module.Binding.Argument("r" + k)).toList());
    }

    static Function function(List<Value> parameters, Value... results) {
        return new Function("f", parameters, List.of(results));
    }

    static Lowered lower(Module.Entry entry, Machine machine) {
        Lowered lowered = Lowering.lower(new Module("M", List.of(), List.of(entry)), entry, machine);
        lowered.programs().all().forEach(LoopVerifier::verifyReady);
        return lowered;
    }

    /// The results of a function of the caller's tensors.
    static List<NdArray> run(Function function, List<NdArray> arguments, Machine machine, int members) {
        var entry = entry(function);
        var memory = new LinkedHashMap<String, NdArray>();
        for (int k = 0; k < arguments.size(); k++) {
            memory.put("p" + k, arguments.get(k));
        }
        var dims = Interpreter.bind(function, arguments, Map.of());
        var after = run(lower(entry, machine), memory, dims, members);
        return IntStream.range(0, function.results().size())
                .mapToObj(k -> after.get("r" + k).reshaped(function.results().get(k).shape().dims().stream().mapToLong(d -> d.evaluate(dims)).toArray())).toList();
    }

    /// What every buffer of the caller and of the model holds after a run, flat.
    static Map<String, NdArray> run(Lowered lowered, Map<String, NdArray> before, Map<String, Long> dims, int members) {
        Map<Buffer, ByteBuffer> memory = new IdentityHashMap<>();
        var sizes = new HashMap<>(dims);
        sizes.put("members", (long) members);
        for (Buffer b : lowered.programs().all().stream().flatMap(p -> p.buffers().stream()).toList()) {
            if (b.role() != Buffer.Role.TEMP && !memory.containsKey(b)) {
                int n = Math.toIntExact(b.elements().evaluate(sizes));
                var bytes = ByteBuffer.allocate(n * b.type().bytes()).order(ByteOrder.nativeOrder());
                NdArray given = b.role() == Buffer.Role.CONSTANT ? lowered.constants().get(b.name()) : before.get(b.name());
                if (given == null) {
                    java.util.Arrays.fill(bytes.array(), (byte) 0x55);
                } else {
                    IntStream.range(0, n).forEach(i -> put(bytes, b.type(), i, given));
                }
                memory.put(b, bytes);
            }
        }
        lowered.programs().all().forEach(p -> LoopInterpreter.run(p, dims, memory, members));
        var after = new LinkedHashMap<String, NdArray>();
        memory.forEach((b, bytes) -> {
            int n = bytes.capacity() / b.type().bytes();
            NdArray a = NdArray.zeros(b.type(), n);
            for (int i = 0; i < n; i++) {
                switch (b.type()) {
                    case F32 -> a.set(i, bytes.getFloat(4 * i));
                    case F64 -> a.set(i, bytes.getDouble(8 * i));
                    case I32 -> a.setLong(i, bytes.getInt(4 * i));
                    case I64 -> a.setLong(i, bytes.getLong(8 * i));
                    case BOOL -> a.setLong(i, bytes.get(i));
                }
            }
            after.put(b.name(), a);
        });
        return after;
    }

    private static void put(ByteBuffer bytes, ElementType type, int i, NdArray from) {
        switch (type) {
            case F32 -> bytes.putFloat(4 * i, (float) from.get(i));
            case F64 -> bytes.putDouble(8 * i, from.get(i));
            case I32 -> bytes.putInt(4 * i, (int) from.getLong(i));
            case I64 -> bytes.putLong(8 * i, from.getLong(i));
            case BOOL -> bytes.put(i, (byte) from.getLong(i));
        }
    }

    /// Where two results differ by more than rounding, in words; empty if nowhere.
    static String difference(NdArray expected, NdArray actual, double tolerance) {
        if (expected.size() != actual.size()) {
            return expected + " against " + actual;
        }
        var wrong = new ArrayList<String>();
        for (int i = 0; i < expected.size() && wrong.size() < 4; i++) {
            double e = expected.get(i);
            double a = actual.get(i);
            boolean same = Double.doubleToLongBits(e) == Double.doubleToLongBits(a) || Math.abs(e - a) <= tolerance * Math.max(1, Math.abs(e));
            if (!same) {
                wrong.add("element " + i + " is " + a + ", not " + e);
            }
        }
        return String.join("; ", wrong);
    }

    /// Normally distributed numbers in the shape of a value, all of whose dims are known.
    static NdArray random(Value v, Random random) {
        NdArray array = NdArray.zeros(v.element(), v.shape().dims().stream().mapToLong(Dim::value).toArray());
        IntStream.range(0, Math.toIntExact(array.size())).forEach(i -> array.set(i, v.element().round(random.nextGaussian())));
        return array;
    }
}
