package dev.sinter.compiler.measure;

import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Tensor;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Random inputs for a function that is known by its signature only.
public final class Signature {
    /// Integers are drawn below this: a class, a character, a step.
    private static final int INTEGERS = 10;

    private Signature() { }

    /// Inputs for these extents: reals between -1 and 1, integers from 0 to 9, the same for each call.
    ///
    /// @throws IllegalArgumentException if an extent becomes negative, as of `2*T - 8` for `T = 1`
    public static Tensor[] inputs(List<Manifest.Value> signature, Map<String, Long> dims) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
        return signature.stream().map(input -> {
            Tensor tensor = Tensor.allocate(input.type(), input.shape().stream().mapToLong(d -> d.evaluate(dims)).toArray());
            for (long k = 0; k < tensor.elements(); k++) {
                switch (tensor.type()) {
                    case F32 -> tensor.setFloat(k, 2 * random.nextFloat() - 1);
                    case F64 -> tensor.setDouble(k, 2 * random.nextDouble() - 1);
                    case I32 -> tensor.setInt(k, random.nextInt(INTEGERS));
                    case I64 -> tensor.setLong(k, random.nextInt(INTEGERS));
                    case BOOL -> tensor.setBoolean(k, random.nextBoolean());
                }
            }
            return tensor;
        }).toArray(Tensor[]::new);
    }
}
