package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SlowCommitsTest {
    private static final long SECOND = 1_000_000_000L;

    private final Logger logger = (Logger) LoggerFactory.getLogger(SlowCommits.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final AtomicLong now = new AtomicLong(-7 * SECOND);
    private final SlowCommits slow = new SlowCommits(now::get);

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(log);
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void aQuickDiskIsNotSpokenOf() {
        slow.committed(SlowCommits.SLOW_NANOS - 1, 1);
        assertEquals(List.of(), said());
    }

    @Test
    void aSlowOneIsOnceAMinuteWithWhatCameBetween() {
        for (int i = 0; i < 3; i++) {
            slow.committed(2 * SECOND, SECOND);
        }
        now.addAndGet(60 * SECOND);
        slow.committed(SECOND, SECOND);
        assertEquals(2, said().size());
        assertTrue(said().get(0).contains("2000 ms, 1000 ms of them its flush"), said().get(0));
        assertTrue(said().get(1).contains("2 others were slow"), said().get(1));
    }
}
