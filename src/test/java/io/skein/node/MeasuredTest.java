package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.cluster.ClusterListener;
import io.skein.dashboard.ConsoleFigures;
import io.skein.metrics.Metrics;
import io.skein.raft.Role;
import io.skein.store.StoreListener;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console listens first; the meters must hear all the same. */
class MeasuredTest {
    private final List<String> heard = new ArrayList<>();

    @Test
    void whatTheStoreTellsIsHandedOn() throws Exception {
        assertEquals(methods(StoreListener.class), told(StoreListener.class));
    }

    @Test
    void whatTheReplicaTellsIsHandedOn() throws Exception {
        assertEquals(methods(ClusterListener.class), told(ClusterListener.class));
    }

    @Test
    void theDiskIsThatOfTheData(@TempDir Path data) {
        Measured measured = new Measured(listening(StoreListener.class), listening(ClusterListener.class));
        assertEquals(ConsoleFigures.Disk.UNKNOWN, measured.disk());
        measured.watch(data, Optional.empty(), Runnable::run);
        assertEquals(data.toFile().getTotalSpace(), measured.disk().totalBytes());
        assertEquals(ConsoleFigures.Backups.NONE, measured.backups());
    }

    @Test
    void nobodyWaitsForADiskThatDoesNotAnswer(@TempDir Path data) {
        Measured measured = new Measured(listening(StoreListener.class), listening(ClusterListener.class));
        List<Runnable> asked = new ArrayList<>();
        measured.watch(data, Optional.empty(), asked::add);
        assertEquals(ConsoleFigures.Disk.UNKNOWN, measured.disk());
        assertEquals(ConsoleFigures.Disk.UNKNOWN, measured.disk());
        assertEquals(1, asked.size(), "it is asked once at a time");
        asked.get(0).run();
        assertEquals(data.toFile().getTotalSpace(), measured.disk().totalBytes());
        assertEquals(2, asked.size());
    }

    @Test
    void howOldTheNewestBackupIsComesFromWhoMakesThem(@TempDir Path data) {
        Measured measured = new Measured(listening(StoreListener.class), listening(ClusterListener.class));
        var made = new Metrics(Metrics.newRegistry()).backups();
        measured.watch(data, Optional.of(made), Runnable::run);
        made.every(3_600_000);
        assertEquals(new ConsoleFigures.Backups(3_600_000, 0), measured.backups());
        made.made(1_700_000_000_000L, 1, 1);
        assertEquals(new ConsoleFigures.Backups(3_600_000, 1_700_000_000_000L), measured.backups());
    }

    private static List<String> methods(Class<?> listener) {
        return Arrays.stream(listener.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .map(Method::toString)
                .sorted()
                .toList();
    }

    /** Everything is said once; what came through. */
    private List<String> told(Class<?> listener) throws Exception {
        Measured measured = new Measured(listening(StoreListener.class), listening(ClusterListener.class));
        for (Method method : listener.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                Object[] words = Arrays.stream(method.getParameterTypes())
                        .map(MeasuredTest::word)
                        .toArray();
                method.invoke(measured, words);
            }
        }
        return heard.stream().sorted().toList();
    }

    private <T> T listening(Class<T> listener) {
        return listener.cast(
                Proxy.newProxyInstance(listener.getClassLoader(), new Class<?>[] {listener}, (proxy, method, words) -> {
                    heard.add(method.toString());
                    return null;
                }));
    }

    private static Object word(Class<?> type) {
        if (type == long.class) {
            return 1L;
        }
        if (type == int.class) {
            return 1;
        }
        if (type == boolean.class) {
            return false;
        }
        return type == String.class ? "" : Role.FOLLOWER;
    }
}
