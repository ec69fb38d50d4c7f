package io.skein.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What every Prometheus client says of its process, by the names that dashboards look for. */
final class ProcessMeters {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMeters() {}

    static void bindTo(MeterRegistry registry) {
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
