package dev.sinter.compiler.data;

import dev.sinter.runtime.ElementType;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/// The mixture of eight Gaussians of the GAN literature: centres evenly on a circle, each with the same small deviation.
public final class Mixture {
    private Mixture() { }

    /// The number of Gaussians.
    public static final int MODES = 8;
    /// The radius of the circle of centres.
    public static final double RADIUS = 2;
    /// The standard deviation of each Gaussian, in both directions.
    public static final double DEVIATION = 0.05;

    /// The centre of a mode.
    public static double[] centre(int mode) {
        double angle = 2 * Math.PI * mode / MODES;
        return new double[] {RADIUS * Math.cos(angle), RADIUS * Math.sin(angle)};
    }

    /// Draws the column `point` (f32, two coordinates).
    static DataSet draw(int training, int heldOut, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var centres = IntStream.range(0, MODES).mapToObj(Mixture::centre).toList();
        return new DataSet("eight_gaussians", new DataSet.Kind.Points(centres, DEVIATION), List.of(points(training, random)), List.of(points(heldOut, random)),
                List.of(MODES + " Gaussians of deviation " + DEVIATION + " on a circle of radius " + RADIUS));
    }

    private static Column points(int rows, RandomGenerator random) {
        var values = new float[2 * rows];
        for (int r = 0; r < rows; r++) {
            double[] centre = centre(random.nextInt(MODES));
            values[2 * r] = (float) (centre[0] + DEVIATION * random.nextGaussian());
            values[2 * r + 1] = (float) (centre[1] + DEVIATION * random.nextGaussian());
        }
        return new Column("point", ElementType.F32, new long[] {2}, values);
    }
}
