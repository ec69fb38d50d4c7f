package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** HTTP requests, by route. Vert.x's own figures of its HTTP server are off: they leak and race (ecosystem notes). */
public final class HttpMeters {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

    private record Answer(String route, String method, int status) {}

    private final MeterRegistry registry;
    private final Labels routes = new Labels(128);
    private final Map<Answer, Counter> answers = new ConcurrentHashMap<>();
    private final Map<String, Timer> durations = new ConcurrentHashMap<>();

    HttpMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * @param route the template, never the path
     * @param nanos from the request's head to the end of the answer; of a stream: to its head
     */
    public void answered(String route, String method, int status, long nanos) {
        String bounded = routes.bounded(route);
        int code = status >= 100 && status < 600 ? status : 0;
        answers.computeIfAbsent(
                        new Answer(bounded, METHODS.contains(method) ? method : Labels.OTHER, code), this::counter)
                .increment();
        durations.computeIfAbsent(bounded, this::timer).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Counter counter(Answer answer) {
        return Counter.builder("skein.http.requests")
                .description("HTTP requests answered")
                .tag("route", answer.route)
                .tag("method", answer.method)
                .tag("code", Integer.toString(answer.status))
                .register(registry);
    }

    private Timer timer(String route) {
        return Timer.builder("skein.http.request.duration")
                .description("From a request's head to the end of its answer; of a stream: to its head")
                .tag("route", route)
                .serviceLevelObjectives(Buckets.ofRequests())
                .register(registry);
    }
}
