package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OnceAMinuteTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong(-5 * SECOND);
    private final LoggerContext loggers = new LoggerContext();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    OnceAMinuteTest() {
        loggers.addTurboFilter(new OnceAMinute(now::get));
        log.start();
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(log);
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void aWarningOfADoorIsHeardOnceAMinuteWhoeverItIsAbout() {
        Logger door = loggers.getLogger("io.skein.protocol.tcp.PublisherSession");
        door.warn("publisher {} sent nonsense", "a");
        door.warn("publisher {} sent nonsense", "b");
        door.warn("publisher {} is gone", "b");
        now.addAndGet(59 * SECOND);
        door.warn("publisher {} sent nonsense", "c");
        now.addAndGet(SECOND);
        door.warn("publisher {} sent nonsense", "d");
        assertEquals(List.of("publisher a sent nonsense", "publisher b is gone", "publisher d sent nonsense"), said());
    }

    @Test
    void aLibrarysWarningToo() {
        Logger netty = loggers.getLogger("io.netty.channel.AbstractChannelHandlerContext");
        netty.warn("An exception '{}' was thrown", "x", new IllegalStateException());
        netty.warn("An exception '{}' was thrown", "y", new IllegalStateException());
        assertEquals(1, said().size());
    }

    @Test
    void errorsAndTheOtherRoomsAreAlwaysHeard() {
        for (int i = 0; i < 3; i++) {
            loggers.getLogger("io.skein.cluster.Peers").warn("node {} cannot be reached", i);
            loggers.getLogger("io.vertx.core.impl.ContextImpl").error("Unhandled exception {}", i);
        }
        assertEquals(6, said().size());
    }
}
