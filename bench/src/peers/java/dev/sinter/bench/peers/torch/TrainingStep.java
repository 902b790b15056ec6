package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.workload.TrainLeNet5;
import dev.sinter.bench.workload.TrainLstm;
import dev.sinter.bench.workload.TrainMlp;
import dev.sinter.bench.workload.TrainMlp.Optimiser;
import dev.sinter.bench.workload.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// A training step: a loss, its gradient by autograd, and an update.
final class TrainingStep implements Prepared {
    /// Parameters may be kept transposed.
    private record Form(Value value, boolean transposed) { }

    private final List<Form> forms;
    private final boolean adam;
    private final double rate;
    private final Function<Tensor[], Tensor> loss;
    private Tensor[] parameters = {};
    private TensorVector list;
    private Update update;
    private float last;

    private TrainingStep(List<Form> forms, boolean adam, double rate, Function<Tensor[], Tensor> loss) {
        this.forms = forms;
        this.adam = adam;
        this.rate = rate;
        this.loss = loss;
        reset();
    }

    /// Three dense layers.
    static Prepared mlp(TrainMlp t) {
        Tensor x = Tensors.of(t.inputs().get(0));
        Tensor label = Tensors.classes(t.inputs().get(1));
        boolean adam = t.optimiser() == Optimiser.ADAM;
        return new TrainingStep(plain(t.parameters()), adam, adam ? 0.001 : 0.01, p -> {
            Tensor h = torch.addmm(p[1], x, p[0]).relu_();
            h = torch.addmm(p[3], h, p[2]).relu_();
            return torch.cross_entropy_loss(torch.addmm(p[5], h, p[4]), label);
        });
    }

    /// LeNet-5: convolutions and pooling in oneDNN's layouts.
    static Prepared leNet5(TrainLeNet5 t) {
        Tensor image = Tensors.of(t.inputs().get(0)).to_mkldnn();
        Tensor label = Tensors.classes(t.inputs().get(1));
        long[] one = {1, 1};
        long[] none = {0, 0};
        long[] two = {2, 2};
        return new TrainingStep(plain(t.parameters()), false, 0.01, p -> {
            Tensor h = torch.conv2d(image, p[0], new TensorOptional(p[1]), one, two, one, 1);
            h = torch.max_pool2d(h, two, two, none, one, false).relu();
            h = torch.conv2d(h, p[2], new TensorOptional(p[3]), one, none, one, 1);
            h = torch.max_pool2d(h, two, two, none, one, false).relu();
            h = h.to_dense().flatten(1, -1);
            h = torch.addmm(p[5], h, p[4]).relu_();
            h = torch.addmm(p[7], h, p[6]).relu_();
            return torch.cross_entropy_loss(torch.addmm(p[9], h, p[8]), label);
        });
    }

    /// libtorch's LSTM.
    static Prepared lstm(TrainLstm t) {
        Tensor x = Tensors.of(t.inputs().get(0));
        Tensor target = Tensors.of(t.inputs().get(1));
        Tensor noBias = torch.zeros(4 * t.out());
        var states = new TensorVector(torch.zeros(1, t.batch(), t.out()), torch.zeros(1, t.batch(), t.out()));
        List<Form> forms = t.parameters().stream().map(v -> new Form(v, v.shape().size() == 2)).toList();
        return new TrainingStep(forms, false, 0.1, p -> {
            Tensor hidden = torch.lstm(x, states, new TensorVector(p[0], p[1], p[2], noBias), true, 1, 0, true, false, false).get0();
            return torch.mse_loss(hidden, target);
        });
    }

    private static List<Form> plain(List<Value> values) {
        return values.stream().map(v -> new Form(v, false)).toList();
    }

    @Override
    public void run() {
        try (var _ = new PointerScope()) {
            Tensor value = loss.apply(parameters);
            TensorVector gradients = torch.grad(new TensorVector(value), list);
            update.apply(gradients.get());
            last = value.item_float();
        }
    }

    @Override
    public float[] output() {
        try (var _ = new PointerScope()) {
            var results = new ArrayList<Tensor>();
            results.add(torch.full(new long[] {1}, new org.bytedeco.pytorch.Scalar(last)));
            for (int k = 0; k < parameters.length; k++) {
                Tensor values = parameters[k].detach();
                results.add(forms.get(k).transposed() ? values.t() : values);
            }
            return Tensors.floats(results);
        }
    }

    @Override
    public void reset() {
        close();
        parameters = forms.stream().map(f -> {
            Tensor tensor = Tensors.of(f.value());
            return (f.transposed() ? Tensors.transposed(tensor) : tensor).set_requires_grad(true);
        }).toArray(Tensor[]::new);
        list = new TensorVector(parameters);
        update = adam ? new Update.Adam(parameters, rate) : new Update.Sgd(parameters, rate);
        last = Float.NaN;
    }

    @Override
    public void close() {
        Stream.of(parameters).forEach(Tensor::close);
        parameters = new Tensor[0];
    }
}
