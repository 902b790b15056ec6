package dev.sinter.bench.workload;

import java.util.List;

/// A computation with its sizes. The doc comment of each is what every contender has to compute; it may keep data in layouts of its own and prepare its weights
/// before it is timed, but takes its inputs and leaves its results in dense row-major memory. A single convolution is the exception: as between the layers of a network, a contender may take and
/// leave images in the layout that it likes best.
public sealed interface Computation permits Product, Mlp, LeNet5, Convolution, ResNet18, Vgg16, Recurrent, Encoder, Decoding, LayerNormGelu, SoftmaxRows, Gate,
        TrainMlp, TrainLeNet5, TrainLstm, Scale, TinyMlp {
    /// What each call is given, in the order of the call.
    List<Value> inputs();

    /// The weights, which are known before; in training the parameters that it changes.
    List<Value> parameters();

    /// What it costs at least.
    Work work();

    /// Sinter's form of it.
    ModelSource source();

    /// How many calls are made before results are compared: more than one where a call changes the parameters.
    default int callsToCompare() {
        return 1;
    }
}
