package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.BentQueues;
import io.skein.broker.Hall;
import io.skein.broker.NoSubscriptions;
import io.skein.broker.Refusal;
import io.skein.protocol.http.OpenDoor.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The routes of the Raft REST message queue, in both profiles. */
class RrmqTest {
    private static final String NO = "{\"success\":false}";
    private static final String YES = "{\"success\":true}";

    @TempDir
    private Path directory;

    private Hall hall;
    private OpenDoor lenient;
    private OpenDoor strict;

    @BeforeEach
    void open() throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
        lenient = new OpenDoor(hall.vertx, config -> config, fake -> hall.broker);
        strict = new OpenDoor(hall.vertx, config -> config.withRrmqProfile(RrmqProfile.STRICT), fake -> hall.broker);
    }

    @AfterEach
    void close() throws Exception {
        hall.close();
    }

    private static void expect(int status, String body, Answer answer) {
        assertEquals(body, answer.body());
        assertEquals(status, answer.status());
    }

    private static Answer put(OpenDoor door, String path, String json) {
        return door.send("PUT", path, json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aTopicIsMadeOnceAndListedInTheOrderInWhichItCame() {
        expect(200, YES, put(lenient, "/topic", "{\"topic\":\"zebra\"}"));
        expect(200, YES, put(strict, "/topic", "{\"topic\":\"ant\"}"));
        expect(400, NO, put(lenient, "/topic", "{\"topic\":\"ant\"}"));
        for (OpenDoor door : new OpenDoor[] {lenient, strict}) {
            expect(200, "{\"success\":true,\"topics\":[\"zebra\",\"ant\"]}", door.get("/topic"));
            expect(400, NO, put(door, "/topic", "{}"));
            expect(400, NO, put(door, "/topic", "{\"topic\":5}"));
            expect(400, NO, put(door, "/topic", "{\"topic\":\"a//b\"}"));
            expect(400, NO, put(door, "/topic", "{\"topic\":\"$a\"}"));
            expect(400, NO, put(door, "/topic", "nonsense"));
            expect(400, NO, put(door, "/topic", "[]"));
        }
    }

    @Test
    void messagesAreTakenOnceInTheirOrder() {
        put(lenient, "/topic", "{\"topic\":\"t\"}");
        expect(200, YES, put(lenient, "/message", "{\"topic\":\"t\",\"message\":\"one\"}"));
        expect(200, YES, put(lenient, "/message", "{\"topic\":\"t\",\"message\":\"zwei \\u00fc\"}"));
        expect(200, "{\"success\":true,\"message\":\"one\"}", lenient.get("/message/t"));
        expect(200, "{\"success\":true,\"message\":\"zwei \u00fc\"}", strict.get("/message/t"));
        expect(200, NO, lenient.get("/message/t"));
        expect(404, NO, strict.get("/message/t"));
        expect(200, NO, lenient.get("/message/unknown"));
        expect(404, NO, strict.get("/message/unknown"));
        expect(404, NO, put(lenient, "/message", "{\"topic\":\"unknown\",\"message\":\"x\"}"));
        expect(400, NO, put(lenient, "/message", "{\"topic\":\"t\"}"));
        expect(400, NO, put(lenient, "/message", "{\"topic\":\"t\",\"message\":7}"));
    }

    @Test
    void whatIsPublishedElsewhereIsTakenFromItsBeginning() throws Exception {
        hall.publish("made/elsewhere", 1);
        expect(200, "{\"success\":true,\"message\":\"x\"}", lenient.get("/message/made/elsewhere"));
        expect(200, YES, put(lenient, "/message", "{\"topic\":\"made/elsewhere\",\"message\":\"y\"}"));
        expect(200, "{\"success\":true,\"message\":\"y\"}", lenient.get("/message/made/elsewhere"));
        assertEquals(
                204,
                lenient.send("DELETE", "/v1/topics/made/elsewhere", new byte[0]).status());
        assertEquals(
                0,
                lenient.get("/v1/subscriptions")
                        .json()
                        .getJsonArray("subscriptions")
                        .size());
    }

    @Test
    void whoOnlyLooksTakesNothing() {
        put(lenient, "/topic", "{\"topic\":\"t\"}");
        put(lenient, "/message", "{\"topic\":\"t\",\"message\":\"one\"}");
        assertEquals(405, lenient.send("HEAD", "/message/t", new byte[0]).status());
        expect(403, NO, lenient.get("/message/t", "Sec-Fetch-Site", "cross-site"));
        expect(403, NO, lenient.get("/message/t", "Origin", "http://evil.example"));
        expect(200, "{\"success\":true,\"message\":\"one\"}", lenient.get("/message/t"));
    }

    @Test
    void strictGetsHaveNoBody() {
        put(lenient, "/topic", "{\"topic\":\"t\"}");
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        expect(400, "{\"success\":false,\"topics\":[]}", strict.send("GET", "/topic", body));
        expect(400, NO, strict.send("GET", "/message/t", body));
        expect(200, "{\"success\":true,\"topics\":[\"t\"]}", lenient.send("GET", "/topic", body));
    }

    private static void answersWith(Refusal refusal, RrmqProfile profile, int status) {
        try (OpenDoor door = new OpenDoor(
                config -> config.withRrmqProfile(profile),
                fake -> fake.with(new NoSubscriptions(), new BentQueues(refusal)))) {
            expect(status, NO, put(door, "/topic", "{\"topic\":\"t\"}"));
            expect(status, NO, put(door, "/message", "{\"topic\":\"t\",\"message\":\"m\"}"));
            expect(status, NO, door.get("/message/t"));
            if (profile == RrmqProfile.STRICT) {
                expect(status, NO, door.get("/topic"));
            } else {
                expect(200, "{\"success\":true,\"topics\":[\"own\"]}", door.get("/topic"));
            }
        }
    }

    @Test
    void aNodeThatDoesNotLeadSaysSo() {
        Refusal no = Refusal.of(Refusal.Kind.CONFLICT, "not-leader", "this node does not lead");
        answersWith(no, RrmqProfile.LENIENT, 400);
        answersWith(no, RrmqProfile.STRICT, 400);
    }

    @Test
    void aLeaderWithoutAMajoritySaysSo() {
        Refusal no = Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "not committed in time");
        answersWith(no, RrmqProfile.LENIENT, 408);
        answersWith(no, RrmqProfile.STRICT, 503);
    }
}
