package io.skein.metrics;

import java.time.Duration;

/** Upper bounds of the histograms: fixed, so that they add up across nodes and versions. */
final class Buckets {
    private Buckets() {}

    /** A write to the disk or the network, of which a good one takes about a millisecond. */
    static Duration[] ofWrites() {
        return millis(0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500);
    }

    static Duration[] ofRequests() {
        return millis(0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000);
    }

    static Duration[] ofSnapshots() {
        return millis(50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_200_000);
    }

    static Duration[] ofLags() {
        return millis(1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000);
    }

    static double[] ofCounts() {
        return new double[] {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000};
    }

    private static Duration[] millis(double... millis) {
        Duration[] bounds = new Duration[millis.length];
        for (int i = 0; i < millis.length; i++) {
            bounds[i] = Duration.ofNanos((long) (millis[i] * 1_000_000));
        }
        return bounds;
    }
}
