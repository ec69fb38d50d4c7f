package io.skein.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.Set;

/** Vert.x's own figures (pools, event bus, sockets, SQL client) in the node's registry. */
public final class VertxMeters {
    private VertxMeters() {}

    /**
     * Without those of the HTTP server: a connection that is accepted before its metrics exist hangs for ever, and its
     * gauge of active requests leaks. {@link HttpMeters} counts requests instead.
     *
     * @param node makes the registry's name unlike any other's in this process
     */
    public static MicrometerMetricsOptions options(String node) {
        return new MicrometerMetricsOptions()
                .setEnabled(true)
                .setRegistryName("skein-" + node)
                .setJvmMetricsEnabled(false)
                .setDisabledMetricsCategories(Set.of(MetricsDomain.HTTP_SERVER.toCategory()));
    }

    /** A Vert.x that reports to this registry and no other. */
    public static VertxBuilder builder(VertxOptions options, PrometheusMeterRegistry registry, String node) {
        return Vertx.builder()
                .with(options.setMetricsOptions(options(node)))
                .withMetrics(new MicrometerMetricsFactory(registry));
    }
}
