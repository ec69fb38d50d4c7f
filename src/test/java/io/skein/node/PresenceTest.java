package io.skein.node;

import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is there, on two nodes. */
@Timeout(60)
class PresenceTest {
    private static List<?> online(Stranger asks) {
        return new JsonObject(
                        expect(200, asks.get("/v1/mail/presence?of=bob,anna")).body())
                .getJsonArray("online")
                .getList();
    }

    @Test
    void whoWatchesTheirMailOnOneNodeIsThereForThoseOnTheOther(@TempDir Path directory) throws Exception {
        try (RunningNode first = new RunningNode(directory.resolve("n1"))) {
            first.awaitVoters(1);
            try (RunningNode second = RunningNode.joining(directory.resolve("n2"), "n2", first)) {
                first.awaitVoters(2);
                second.awaitVoters(2);
                Stranger.at(first).create("anna", "p");
                Stranger.at(first).create("bob", "p");
                Stranger anna = Stranger.at(second).loggedIn("anna", "p");
                Stranger bob = Stranger.at(first).loggedIn("bob", "p");
                assertEquals(List.of(), online(bob));

                try (Stranger.Talk talk = anna.talk("")) {
                    talk.say(op("mail").put("id", "m"));

                    Awaitility.await()
                            .atMost(20, TimeUnit.SECONDS)
                            .untilAsserted(() -> assertEquals(List.of("anna"), online(bob)));
                    assertEquals(List.of("anna"), online(bob.going(second)));
                }
                Awaitility.await()
                        .atMost(20, TimeUnit.SECONDS)
                        .untilAsserted(() -> assertEquals(List.of(), online(bob)));
            }
        }
    }
}
