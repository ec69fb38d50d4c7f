package io.skein.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * One record per event, to stderr: stdout belongs to the command. Logback finds this by its service file; in code and
 * not as XML, because the reader of the XML is a fifth of the classes of a start. Whoever wants another configuration
 * names its file in the system property {@code logback.configurationFile}; of the settings only a level that is said counts then.
 *
 * <p>Only in a process of Skein's own, see {@link #PROCESS}: where its jar is a library, as in a user's tests, it is the
 * user's configuration that counts.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {
    /** Whose level is that of Skein as a whole. */
    static final String OURS = "io.skein";

    /** The system property, {@code true}, by which a process wants its log to be Skein's; {@code Main} does. */
    public static final String PROCESS = "skein.logging";

    /** The system property with the name of somebody else's configuration. */
    private static final String FILE = "logback.configurationFile";

    /** What Logback looks for, beside that. */
    private static final List<String> FILES =
            List.of("logback-test.xml", "logback.xml", "logback-test.scmo", "logback.scmo");

    /** Where nobody configures anything, Logback shows all that anybody says, and these say much. */
    private static final List<String> TALKATIVE = List.of("io.netty", "io.vertx", "io.micrometer", OURS);

    /** Says so when a node closes a connection; whoever used it says what that means. */
    static final Map<String, Level> QUIET = Map.of("io.vertx.core.http.impl.HttpClientConnectionInternal", Level.ERROR);

    /** Who wants few words now; guarded by {@link #QUIET}, as is what was said before. */
    private static int quietOnes;

    private static final Map<String, Optional<Level>> BEFORE = new HashMap<>();

    private static volatile LogFormat format = LogFormat.TEXT;
    private static volatile String node = "";
    /** Not System.err: whoever prints there would wait for who writes here. */
    private static final LogOutlet STDERR = new LogOutlet(new FileOutputStream(FileDescriptor.err), Logging::loss);

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        return configure(loggers, Boolean.getBoolean(PROCESS), System.getProperty(FILE) != null);
    }

    /**
     * @param isOurs the process is Skein's
     * @param isNamed the file with somebody else's configuration is
     */
    ExecutionStatus configure(LoggerContext loggers, boolean isOurs, boolean isNamed) {
        if (isOurs && !isNamed) {
            begin(loggers);
            return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
        }
        ClassLoader files = Logging.class.getClassLoader();
        if (!isNamed && FILES.stream().allMatch(name -> files.getResource(name) == null)) {
            TALKATIVE.forEach(name -> loggers.getLogger(name).setLevel(Level.WARN));
        }
        return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }

    private static void begin(LoggerContext loggers) {
        Stderr stderr = new Stderr();
        stderr.setContext(loggers);
        stderr.setName("STDERR");
        stderr.start();
        loggers.addTurboFilter(new OnceAMinute(System::nanoTime));
        Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(stderr);
        loggers.getLogger(OURS).setLevel(Level.INFO);
        QUIET.forEach((name, level) -> loggers.getLogger(name).setLevel(level));
    }

    private static final class Stderr extends UnsynchronizedAppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            STDERR.write(line(event));
        }
    }

    static String line(ILoggingEvent event) {
        return format == LogFormat.JSON ? LogLine.json(event, node) : LogLine.text(event, node);
    }

    private static String loss(long lines) {
        LoggingEvent event = new LoggingEvent();
        event.setLoggerName(Logging.class.getName());
        event.setLevel(Level.WARN);
        event.setTimeStamp(System.currentTimeMillis());
        event.setMessage(lines + " lines were dropped here, as nobody read what is logged");
        return line(event);
    }

    /** What is logged from here on is of this node, and looks like this. */
    static void begin(LogConfig config, String nodeId) {
        format = config.format();
        node = nodeId;
        if (Thread.getDefaultUncaughtExceptionHandler() == null) {
            Thread.setDefaultUncaughtExceptionHandler(Logging::uncaught);
        }
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
            begin(loggers, config, isElsewhere());
        }
    }

    /** Say so when a node goes, which is what a simulated one does all the time. */
    private static final List<String> OF_THE_GONE = List.of("io.skein.cluster.Peers", "io.netty.bootstrap");

    /**
     * Of several nodes in one process only warnings and worse, and nothing of nodes that go; what somebody else's
     * configuration says of them counts more.
     *
     * @return takes it back
     */
    public static Runnable fewWords() {
        if (System.getProperty(FILE) != null || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers)) {
            return () -> {};
        }
        return fewWords(loggers, Boolean.getBoolean(PROCESS));
    }

    static Runnable fewWords(LoggerContext loggers, boolean isOurs) {
        synchronized (QUIET) {
            if (quietOnes++ == 0) {
                Map<String, Level> quiet = new HashMap<>(Map.of(OURS, Level.WARN));
                OF_THE_GONE.forEach(name -> quiet.put(name, Level.ERROR));
                quiet.keySet()
                        .removeIf(name -> !isOurs && loggers.getLogger(name).getLevel() != null);
                quiet.forEach((name, level) -> {
                    BEFORE.put(name, Optional.ofNullable(loggers.getLogger(name).getLevel()));
                    loggers.getLogger(name).setLevel(level);
                });
            }
        }
        return () -> {
            synchronized (QUIET) {
                if (--quietOnes == 0) {
                    BEFORE.forEach((name, level) -> loggers.getLogger(name).setLevel(level.orElse(null)));
                    BEFORE.clear();
                }
            }
        };
    }

    private static boolean isElsewhere() {
        return System.getProperty(FILE) != null || !Boolean.getBoolean(PROCESS);
    }

    /** @param isElsewhere somebody else's configuration counts, until a level is said */
    static void begin(LoggerContext loggers, LogConfig config, boolean isElsewhere) {
        if (!isElsewhere || config.isLevelSaid()) {
            new LiveLevels(loggers, config.level(), (ms, then) -> () -> {}).begin();
        }
    }

    /** Of Skein as a whole at the start. */
    static String level(LoggerContext loggers, LogConfig config) {
        if (!isElsewhere() || config.isLevelSaid()) {
            return config.level();
        }
        Level found = loggers.getLogger(OURS).getEffectiveLevel();
        return found.isGreaterOrEqual(Level.TRACE) ? found.toString() : "trace";
    }

    /** The JVM would write it as it is, between the lines. */
    static void uncaught(Thread thread, Throwable failure) {
        LoggerFactory.getLogger(Logging.class).error("thread {} ended", thread.getName(), failure);
    }

    /** Waits a moment until what was logged is written; before a process ends. */
    static void drain() {
        STDERR.drain(1_000);
    }
}
