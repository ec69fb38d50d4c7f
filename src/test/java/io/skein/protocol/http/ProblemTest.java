package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import io.skein.broker.Refusal;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {
    private static final Set<String> MEMBERS =
            Set.of("type", "title", "status", "detail", "code", "retryable", "outcome", "leader");

    /** The contract, value by value; a new rejection makes this fail until somebody decides. */
    @Test
    void everyRejectionHasItsStatus() {
        Map<Rejection, Integer> expected = new EnumMap<>(Rejection.class);
        expected.put(Rejection.MALFORMED, 400);
        expected.put(Rejection.UNKNOWN_TOPIC, 404);
        expected.put(Rejection.TOPIC_FULL, 507);
        expected.put(Rejection.WRONG_OFFSET, 412);
        expected.put(Rejection.INVALID_FORMAT, 422);
        expected.put(Rejection.TOO_LARGE, 413);
        expected.put(Rejection.KEY_REUSED, 422);
        expected.put(Rejection.TOO_MANY_KEYS, 429);
        expected.put(Rejection.SEQUENCE_GAP, 409);
        expected.put(Rejection.FENCED, 409);
        expected.put(Rejection.TOO_MANY_PRODUCERS, 429);
        expected.put(Rejection.NOT_SCHEDULED, 404);
        expected.put(Rejection.TOO_MANY_SCHEDULED, 429);
        expected.put(Rejection.TOO_MANY_TOPICS, 507);
        expected.put(Rejection.TOO_MANY_TTL, 429);
        expected.put(Rejection.ABORTED, 409);
        expected.put(Rejection.TOPIC_EXISTS, 409);
        expected.put(Rejection.UNKNOWN_SUBSCRIPTION, 404);
        expected.put(Rejection.LEASE_LOST, 409);
        expected.put(Rejection.NO_MARK, 404);
        expected.put(Rejection.TOO_MANY_SUBSCRIPTIONS, 507);
        expected.put(Rejection.TOO_MANY_POSITIONS, 507);
        expected.put(Rejection.ACCOUNT_EXISTS, 409);
        expected.put(Rejection.UNKNOWN_ACCOUNT, 404);
        expected.put(Rejection.SECRET_CHANGED, 409);
        expected.put(Rejection.LAST_ADMIN, 409);
        expected.put(Rejection.ADMIN_EXISTS, 409);
        expected.put(Rejection.TOKEN_EXISTS, 409);
        expected.put(Rejection.UNKNOWN_TOKEN, 404);
        expected.put(Rejection.TOO_MANY_ACCOUNTS, 507);
        expected.put(Rejection.TOO_MANY_SESSIONS, 507);
        expected.put(Rejection.TOO_MANY_TOKENS, 507);
        expected.put(Rejection.TOO_MANY_RULES, 507);
        expected.put(Rejection.TOO_MANY_LIMITS, 507);
        expected.put(Rejection.MAILBOX_FULL, 507);
        for (Rejection rejection : Rejection.values()) {
            assertEquals(expected.get(rejection), Problem.status(rejection), rejection.name());
        }
    }

    @ParameterizedTest
    @EnumSource(Rejection.class)
    void aRejectionIsAProblemThatChangedNothing(Rejection rejection) {
        Problem problem = Problem.of(new Rejected(rejection, "a sentence", 7));
        JsonObject json = problem.json("n2", "host:1");
        assertTrue(json.fieldNames().containsAll(MEMBERS), json.encode());
        assertEquals(rejection.code(), json.getString("code"));
        assertEquals("a sentence", json.getString("detail"));
        assertEquals("not-applied", json.getString("outcome"));
        assertEquals("n2", json.getString("leader"));
        assertEquals("host:1", json.getString("leaderAddress"));
        assertEquals(problem.status() == 429 || problem.status() == 507, problem.retryAfter() > 0);
        assertTrue(
                json.fieldNames().stream()
                        .anyMatch(name -> !MEMBERS.contains(name)
                                && Integer.valueOf(7)
                                        .equals(json.getValue(name) instanceof Long figure ? figure.intValue() : null)),
                "the figure is there: " + json.encode());
    }

    @ParameterizedTest
    @EnumSource(value = Refusal.Kind.class, mode = EXCLUDE, names = "REJECTED")
    void aRefusalHasAStatusAndKeepsItsFacts(Refusal.Kind kind) {
        Problem problem = Problem.of(Refusal.of(kind, "a-code", "a sentence", Map.of("earliest", "c1.2.3")));
        assertTrue(problem.status() >= 400 && problem.status() <= 507);
        JsonObject json = problem.json("", "");
        assertEquals("c1.2.3", json.getString("earliest"));
        assertEquals("a-code", json.getString("code"));
        assertTrue(json.containsKey("leader"));
        assertEquals(kind == Refusal.Kind.INDETERMINATE ? "unknown" : "not-applied", json.getString("outcome"));
    }

    @Test
    void kindsHaveTheStatusOfTheContract() {
        assertEquals(400, Problem.status(Refusal.Kind.MALFORMED));
        assertEquals(404, Problem.status(Refusal.Kind.NOT_FOUND));
        assertEquals(410, Problem.status(Refusal.Kind.GONE));
        assertEquals(413, Problem.status(Refusal.Kind.TOO_LARGE));
        assertEquals(429, Problem.status(Refusal.Kind.TOO_MANY));
        assertEquals(503, Problem.status(Refusal.Kind.UNAVAILABLE));
        assertEquals(504, Problem.status(Refusal.Kind.INDETERMINATE));
        assertEquals(507, Problem.status(Refusal.Kind.DISK_FULL));
    }

    @Test
    void factsDoNotReplaceMembers() {
        Problem problem = Problem.of(400, "a-code", "a sentence", Map.of("code", "another", "limit", 3));
        assertEquals("a-code", problem.json("", "").getString("code"));
        assertEquals(3, problem.json("", "").getInteger("limit"));
    }
}
