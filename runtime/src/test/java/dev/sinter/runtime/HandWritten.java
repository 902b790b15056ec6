package dev.sinter.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A model whose code was written by hand: what a compiler would emit for
///
/// ```
/// predict(x: f32[N, 3]) -> f32[N, 3] = x * scale + shift      by way of a temp and a barrier
/// step(x: f32[N, 3], by: i64[]) -> (loss: f64[])              adds `by` to `steps`, and x's rows to `scale`
/// check(flag: bool[N])                                        fails if a flag is set
/// ```
final class HandWritten {

    static final String FOLDER = "sinter/jvm/scalar/";

    private HandWritten() { }

    static Manifest manifest() {
        return manifest("jvm-scalar");
    }

    static Manifest manifest(String target) {
        var x = new Manifest.Value("x", ElementType.F32, formulas("N", "3"));
        var predict = new Manifest.FunctionEntry("predict", "scales", List.of("N"), List.of(x),
                List.of(new Manifest.Value("result", ElementType.F32, formulas("N", "3"))),
                Formula.of("6*N"), Formula.of("24*N"), List.of("scale"), List.of(),
                List.of(new Manifest.Variant(target, FOLDER + "predict.class", "", Formula.of("64+64*N"), List.of(
                        new Manifest.Buffer(Manifest.Role.INPUT, "x", ElementType.F32, Formula.of("3*N")),
                        new Manifest.Buffer(Manifest.Role.STATE, "scale", ElementType.F32, Formula.of("3")),
                        new Manifest.Buffer(Manifest.Role.CONSTANT, "shift", ElementType.F32, Formula.of("1")),
                        new Manifest.Buffer(Manifest.Role.TEMP, "product", ElementType.F32, Formula.of("3*N"), Formula.of("64")),
                        new Manifest.Buffer(Manifest.Role.OUTPUT, "result", ElementType.F32, Formula.of("N*3"))))));
        var step = new Manifest.FunctionEntry("step", "", List.of("N"), List.of(x, new Manifest.Value("by", ElementType.I64, List.of())),
                List.of(new Manifest.Value("loss", ElementType.F64, List.of())),
                Formula.of("3*N"), Formula.of("12*N"), List.of("scale", "steps"), List.of("scale", "steps"),
                List.of(new Manifest.Variant(target, FOLDER + "step.class", "", Formula.of("0"), List.of(
                        new Manifest.Buffer(Manifest.Role.STATE, "steps", ElementType.I64, Formula.of("1")),
                        new Manifest.Buffer(Manifest.Role.STATE, "scale", ElementType.F32, Formula.of("3")),
                        new Manifest.Buffer(Manifest.Role.OUTPUT, "loss", ElementType.F64, Formula.of("1")),
                        new Manifest.Buffer(Manifest.Role.INPUT, "by", ElementType.I64, Formula.of("1")),
                        new Manifest.Buffer(Manifest.Role.INPUT, "x", ElementType.F32, Formula.of("3*N"))))));
        var check = new Manifest.FunctionEntry("check", "", List.of("N"), List.of(new Manifest.Value("flag", ElementType.BOOL, formulas("N"))),
                List.of(), Formula.of("N"), Formula.of("1000000"), List.of(), List.of(),
                List.of(new Manifest.Variant(target, FOLDER + "check.class", "", Formula.of("64*members"), List.of(
                        new Manifest.Buffer(Manifest.Role.TEMP, "seen", ElementType.I64, Formula.of("8*members"), Formula.of("0")),
                        new Manifest.Buffer(Manifest.Role.INPUT, "flag", ElementType.BOOL, Formula.of("N"))))));
        return new Manifest("hand 1", "HandWritten", List.of(
                new Manifest.State("scale", ElementType.F32, List.of(3L), true),
                new Manifest.State("steps", ElementType.I64, List.of(), false)), List.of(predict, step, check));
    }

    static Map<String, Tensor> weights() {
        return Map.of("scale", Tensor.of(new float[] {1, 2, 3}, 3), "steps", Tensor.scalar(7L));
    }

    static Map<String, Tensor> constants() {
        return Map.of("shift", Tensor.scalar(0.5f));
    }

    static Map<String, byte[]> entries() {
        var entries = new TreeMap<String, byte[]>();
        entries.put(FOLDER + "predict.class", bytes(Predict.class));
        entries.put(FOLDER + "step.class", bytes(Step.class));
        entries.put(FOLDER + "check.class", bytes(Check.class));
        return entries;
    }

    static byte[] artifact() {
        return ArtifactWriter.bytes(manifest(), weights(), constants(), entries());
    }

    /// What `predict` must give.
    static float[] predicted(float[] x, float[] scale) {
        float[] result = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            result[i] = x[i] * scale[i % 3] + 0.5f;
        }
        return result;
    }

    static byte[] bytes(Class<?> type) {
        try (var in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Formula> formulas(String... texts) {
        return Arrays.stream(texts).map(Formula::of).toList();
    }

    /// The first kernel writes rows from the front, the second reads rows from the back: wrong without the barrier.
    public static final class Predict implements Code {
        /// Needed to load it.
        public Predict() { }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            long n = dims[0];
            long from = n * member / team.size();
            long to = n * (member + 1) / team.size();
            for (long i = 3 * from; i < 3 * to; i++) {
                float product = buffers[0].getAtIndex(ValueLayout.JAVA_FLOAT, i) * buffers[1].getAtIndex(ValueLayout.JAVA_FLOAT, i % 3);
                buffers[3].setAtIndex(ValueLayout.JAVA_FLOAT, i, product);
            }
            team.barrier(member);
            for (long r = from; r < to; r++) {
                for (long c = 0; c < 3; c++) {
                    long i = 3 * (n - 1 - r) + c;
                    buffers[4].setAtIndex(ValueLayout.JAVA_FLOAT, i,
                            buffers[3].getAtIndex(ValueLayout.JAVA_FLOAT, i) + buffers[2].getAtIndex(ValueLayout.JAVA_FLOAT, 0));
                }
            }
        }
    }

    /// See [HandWritten].
    public static final class Step implements Code {
        /// Needed to load it.
        public Step() { }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            if (member == 0) {
                long by = buffers[3].getAtIndex(ValueLayout.JAVA_LONG, 0);
                buffers[0].setAtIndex(ValueLayout.JAVA_LONG, 0, buffers[0].getAtIndex(ValueLayout.JAVA_LONG, 0) + by);
                double loss = 0;
                for (long i = 0; i < 3 * dims[0]; i++) {
                    float x = buffers[4].getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    loss += x;
                    buffers[1].setAtIndex(ValueLayout.JAVA_FLOAT, i % 3, buffers[1].getAtIndex(ValueLayout.JAVA_FLOAT, i % 3) + x);
                }
                buffers[2].setAtIndex(ValueLayout.JAVA_DOUBLE, 0, loss);
            }
        }
    }

    /// See [HandWritten]. Members wait at a barrier that the failing one does not reach.
    public static final class Check implements Code {
        /// Needed to load it.
        public Check() { }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            if (buffers[0].byteSize() != 64L * team.size() + 64) {
                throw new IllegalStateException("the temp has " + buffers[0].byteSize() + " bytes for " + team.size() + " members");
            }
            for (long i = member; i < dims[0]; i += team.size()) {
                if (buffers[1].get(ValueLayout.JAVA_BYTE, i) != 0) {
                    throw new IllegalArgumentException("flag " + i);
                }
            }
            team.barrier(member);
        }
    }
}
