package io.skein.node;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.skein.metrics.Metrics;
import io.skein.metrics.ProcessMeters;
import io.skein.metrics.VertxMeters;
import io.skein.store.DataDirectory;
import io.skein.store.DataDirectoryInUse;
import io.skein.store.StoreFailure;
import io.skein.store.UnusableDatabase;
import io.skein.store.WentBackwards;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that is the whole process: holds the data directory, stops on SIGTERM, ends with the right exit code. */
public final class NodeProcess {
    private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);
    private static final long START_SECONDS = 120;
    private static final long STOP_SECONDS = 25;

    private NodeProcess() {}

    /** @param node empty when the node did not start; then {@code problem} is a sentence for the operator */
    public record Outcome(Optional<Node> node, int exitCode, String problem) {}

    /** Starts the node that the process is for: it stops when the process is told to. */
    public static Outcome run(NodeConfig config, String version) {
        Outcome outcome = start(config, version);
        outcome.node().ifPresent(NodeProcess::stopOnSignal);
        return outcome;
    }

    /** Starts a node that its caller stops. */
    public static Outcome start(NodeConfig config, String version) {
        Logging.begin(config.log(), config.nodeId().value());
        LOG.atInfo()
                .addKeyValue("version", version)
                .log(
                        "skein {} starts as {}: data in {}, process {}, Java {}, heap {} MiB",
                        version,
                        config.nodeId(),
                        config.dataDir().toAbsolutePath(),
                        ProcessHandle.current().pid(),
                        Runtime.version(),
                        Runtime.getRuntime().maxMemory() >> 20);
        Outcome outcome = begin(config, version);
        if (outcome.node().isEmpty() && config.log().format() == LogFormat.JSON) {
            // In text the command says it.
            LOG.atError().addKeyValue("exit", outcome.exitCode()).log("{}", outcome.problem());
        }
        return outcome;
    }

    private static Outcome begin(NodeConfig config, String version) {
        DataDirectory directory;
        try {
            directory = DataDirectory.lock(config.dataDir());
        } catch (DataDirectoryInUse inUse) {
            return new Outcome(Optional.empty(), ExitCode.DATA_DIRECTORY_IN_USE, inUse.getMessage());
        } catch (UncheckedIOException unusable) {
            return new Outcome(Optional.empty(), ExitCode.DISK_ERROR, unusable.getMessage());
        }
        // A crash leaves these behind; below the data directory they are cleared at the next start.
        System.setProperty("org.sqlite.tmpdir", directory.temporary().toString());
        System.setProperty(
                "vertx.cacheDirBase", directory.temporary().resolve("vertx").toString());
        PrometheusMeterRegistry registry = Metrics.newRegistry();
        Vertx vertx = VertxMeters.builder(options(), registry, config.nodeId().value())
                .build();
        try {
            Future<Node> start = Node.start(vertx, config, version, directory, registry, NodeProcess::end);
            // The node's own threads are at work; this one would only wait.
            ProcessMeters.bindTo(registry);
            Node node = start.await(START_SECONDS, TimeUnit.SECONDS);
            return new Outcome(Optional.of(node), 0, "");
        } catch (Exception failure) {
            return failed(failure);
        }
    }

    /**
     * As many loops as cores. With more, a publish and the replica would meet on different threads more often than need
     * be, and each change of thread costs a fifth of what a flush does.
     */
    private static VertxOptions options() {
        return new VertxOptions()
                .setEventLoopPoolSize(Math.max(2, Runtime.getRuntime().availableProcessors()))
                .setAddressResolverOptions(Names.resolver());
    }

    private static Outcome failed(Throwable failure) {
        if (failure instanceof WentBackwards backwards) {
            return new Outcome(Optional.empty(), ExitCode.WENT_BACKWARDS, backwards.getMessage());
        }
        if (failure instanceof UnusableDatabase unusable && unusable.isNewer()) {
            return new Outcome(Optional.empty(), ExitCode.OTHER_LEVEL, failure.getMessage());
        }
        if (failure instanceof UnusableDatabase
                || failure instanceof PortTaken
                || failure instanceof ConfigurationProblem) {
            return new Outcome(Optional.empty(), ExitCode.USAGE, failure.getMessage());
        }
        LOG.error("the node did not start", failure);
        int code = failure instanceof AssertionError ? ExitCode.BROKEN : ExitCode.DISK_ERROR;
        return new Outcome(Optional.empty(), code, "the node did not start: " + failure.getMessage());
    }

    private static final AtomicBoolean ENDING = new AtomicBoolean();

    /** The node must not go on: what it believes or what is on its disk can no longer be trusted. */
    private static void end(StoreFailure broken) {
        if (ENDING.compareAndSet(false, true)) {
            int code;
            if (broken.kind() == StoreFailure.Kind.OTHER_LEVEL) {
                LOG.error("this node ends: {}", broken.cause().getMessage());
                code = ExitCode.OTHER_LEVEL;
            } else {
                boolean disk = broken.kind() == StoreFailure.Kind.DISK;
                LOG.error(
                        "this node ends: {}",
                        disk ? "its disk, or what is on it, failed" : "an invariant is broken",
                        broken.cause());
                code = disk ? ExitCode.DISK_ERROR : ExitCode.BROKEN;
            }
            // No shutdown hooks: nothing more may be written or acknowledged.
            Logging.drain();
            Runtime.getRuntime().halt(code);
        }
    }

    private static void stopOnSignal(Node node) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            LOG.info("told to stop");
                            long begun = System.nanoTime();
                            CountDownLatch stopped = new CountDownLatch(1);
                            node.stop().onComplete(done -> stopped.countDown());
                            try {
                                if (!stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                                    LOG.warn("not everything had ended after {} s", STOP_SECONDS);
                                }
                                LOG.info("stopped after {} ms", (System.nanoTime() - begun) / 1_000_000);
                            } catch (InterruptedException interrupted) {
                                Thread.currentThread().interrupt();
                            }
                            Logging.drain();
                            // The signal's own code would be 143; a node that stopped as it was told says 0.
                            Runtime.getRuntime().halt(0);
                        },
                        "skein-stop"));
    }
}
