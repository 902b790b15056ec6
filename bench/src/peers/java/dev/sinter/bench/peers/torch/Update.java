package dev.sinter.bench.peers.torch;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// How parameters change with their gradients: libtorch's fused optimisers, one operator for all parameters.
sealed interface Update {
    /// Changes the parameters.
    void apply(Tensor[] gradients);

    /// The same memory, but autograd looks away.
    private static Tensor[] detached(Tensor[] parameters) {
        return Stream.of(parameters).map(Tensor::detach).toArray(Tensor[]::new);
    }

    private static IValue off() {
        return new IValue(false);
    }

    /// Gradient descent.
    final class Sgd implements Update {
        private final Operator operator = new Operator("aten::_fused_sgd_", "");
        private final Tensor[] parameters;
        private final IValue list;
        private final IValue none = operator.list(2);
        private final IValue zero = new IValue(0.0);
        private final IValue rate;

        Sgd(Tensor[] parameters, double rate) {
            this.parameters = detached(parameters);
            this.list = operator.list(0, this.parameters);
            this.rate = new IValue(rate);
        }

        @Override
        public void apply(Tensor[] gradients) {
            operator.apply(list, operator.list(1, gradients), none, zero, zero, rate, zero, off(), off(), off(), Operator.none(), Operator.none());
        }
    }

    /// Adam with betas 0.9 and 0.999 and eps 1e-8.
    final class Adam implements Update {
        private final Operator operator = new Operator("aten::_fused_adam_", "");
        private final Tensor[] steps;
        private final IValue list;
        private final IValue means;
        private final IValue squares;
        private final IValue counts;
        private final IValue none = operator.list(4);
        private final IValue rate;
        private final Scalar one = new Scalar(1);

        Adam(Tensor[] parameters, double rate) {
            Tensor[] own = detached(parameters);
            this.steps = IntStream.range(0, own.length).mapToObj(_ -> torch.zeros()).toArray(Tensor[]::new);
            this.list = operator.list(0, own);
            this.means = operator.list(2, zeros(own));
            this.squares = operator.list(3, zeros(own));
            this.counts = operator.list(5, steps);
            this.rate = new IValue(rate);
        }

        private static Tensor[] zeros(Tensor[] like) {
            return Stream.of(like).map(torch::zeros_like).toArray(Tensor[]::new);
        }

        @Override
        public void apply(Tensor[] gradients) {
            for (Tensor step : steps) {
                step.add_(one);
            }
            operator.apply(list, operator.list(1, gradients), means, squares, none, counts, rate, new IValue(0.9), new IValue(0.999), new IValue(0.0), new IValue(1e-8), off(), off(),
                    Operator.none(), Operator.none());
        }
    }
}
