package io.skein.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Vert.x's own figures (pools, SQL client) in the node's registry. */
public final class VertxMeters {
    /**
     * What Vert.x is not to measure.
     *
     * <p>The HTTP server: a connection that is accepted before its metrics exist hangs for ever, and its gauge of active
     * requests leaks. {@link HttpMeters} counts requests instead.
     *
     * <p>The others register their gauges anew with every consumer and every connection. That is how the library finds
     * them again (vertx-micrometer-metrics issue 259), but Micrometer warns of it once, in every node's first second, and
     * could then no longer warn of a mistake of ours. Nor would they say much: without labels the event bus adds up the
     * writer's orders and its answers, and the sockets of peers and of the TCP door are one. {@link DoorMeters} counts
     * connections by door, {@link StoreMeters} the writer's orders.
     */
    private static final Set<MetricsDomain> UNMEASURED = EnumSet.of(
            MetricsDomain.HTTP_SERVER,
            MetricsDomain.HTTP_CLIENT,
            MetricsDomain.NET_SERVER,
            MetricsDomain.NET_CLIENT,
            MetricsDomain.EVENT_BUS);

    private VertxMeters() {}

    /** @param node makes the registry's name unlike any other's in this process */
    public static MicrometerMetricsOptions options(String node) {
        return new MicrometerMetricsOptions()
                .setEnabled(true)
                .setRegistryName("skein-" + node)
                .setJvmMetricsEnabled(false)
                .setDisabledMetricsCategories(
                        UNMEASURED.stream().map(MetricsDomain::toCategory).collect(Collectors.toSet()));
    }

    /** A Vert.x that reports to this registry and no other. */
    public static VertxBuilder builder(VertxOptions options, PrometheusMeterRegistry registry, String node) {
        return Vertx.builder()
                .with(options.setMetricsOptions(options(node)))
                .withMetrics(new MicrometerMetricsFactory(registry));
    }
}
