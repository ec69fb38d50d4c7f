package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.frame.Delivered;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of acknowledgements when something comes between; the server is a script. */
@Timeout(20)
class SettlementsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Vertx clientVertx = Vertx.vertx();
    private final List<Delivered> taken = new CopyOnWriteArrayList<>();
    private StubServer server;
    private SkeinClient client;
    private Worker worker;

    @AfterEach
    void stop() {
        clientVertx.close().await();
        vertx.close().await();
    }

    private void work(WorkOptions options, StubServer.Script script) {
        server = new StubServer(vertx, script);
        client = SkeinClient.connect(
                        clientVertx, ClientOptions.of(List.of(server.at())).withReconnectMs(1, 10))
                .await();
        worker = client.work(options, (self, message) -> taken.add(message)).await();
        StubServer.deliver(server.last(), 1, "l1");
        await().until(() -> taken.size() == 1);
    }

    private static void beginOnly(ServerWebSocket socket, JsonObject command) {
        if (command.getString("op").equals("subscribe")) {
            StubServer.begin(socket, command);
        }
    }

    private static void done(ServerWebSocket socket, JsonObject command) {
        StubServer.say(
                socket, StubServer.reply(command).put("ok", true).put("done", 1).put("refused", new JsonArray()));
    }

    private static SkeinException failure(Future<?> future) {
        await().until(future::isComplete);
        return assertInstanceOf(SkeinException.class, future.cause());
    }

    @Test
    void aReasonIsCutToWhatAServerTakesAndNotWithinACharacter() {
        String face = "\uD83D\uDE00";
        assertEquals("short", Settlements.Kind.nack(0, "short").reason());
        assertEquals(340, Settlements.Kind.nack(0, "x".repeat(2000)).reason().length());
        String cut = Settlements.Kind.nack(0, "x" + face.repeat(1000)).reason();
        assertEquals(339, cut.length());
        assertFalse(Character.isHighSurrogate(cut.charAt(cut.length() - 1)));
    }

    @Test
    void anAckBeforeTheWorkerIsClosedIsStillAnswered() {
        List<JsonObject> acks = new CopyOnWriteArrayList<>();
        work(WorkOptions.of("jobs"), (socket, command) -> {
            beginOnly(socket, command);
            if (command.getString("op").equals("ack")) {
                acks.add(command);
            }
        });
        Future<Void> ack = worker.ack(taken.get(0));
        worker.close();
        await().until(() -> server.commands("unsubscribe").size() == 1);
        assertFalse(ack.isComplete());

        done(server.last(), acks.get(0));

        ack.await();
    }

    @Test
    void anAckOfAClosedWorkerIsUnknownWhenTheConnectionIsLost() {
        work(WorkOptions.of("jobs"), SettlementsTest::beginOnly);
        Future<Void> ack = worker.ack(taken.get(0));
        worker.close();
        await().until(() -> server.commands("ack").size() == 1);

        server.lose();

        assertTrue(failure(ack).isUnknown());
    }

    @Test
    void anAckOfAClosedWorkerIsUnknownWhenTheClientIsClosed() {
        work(WorkOptions.of("jobs"), SettlementsTest::beginOnly);
        Future<Void> ack = worker.ack(taken.get(0));
        worker.close();
        await().until(() -> server.commands("ack").size() == 1);

        client.close().await();

        assertTrue(failure(ack).isUnknown());
    }

    @Test
    void whatWasSaidBeforeTheConnectionWasLostIsUnknownWhenTheClientIsClosedAndWhatWasNotIsClosed() {
        work(WorkOptions.of("jobs"), (socket, command) -> {
            // The second time it does not let it begin.
            if (server.sockets.size() == 1) {
                beginOnly(socket, command);
            }
        });
        Future<Void> said = worker.ack(taken.get(0));
        await().until(() -> server.commands("ack").size() == 1);
        server.lose();
        await().until(() -> server.commands("subscribe").size() == 2);
        Future<Void> unsaid = worker.ack(taken.get(0));

        client.close().await();

        assertTrue(failure(said).isUnknown());
        assertFalse(failure(unsaid).isUnknown());
    }

    @Test
    void aRepeatThatIsRefusedMayHaveBeenTakenBefore() {
        work(WorkOptions.of("jobs"), (socket, command) -> {
            beginOnly(socket, command);
            if (command.getString("op").equals("ack") && server.sockets.size() == 2) {
                StubServer.refuse(socket, command, "forbidden", false, false);
            }
        });
        Future<Void> ack = worker.ack(taken.get(0));
        await().until(() -> server.commands("ack").size() == 1);

        server.lose();

        assertTrue(failure(ack).isUnknown());
    }

    @Test
    void anAckThatWaitsToBeSaidAgainIsSaidOnceMoreWhenTheWorkerIsClosed() {
        work(WorkOptions.of("jobs"), (socket, command) -> {
            beginOnly(socket, command);
            if (command.getString("op").equals("ack")) {
                if (server.commands("ack").size() == 1) {
                    StubServer.refuse(socket, command, "no-leader", true, false);
                    // Once this is here, so is the refusal.
                    StubServer.deliver(socket, 2, "l2");
                } else {
                    done(socket, command);
                }
            }
        });
        Future<Void> ack = worker.ack(taken.get(0));
        await().until(() -> taken.size() == 2);

        worker.close();

        ack.await();
    }

    @Test
    void leasesThatCameAfterAnExtensionWithoutAnAnswerAreExtendedOnTheNextConnection() {
        // Leases so long that only a new connection is a reason.
        work(WorkOptions.of("jobs").leaseMs(600_000).extendFor(6_000_000), SettlementsTest::beginOnly);
        server.lose();
        await().until(() -> !server.commands("extend").isEmpty());
        StubServer.deliver(server.last(), 2, "l2");
        await().until(() -> taken.size() == 2);

        server.lose();

        await().until(() -> server.commands("extend").stream()
                .anyMatch(extend -> extend.getJsonArray("leases").contains("l2")));
    }

    @Test
    void leasesAreNotExtendedAgainAndAgainWhileThereIsNobodyToTell() {
        int[] turns = {0};
        work(WorkOptions.of("jobs").leaseMs(3).extendFor(60_000), (socket, command) -> {
            if (!command.getString("op").equals("subscribe")) {
                return;
            }
            if (server == null || server.sockets.size() == 1) {
                StubServer.begin(socket, command);
            } else {
                // Late, by many thirds of a lease.
                vertx.setPeriodic(1, id -> {
                    if (++turns[0] == 100) {
                        vertx.cancelTimer(id);
                        StubServer.begin(socket, command);
                    }
                });
            }
        });
        server.lose();
        await().until(() -> server.commands("subscribe").size() == 2);
        server.commands.clear();

        await().until(() -> !server.commands("extend").isEmpty());

        List<Object> leases = new ArrayList<>();
        server.commands("extend")
                .forEach(extend -> extend.getJsonArray("leases").forEach(leases::add));
        assertEquals(List.of("l1"), leases);
    }
}
