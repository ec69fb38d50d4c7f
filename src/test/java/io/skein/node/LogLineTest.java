package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogLineTest {
    private final LoggerContext loggers = new LoggerContext();

    private ILoggingEvent event(Consumer<Logger> saying) {
        return event("io.skein.cluster.Peers", saying);
    }

    private ILoggingEvent event(String name, Consumer<Logger> saying) {
        ListAppender<ILoggingEvent> list = new ListAppender<>();
        list.start();
        Logger logger = loggers.getLogger(name);
        logger.addAppender(list);
        saying.accept(logger);
        logger.detachAppender(list);
        return list.list.get(0);
    }

    private static long lines(String text) {
        return text.lines().count();
    }

    @Test
    void aLineSaysWhenHowImportantWhoAndWhat() {
        ILoggingEvent event = event(log -> log.warn("no words with {}", "n2"));
        String line = LogLine.text(event, "n1");
        assertTrue(
                line.matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z WARN  n1 cluster.Peers: no words with n2\n"),
                line);
        assertEquals(event.getTimeStamp(), Instant.parse(line.split(" ")[0]).toEpochMilli());
    }

    @Test
    void whatAStrangerSaysBeginsNoLineInEitherFormat() {
        String forged = "x\n2026-01-01T00:00:00.000Z ERROR n1 a.B: forged\r\u001b[31m\u2028\u0085\u202e\ud800";
        ILoggingEvent event = event(log -> log.warn("it said {}", forged, new IOException(forged)));
        String text = LogLine.text(event, "n1");
        assertEquals(1, lines(text));
        assertTrue(text.contains("x\\n2026-01-01"), text);
        assertTrue(text.contains("\\r\\u001b[31m\\u2028\\u0085\\u202e\\ud800"), text);
        String json = LogLine.json(event, "n1");
        assertEquals(1, lines(json));
        assertEquals("it said " + forged, new JsonObject(json).getString("message"));
        assertTrue(new JsonObject(json).getString("error").contains(forged));
        assertFalse(json.contains("\u202e") || json.contains("\u001b"), json);
    }

    @Test
    void jsonHasItsFieldsAndTheValuesOfTheLineAsWhatTheyAre() {
        ILoggingEvent event = event(log -> log.atInfo()
                .addKeyValue("term", 7L)
                .addKeyValue("trace", "4bf9\"")
                .addKeyValue("principal", (Object) null)
                .addKeyValue("node", "another")
                .log("leader in term {}", 7));
        JsonObject json = new JsonObject(LogLine.json(event, "n1"));
        assertEquals(Instant.ofEpochMilli(event.getTimeStamp()), Instant.parse(json.getString("time")));
        assertEquals("info", json.getString("level"));
        assertEquals("io.skein.cluster.Peers", json.getString("logger"));
        assertEquals("leader in term 7", json.getString("message"));
        assertEquals("n1", json.getString("node"));
        assertEquals(7L, json.getLong("term"));
        assertEquals("4bf9\"", json.getString("trace"));
        assertFalse(json.containsKey("principal"));
    }

    @Test
    void aFailureIsItsChainOfCausesInOneLine() {
        Exception failure = new UncheckedIOException("cannot write", new IOException("No space left on device"));
        String line = LogLine.text(event(log -> log.warn("the sentinel", failure)), "");
        assertEquals(1, lines(line));
        assertTrue(
                line.endsWith("the sentinel: java.io.UncheckedIOException: cannot write; caused by java.io.IOException:"
                        + " No space left on device\n"),
                line);
    }

    @Test
    void whoWrapsWithoutAWordOfHisOwnIsNotSaidTwice() {
        Exception failure = new RuntimeException(new IOException("broken pipe"));
        String line = LogLine.text(event(log -> log.warn("sent", failure)), "");
        assertEquals(line.indexOf("broken pipe"), line.lastIndexOf("broken pipe"));
    }

    @Test
    void aDefectShowsWhereItIsAndStaysOneRecord() {
        ILoggingEvent event = event(log -> log.error("a route failed", new IllegalStateException("no term")));
        String[] lines = LogLine.text(event, "").split("\n");
        assertTrue(lines.length > 1);
        for (int i = 1; i < lines.length; i++) {
            assertTrue(lines[i].startsWith("\t"), lines[i]);
        }
        String json = LogLine.json(event, "");
        assertEquals(1, lines(json));
        assertTrue(new JsonObject(json).getString("stack").contains("LogLineTest"), json);
    }

    @Test
    void whatTheWorldDoesShowsNoStackUnlessTheLoggerIsAtDebug() {
        Logger known = (Logger) LoggerFactory.getLogger("io.skein.node.LogLineTest.deep");
        Consumer<Logger> saying = log -> log.error("no disk", new IOException("gone"));
        assertEquals(1, lines(LogLine.text(event(known.getName(), saying), "")));
        known.setLevel(Level.DEBUG);
        try {
            assertTrue(lines(LogLine.text(event(known.getName(), saying), "")) > 1);
        } finally {
            known.setLevel(null);
        }
    }

    @Test
    void aMessageIsCutWhereItIsTooLong() {
        ILoggingEvent event = event(log -> log.warn("{}", "x".repeat(100_000)));
        assertTrue(LogLine.text(event, "").length() < LogLine.MAX_MESSAGE + 100);
        assertTrue(LogLine.json(event, "").length() < 5 * LogLine.MAX_MESSAGE);
    }

    @Test
    void whatIsWrittenWithTwoCharactersStaysWhole() {
        ILoggingEvent event = event(log -> log.info("a goose: {}", "\ud83e\udebf"));
        assertTrue(LogLine.text(event, "").contains("\ud83e\udebf"));
        assertTrue(new JsonObject(LogLine.json(event, "")).getString("message").endsWith("\ud83e\udebf"));
    }
}
