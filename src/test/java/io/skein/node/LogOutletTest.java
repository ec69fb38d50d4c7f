package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LogOutletTest {
    /** Takes nothing until it is opened, as a pipe that is full. */
    private static final class Pipe extends OutputStream {
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        @Override
        public void write(int one) {
            throw new AssertionError("lines are written as wholes");
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            begun.countDown();
            try {
                open.await();
            } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
            synchronized (read) {
                read.write(bytes, from, length);
            }
        }

        List<String> lines() {
            synchronized (read) {
                return read.toString(StandardCharsets.UTF_8).lines().toList();
            }
        }
    }

    private final Pipe pipe = new Pipe();
    private final LogOutlet outlet = new LogOutlet(pipe, lost -> lost + " lost\n", 100);

    @Test
    void whoLogsDoesNotWaitForWhoReadsAndHearsHowMuchWasDropped() throws InterruptedException {
        outlet.write("first\n");
        pipe.begun.await();
        for (int i = 0; i < 1_000; i++) {
            outlet.write("123456789\n");
        }
        assertEquals(List.of(), pipe.lines());
        pipe.open.countDown();
        outlet.drain(10_000);
        List<String> lines = pipe.lines();
        assertEquals(12, lines.size());
        assertEquals("first", lines.get(0));
        assertEquals("990 lost", lines.get(11));
    }

    @Test
    void linesComeInTheirOrder() {
        pipe.open.countDown();
        for (int i = 0; i < 9; i++) {
            outlet.write("line " + i + "\n");
        }
        outlet.drain(10_000);
        assertEquals(9, pipe.lines().size());
        assertEquals("line 8", pipe.lines().get(8));
    }

    @Test
    void whoeverEndsWaitsNoLongerThanItIsTold() throws InterruptedException {
        outlet.write("first\n");
        pipe.begun.await();
        outlet.drain(1);
        assertEquals(List.of(), pipe.lines());
        pipe.open.countDown();
    }

    @Test
    void aPipeThatIsClosedStopsNobody() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        LogOutlet broken = new LogOutlet(closed, lost -> "", 100);
        for (int i = 0; i < 100; i++) {
            broken.write("1234567890\n");
        }
        broken.drain(10_000);
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("skein-log") && thread.isAlive()));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void whateverGoesWrongWithALineTheNextIsWritten() {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        OutputStream moody = new OutputStream() {
            @Override
            public void write(int one) {
                throw new AssertionError("lines are written as wholes");
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                if (bytes[from] == '!') {
                    throw new IllegalStateException("not this one");
                }
                read.write(bytes, from, length);
            }
        };
        LogOutlet outlet = new LogOutlet(
                moody,
                lost -> {
                    throw new OutOfMemoryError("nor this one");
                },
                20);
        outlet.write("!\n");
        outlet.write("longer than what may wait\n");
        outlet.drain(10_000);
        outlet.write("good\n");
        outlet.drain(10_000);
        assertEquals("good\n", read.toString(StandardCharsets.UTF_8));
    }
}
