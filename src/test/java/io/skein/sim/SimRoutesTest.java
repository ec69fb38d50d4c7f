package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code /v1/sim}, as tests in other languages use it, where a token is asked for. */
@Timeout(60)
@SkeinTest(settings = "auth=true", shared = true)
class SimRoutesTest {
    @Test
    void onlyAdminsMay(Sim sim) {
        Caller admin = Caller.of(sim);
        admin.post("/v1/accounts", "{\"username\":\"bob\",\"password\":\"battery staple\"}");
        String bob = admin.with("")
                .post("/v1/sessions", "{\"username\":\"bob\",\"password\":\"battery staple\"}")
                .json()
                .getString("token");

        assertEquals(401, admin.with("").get("/v1/sim").status());
        assertEquals(403, admin.with(bob).post("/v1/sim/clock?advance=1d", "").status());
        assertEquals(200, admin.get("/v1/sim").status());
    }

    @Test
    void theClockIsMovedAndSaysWhatFallsDueNext(Sim sim) {
        Caller admin = Caller.of(sim);
        admin.post("/t/routes?delay=5d", "x");

        JsonObject moved = admin.post("/v1/sim/clock?advance=3d", "").json();

        assertTrue(moved.getBoolean("done"));
        assertEquals(Duration.ofDays(2).toMillis(), moved.getJsonObject("next").getLong("inMs"), 60_000);
        assertEquals(1, admin.post("/v1/sim/clock?advance=2d", "").json().getInteger("steps"));
    }

    @Test
    void aPageOfAnotherOriginCannotMoveTheClock(Sim sim) {
        Caller admin = Caller.of(sim);
        Caller.Answer answer = admin.post("/v1/sim/clock?advance=1d", "", "http://elsewhere.example");

        assertEquals(403, answer.status());
        assertEquals("foreign-origin", answer.json().getString("code"));
        assertEquals(
                200,
                admin.post("/v1/sim/clock?advance=1ms", "", sim.url().toString())
                        .status());
    }

    @Test
    void aNodeWithoutTheConsoleHasTheBrowserClientAndNoPages(Sim sim) {
        Caller caller = Caller.of(sim);
        assertEquals(404, caller.get("/").status());
        assertEquals(404, caller.get("/chat").status());
        assertTrue(caller.get("/client.js").text().contains("export function connect"));
        assertEquals(405, caller.post("/client.js", "").status());
    }

    @Test
    void whatMakesNoSenseIsRefused(Sim sim) {
        Caller admin = Caller.of(sim);
        assertEquals(400, admin.post("/v1/sim/clock", "").status());
        assertEquals(400, admin.post("/v1/sim/clock?advance=3x", "").status());
        assertEquals(
                400, admin.post("/v1/sim/clock?to=2001-01-01T00:00:00Z", "").status());
        assertEquals(
                400, admin.post("/v1/sim/clock?to=9999-01-01T00:00:00Z", "").status());
        assertEquals(404, admin.post("/v1/sim/nodes/n7/kill", "").status());
        assertEquals(404, admin.post("/v1/sim/nodes/n1/praise", "").status());
        assertEquals(
                400,
                admin.post("/v1/sim/links", "{\"from\":\"n1\",\"to\":7,\"cut\":true}")
                        .status());
        assertEquals(405, admin.get("/v1/sim/heal").status());
    }

    @Test
    void theOnlyNodeIsKilledForAWhileAndComesBackWithWhatItHad(Sim sim) {
        Caller admin = Caller.of(sim);
        admin.post("/t/kept", "x");
        assertEquals(400, admin.post("/v1/sim/nodes/n1/kill", "").status());

        assertEquals(200, admin.post("/v1/sim/nodes/n1/kill?for=50ms", "").status());
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> !admin.get("/v1/sim").json().isEmpty());

        assertEquals(1, admin.bodies("kept").size());
    }

    @Test
    void aFullDiskIsInForceUntilItIsHealed(Sim sim) {
        Caller admin = Caller.of(sim);
        JsonObject full = admin.post("/v1/sim/nodes/n1/disk", "{\"full\":true}").json();
        assertEquals(
                new JsonObject().put("kind", "full-disk").put("node", "n1"),
                full.getJsonArray("faults").getJsonObject(0));

        assertTrue(admin.post("/v1/sim/heal", "").json().getJsonArray("faults").isEmpty());
    }
}
