package io.skein.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What every Prometheus client says of its process and its JVM, by the names that dashboards look for. For the registry of
 * the one node that the process is for: the JVM keeps for good what is told of its collections, and with it the registry.
 */
public final class ProcessMeters {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMeters() {}

    /** Takes some milliseconds, of a new JVM a few dozen. */
    public static void bindTo(MeterRegistry registry) {
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new JvmGcMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        ofTheSystem(registry);
    }

    private static void ofTheSystem(MeterRegistry registry) {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return;
        }
        FunctionCounter.builder("process.cpu", system, bean -> bean.getProcessCpuTime() / 1e9)
                .description("User and system CPU time spent")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("process.open.fds", system, UnixOperatingSystemMXBean::getOpenFileDescriptorCount)
                .description("Open file descriptors")
                .register(registry);
        Gauge.builder("process.max.fds", system, UnixOperatingSystemMXBean::getMaxFileDescriptorCount)
                .description("Most file descriptors that may be open")
                .register(registry);
        if (memory("VmRSS").isPresent()) {
            memory(registry, "resident", "VmRSS");
            memory(registry, "virtual", "VmSize");
        }
    }

    private static void memory(MeterRegistry registry, String kind, String line) {
        Gauge.builder(
                        "process." + kind + ".memory",
                        () -> memory(line).map(Long::doubleValue).orElse(Double.NaN))
                .description("Memory of the process, " + kind)
                .baseUnit("bytes")
                .register(registry);
    }

    /** As Linux tells it; other systems have no such file. */
    private static Optional<Long> memory(String line) {
        try {
            return Files.readString(STATUS, StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(text -> text.startsWith(line + ":"))
                    .map(text -> Long.parseLong(text.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst();
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }
}
