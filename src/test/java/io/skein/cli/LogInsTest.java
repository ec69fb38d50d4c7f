package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered of who is logged in where. */
@Timeout(60)
class LogInsTest {
    private static final int TIMES = 2_000;

    @Test
    void aLoginIsThereAtEveryMomentWhileAnotherIsWritten(@TempDir Path directory) throws Exception {
        LogIns logIns = LogIns.of(Map.of("XDG_CONFIG_HOME", directory.toString()));
        LogIns.LogIn anna = new LogIns.LogIn("anna", "skt_x", Long.MAX_VALUE);
        logIns.put(List.of("http://n1:8080"), anna);
        CountDownLatch written = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            for (int i = 0; i < TIMES; i++) {
                logIns.put(List.of("http://n2:8080"), anna);
            }
            written.countDown();
        });
        other.start();
        long missed = 0;
        while (written.getCount() > 0) {
            missed += logIns.find("http://n1:8080").isEmpty() ? 1 : 0;
        }
        other.join();
        assertEquals(0, missed);
    }

    @Test
    void whatIsNotKnownIsForgottenWithoutWriting(@TempDir Path directory) throws Exception {
        LogIns logIns = LogIns.of(Map.of("XDG_CONFIG_HOME", directory.toString()));
        logIns.put(List.of("http://n1:8080"), new LogIns.LogIn("anna", "skt_x", Long.MAX_VALUE));
        Files.setLastModifiedTime(logIns.file(), FileTime.fromMillis(0));
        logIns.forget("skt_other");
        assertEquals(FileTime.fromMillis(0), Files.getLastModifiedTime(logIns.file()));
        logIns.forget("skt_x");
        assertEquals("{ }\n", Files.readString(logIns.file()));
    }
}
