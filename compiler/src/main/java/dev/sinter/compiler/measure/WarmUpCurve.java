package dev.sinter.compiler.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// How a function becomes faster while it is called again and again, from the moment when loading began.
///
/// @param firstResultNanos when the first call was done
/// @param points           in order of time
public record WarmUpCurve(long firstResultNanos, List<Point> points) {
    /// A stretch of time, each longer than the one before by the same factor.
    ///
    /// @param nanos when it ended
    /// @param call  the mean time of a call within it
    public record Point(long nanos, double call) { }

    private static final double STRETCH = 1.15;
    private static final long FIRST_STRETCH_NANOS = 1_000_000L;

    /// Copies the list.
    public WarmUpCurve {
        points = List.copyOf(points);
    }

    /// Calls until `seconds` have passed since loading began.
    ///
    /// @param began when loading began, by `System.nanoTime`
    public static WarmUpCurve of(Runnable call, long began, double seconds) {
        call.run();
        long now = System.nanoTime();
        long first = now - began;
        var points = new ArrayList<Point>(List.of(new Point(first, first)));
        long end = began + (long) (seconds * 1e9);
        double stretch = FIRST_STRETCH_NANOS;
        while (now < end) {
            long start = now;
            long calls = 0;
            do {
                call.run();
                calls++;
                now = System.nanoTime();
            } while (now - start < stretch);
            points.add(new Point(now - began, (double) (now - start) / calls));
            stretch = Math.max(stretch, (STRETCH - 1) * (now - began));
        }
        return new WarmUpCurve(first, points);
    }

    /// The time of a call at the end: the median of the last quarter of the points.
    public double steadyNanos() {
        double[] last = points.subList(points.size() * 3 / 4, points.size()).stream().mapToDouble(Point::call).sorted().toArray();
        return last[last.length / 2];
    }

    /// When nine tenths of the speed at the end were reached for good; a stretch that was disturbed once does not count.
    public long warmNanos() {
        double enough = steadyNanos() / 0.9;
        for (int k = points.size() - 1; k > 0; k--) {
            if (points.get(k).call() > enough && points.get(k - 1).call() > enough) {
                return points.get(Math.min(k + 1, points.size() - 1)).nanos();
            }
        }
        return firstResultNanos;
    }

    /// The curve as lines of text: when, how long a call takes, and a bar whose length is its logarithm.
    public String text() {
        double least = points.stream().mapToDouble(Point::call).min().orElse(1);
        var lines = new StringBuilder(String.format(Locale.ROOT, "%12s %12s%n", "since load", "per call"));
        for (Point p : points) {
            char[] bar = new char[1 + (int) Math.round(10 * Math.log10(p.call() / least))];
            Arrays.fill(bar, '#');
            lines.append(String.format(Locale.ROOT, "%9.3f s  %9.2f us  %s%n", p.nanos() / 1e9, p.call() / 1e3, new String(bar)));
        }
        return lines.toString();
    }
}
