package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// One function of a loaded model. It may be called by several threads at once; calls that write state wait for the other
/// calls of the model.
///
/// The calls here allocate their results. [#session] gives calls into memory of the caller's, to which the runtime adds no allocation.
public final class Function {

    private final Model model;
    private final Manifest.FunctionEntry entry;
    private final Executable executable;
    private final WarmUp warmUp;            // or null
    private final List<Session> idle = new ArrayList<>();

    /// @param executable what calls run
    /// @param quick      what they run until that is warmed up, or null
    Function(Model model, Manifest.FunctionEntry entry, Executable executable, Executable quick) {
        this.model = model;
        this.entry = entry;
        this.executable = executable;
        this.warmUp = quick == null ? null : new WarmUp(model, entry, quick, executable);
    }

    /// The name.
    public String name() {
        return entry.name();
    }

    /// What the model's author says about it; may be empty.
    public String doc() {
        return entry.doc();
    }

    /// The names of the dims that the inputs bind.
    public List<String> dims() {
        return entry.dims();
    }

    /// Name, type and shape of each input, in the order of the call.
    public List<Manifest.Value> inputs() {
        return entry.inputs();
    }

    /// Name, type and shape of each output, in the order of the results.
    public List<Manifest.Value> outputs() {
        return entry.outputs();
    }

    /// The names of the state that a call changes.
    public List<String> writes() {
        return entry.writes();
    }

    /// All that the manifest says about it.
    public Manifest.FunctionEntry entry() {
        return entry;
    }

    /// The target whose code runs at present: `jvm-v512`, `linux-x86_64-v4`, … After a quick start it is another than at first.
    public String target() {
        return executable().variant().target();
    }

    /// What calls run at present.
    Executable executable() {
        return warmUp == null ? executable : warmUp.chosen();
    }

    /// Notes a call with these inputs by a session that is still in it.
    void called(Tensor[] inputs) {
        if (warmUp != null && !warmUp.isOver()) {
            warmUp.called(inputs);
        }
    }

    void stopWarmUp() {
        if (warmUp != null) {
            warmUp.stop();
        }
    }

    /// Calls a function of one output.
    ///
    /// @throws CallException if it has not one output, or the inputs do not fit the signature
    public Tensor call(Tensor... inputs) {
        if (entry.outputs().size() != 1) {
            throw new CallException(name(), "it has " + entry.outputs().size() + " outputs: use callAll, or call with names");
        }
        return callAll(inputs)[0];
    }

    /// Calls a function of any number of outputs; they come in the order of the signature.
    ///
    /// @throws CallException if the inputs do not fit the signature
    public Tensor[] callAll(Tensor... inputs) {
        var session = borrow();
        try {
            var outputs = session.allocateOutputs(inputs);
            session.call(inputs, outputs);
            return outputs;
        } finally {
            giveBack(session);
        }
    }

    /// Calls with inputs by name; the results are by name, too, in the order of the signature.
    ///
    /// @throws CallException if a name is missing or unknown, or the inputs do not fit the signature
    public Map<String, Tensor> call(Map<String, Tensor> inputs) {
        for (String name : inputs.keySet()) {
            if (Plan.indexOf(entry.inputs(), name) < 0) {
                throw new CallException(name(), "there is no input '" + name + "'; the inputs are " + names(entry.inputs()));
            }
        }
        var ordered = new Tensor[entry.inputs().size()];
        for (int i = 0; i < ordered.length; i++) {
            String name = entry.inputs().get(i).name();
            ordered[i] = inputs.get(name);
            if (ordered[i] == null) {
                throw new CallException(name(), "the input '" + name + "' is missing; the inputs are " + names(entry.inputs()));
            }
        }
        var outputs = callAll(ordered);
        var byName = new LinkedHashMap<String, Tensor>();
        for (int i = 0; i < outputs.length; i++) {
            byName.put(entry.outputs().get(i).name(), outputs[i]);
        }
        return byName;
    }

    /// A session with the model's number of threads.
    public Session session() {
        return session(model.threads());
    }

    /// A session whose calls use up to `threads` threads.
    ///
    /// @throws IllegalArgumentException if `threads` is below 1
    public Session session(int threads) {
        return new Session(model, this, threads);
    }

    /// The signature: `predict(image: f32[N, 784]) -> (result: f32[N, 10])`.
    @Override
    public String toString() {
        return name() + "(" + signature(entry.inputs()) + ") -> (" + signature(entry.outputs()) + ")";
    }

    static String describe(Manifest.Value value) {
        return value.type() + value.shape().toString();
    }

    static String names(List<Manifest.Value> values) {
        return values.isEmpty() ? "none" : values.stream().map(value -> "'" + value.name() + "'").collect(Collectors.joining(", "));
    }

    private static String signature(List<Manifest.Value> values) {
        return values.stream().map(value -> value.name() + ": " + describe(value)).collect(Collectors.joining(", "));
    }

    private Session borrow() {
        synchronized (idle) {
            if (!idle.isEmpty()) {
                return idle.removeLast();
            }
        }
        return session();
    }

    private void giveBack(Session session) {
        session.forget();
        synchronized (idle) {
            idle.add(session);
        }
    }
}
