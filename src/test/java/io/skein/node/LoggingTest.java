package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTest {
    private static final LogConfig WARN = new LogConfig(LogFormat.TEXT, "warn", true);

    /** After a start at which Skein was at debug. */
    private static Level after(LogConfig config, boolean isElsewhere) {
        LoggerContext loggers = new LoggerContext();
        loggers.getLogger("io.skein").setLevel(Level.DEBUG);
        Logging.begin(loggers, config, isElsewhere);
        return loggers.getLogger("io.skein").getLevel();
    }

    @Test
    void whereSomebodyElseConfiguresOnlyALevelThatIsSaidCounts() {
        assertEquals(Level.DEBUG, after(LogConfig.DEFAULT, true));
        assertEquals(Level.WARN, after(WARN, true));
        assertEquals(Level.INFO, after(LogConfig.DEFAULT, false));
    }

    @Test
    void whereTheJarIsALibraryLogbackLooksForTheConfigurationOfItsUser() {
        LoggerContext loggers = new LoggerContext();

        ExecutionStatus status = new Logging().configure(loggers, false, false);

        assertEquals(ExecutionStatus.INVOKE_NEXT_IF_ANY, status);
        assertFalse(loggers.getLogger(Logger.ROOT_LOGGER_NAME)
                .iteratorForAppenders()
                .hasNext());
        assertEquals(0, loggers.getTurboFilterList().size());
    }

    @Test
    void aProcessOfSkeinsOwnHasItsLog() {
        LoggerContext loggers = new LoggerContext();

        ExecutionStatus status = new Logging().configure(loggers, true, false);

        assertEquals(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY, status);
        assertNotNull(loggers.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR"));
        assertEquals(ExecutionStatus.INVOKE_NEXT_IF_ANY, new Logging().configure(loggers, true, true));
    }

    @Test
    void simulatedNodesSayLittleUnlessTheirUserSaysOtherwise() {
        LoggerContext loggers = new LoggerContext();
        Logger ours = loggers.getLogger("io.skein");

        Runnable back = Logging.fewWords(loggers, false);
        assertEquals(Level.WARN, ours.getLevel());
        back.run();
        assertNull(ours.getLevel());

        ours.setLevel(Level.DEBUG);
        back = Logging.fewWords(loggers, false);
        assertEquals(Level.DEBUG, ours.getLevel());
        back.run();
        assertEquals(Level.DEBUG, ours.getLevel());
    }

    @Test
    void whatEndsAThreadIsLoggedAsAnythingElse() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(Logging.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            Thread thread = new Thread(
                    () -> {
                        throw new IllegalStateException("lost");
                    },
                    "poor");
            thread.setUncaughtExceptionHandler(Logging::uncaught);
            thread.start();
            thread.join();
        } finally {
            logger.detachAppender(log);
        }
        assertEquals(1, log.list.size());
        assertEquals(Level.ERROR, log.list.get(0).getLevel());
        assertEquals("thread poor ended", log.list.get(0).getFormattedMessage());
        assertEquals("lost", log.list.get(0).getThrowableProxy().getMessage());
    }
}
