package dev.sinter.bench.peers.openblas;

import static org.bytedeco.openblas.global.openblas.*;

import dev.sinter.bench.contest.Contender;
import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.contest.Setting;
import dev.sinter.bench.workload.Computation;
import dev.sinter.bench.workload.Product;
import dev.sinter.bench.workload.Value;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_full;

/// Matrix products by OpenBLAS's `sgemm`, of one row by `sgemv`.
public final class OpenBlasContender implements Contender {
    @Override
    public String name() {
        return "openblas";
    }

    @Override
    public String version() {
        return openblas_full.openblas_get_config().getString().strip();
    }

    @Override
    public Map<String, String> environment(int threads) {
        return Map.of("OPENBLAS_NUM_THREADS", Integer.toString(threads));
    }

    @Override
    public Optional<Prepared> prepare(Computation computation, Setting setting) {
        if (!(computation instanceof Product product)) {
            return Optional.empty();
        }
        blas_set_num_threads(setting.threads());
        return Optional.of(new Multiplication(product));
    }

    private static final class Multiplication implements Prepared {
        private final int m;
        private final int k;
        private final int n;
        private final FloatPointer a;
        private final FloatPointer b;
        private final FloatPointer result;

        Multiplication(Product p) {
            m = Math.toIntExact(p.m());
            k = Math.toIntExact(p.k());
            n = Math.toIntExact(p.n());
            a = memory(p.inputs().getFirst());
            b = memory(p.constant() ? p.parameters().getFirst() : p.inputs().get(1));
            result = new FloatPointer((long) m * n);
        }

        private static FloatPointer memory(Value value) {
            return new FloatPointer(value.floats());
        }

        @Override
        public void run() {
            if (m == 1) {
                cblas_sgemv(CblasRowMajor, CblasTrans, k, n, 1, b, n, a, 1, 0, result, 1);
            } else {
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a, k, b, n, 0, result, n);
            }
        }

        @Override
        public float[] output() {
            var values = new float[m * n];
            result.get(values);
            return values;
        }

        @Override
        public void close() {
            a.close();
            b.close();
            result.close();
        }
    }
}
