package dev.sinter.bench;

import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One call of a compiled function into memory that stays in place, on one thread, for the functions that have a floor of speed. Run from the project's folder.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 2)
@Measurement(iterations = 10, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC"})
public class FloorsBenchmark {
    /// Source file, function and batch.
    @Param({"bench/workloads/matmul.sinter multiply 1", "bench/workloads/chain.sinter affine 1", "models/lenet5/lenet5.sinter predict 64", "bench/workloads/calls.sinter predict 1"})
    public String function;

    /// The kind of code.
    @Param({"jvm", "native"})
    public String target;

    private Model model;
    private Session session;
    private Tensor[] inputs;
    private Tensor[] outputs;

    /// Compiles, loads, and fills the inputs with random numbers.
    @Setup
    public void load() {
        String[] words = function.split(" ");
        var options = Compiler.Options.DEFAULT.withTargets(List.of(Target.valueOf(target.toUpperCase(Locale.ROOT))));
        model = Compiler.compile(Path.of(words[0]), options, Compiler.Progress.NONE).load(LoadOptions.DEFAULT.threads(1));
        session = model.function(words[1]).session(1);
        var random = new Random(1);
        inputs = model.function(words[1]).inputs().stream().map(input -> {
            long[] shape = input.shape().stream().mapToLong(f -> f.isConstant() ? f.constant() : Long.parseLong(words[2])).toArray();
            Tensor tensor = Tensor.allocate(ElementType.F32, shape);
            for (long k = 0; k < tensor.elements(); k++) {
                tensor.setFloat(k, random.nextFloat() - 0.5f);
            }
            return tensor;
        }).toArray(Tensor[]::new);
        outputs = session.allocateOutputs(inputs);
    }

    /// The call.
    @Benchmark
    public void call() {
        session.call(inputs, outputs);
    }

    /// Frees the model.
    @TearDown
    public void close() {
        session.close();
        model.close();
    }
}
