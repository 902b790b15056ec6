package dev.sinter.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.compiler.Compiler;
import dev.sinter.frontend.checked.Options;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.type.ElementType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class WorkloadsTest {
    @Test
    void namesDiffer() {
        assertEquals(Workloads.all().size(), Workloads.all().stream().map(Workload::name).distinct().count());
    }

    @TestFactory
    Stream<DynamicTest> modelFilesHaveTheInputsAndWeights() {
        return Workloads.all().stream().map(w -> DynamicTest.dynamicTest(w.name(), () -> fits(w.computation())));
    }

    private static void fits(Computation computation) {
        ModelSource source = computation.source();
        var options = new Compiler.Options(new Options(ElementType.F32, Optional.of(source.model()), source.arguments()), List.of());
        Module module = Compiler.check(Path.of("..", source.file()), options).module();
        Module.Entry entry = module.entry(source.function());
        var arguments = entry.inputs().stream().filter(Module.Binding.Argument.class::isInstance).map(Module.Binding::name).toList();
        assertEquals(computation.inputs().stream().map(Value::name).toList(), arguments);
        var trainable = new TreeMap<String, List<Long>>();
        var read = entry.inputs().stream().filter(Module.Binding.OfState.class::isInstance).map(Module.Binding::name).toList();
        var given = new TreeMap<String, List<Long>>();
        computation.parameters().forEach(p -> given.put(p.name(), p.shape()));
        for (Module.State s : module.state()) {
            if (read.contains(s.name()) && (s.trainable() || given.containsKey(s.name()))) {
                trainable.put(s.name(), s.type().shape().dims().stream().map(d -> Long.parseLong(d.toString())).toList());
            }
        }
        assertEquals(given, trainable);
    }

    @Test
    void workIsThatOfThePapers() {
        assertEquals(1.81e9, flops(new ResNet18(1)) / 2.0, 0.01e9);
        assertEquals(15.47e9, flops(new Vgg16(1)) / 2.0, 0.01e9);
        assertEquals(416_520 * 2, flops(new LeNet5(1)));
        assertTrue(new Vgg16(1).parameters().stream().mapToLong(Value::elements).sum() == 138_357_544);
    }

    private static long flops(Computation c) {
        return c.work().flops();
    }
}
