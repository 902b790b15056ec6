package dev.sinter.bench.peers.torch;

import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Modules written in TorchScript, their weights frozen in.
final class Script {
    private Script() { }

    /// The module as it is written, without what is the same in every call.
    static Supplier<Tensor> frozen(Map<String, Tensor> weights, String source, Tensor input) {
        return call(torch.freeze(module(weights, source)), input);
    }

    /// The module with convolutions and what stands between them in oneDNN's layouts.
    static Supplier<Tensor> optimised(Map<String, Tensor> weights, String source, Tensor input) {
        return call(torch.optimize_for_inference(torch.freeze(module(weights, source))), input);
    }

    private static JitModule module(Map<String, Tensor> weights, String source) {
        var module = new JitModule(new QualifiedName("Network"));
        weights.forEach((name, tensor) -> module.register_parameter(identifier(name), tensor, false));
        module.define(source);
        module.eval();
        return module;
    }

    /// The name of a weight in the source: with low lines instead of points.
    static String identifier(String name) {
        return name.replace('.', '_');
    }

    private static Supplier<Tensor> call(JitModule module, Tensor input) {
        var inputs = new IValueVector(new IValue(input));
        return () -> new Tensor(module.forward(inputs).toTensor());
    }
}
