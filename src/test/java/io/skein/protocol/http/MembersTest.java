package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Broker;
import io.skein.broker.NodeStatus;
import io.skein.broker.NodeStatus.MemberStatus;
import io.skein.broker.Refusal;
import io.skein.protocol.http.OpenDoor.Answer;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who belongs to the cluster and who leads it, asked for over HTTP. */
class MembersTest {
    private static final String N2 = "{\"id\":\"n2\",\"address\":\"127.0.0.1:6001\"}";

    private Cluster cluster;
    private final OpenDoor door = new OpenDoor(config -> config, fake -> cluster = new Cluster(fake));

    /** A cluster that does at once what it is told; a learner votes at the second look at it. */
    private static final class Cluster extends BentBroker {
        private final List<MemberStatus> members = new ArrayList<>();
        private final List<String> told = new ArrayList<>();
        private Refusal refusal;
        private boolean promotes = true;
        private int looks;
        private String leader = "n1";

        Cluster(Broker straight) {
            super(straight);
            members.add(new MemberStatus("n1", "127.0.0.1:6000", "127.0.0.1:8080", true, 1, true));
        }

        private Future<Void> answer(String order) {
            told.add(order);
            return refusal == null ? Future.succeededFuture() : Future.failedFuture(refusal);
        }

        @Override
        public synchronized Future<Void> addMember(String id, String address, boolean voter) {
            looks = voter && promotes ? 0 : Integer.MIN_VALUE;
            members.add(new MemberStatus(id, address, "", false, 0, true));
            return answer("add " + id + " " + address + " " + voter);
        }

        @Override
        public synchronized Future<Void> removeMember(String id) {
            return answer("remove " + id);
        }

        @Override
        public synchronized Future<Void> transfer(String id) {
            leader = id;
            return answer("transfer " + id);
        }

        @Override
        public synchronized Future<Void> handOver(Optional<String> from) {
            leader = from.isEmpty() || from.get().equals(leader) ? "n3" : leader;
            return answer("hand over" + from.map(id -> " from " + id).orElse(""));
        }

        @Override
        public synchronized NodeStatus status() {
            if (members != null && members.size() > 1 && ++looks > 3) {
                MemberStatus learner = members.remove(1);
                members.add(new MemberStatus(learner.id(), learner.address(), "", true, 1, true));
            }
            NodeStatus now = super.status();
            return new NodeStatus(
                    now.node(),
                    now.role(),
                    now.heldRole(),
                    leader,
                    now.leaderAddress(),
                    now.term(),
                    now.commitIndex(),
                    now.appliedIndex(),
                    now.settledIndex(),
                    now.lastLogIndex(),
                    now.firstLogIndex(),
                    now.stateHash(),
                    now.time(),
                    now.health(),
                    now.durable(),
                    List.copyOf(members),
                    now.figures());
        }
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void aNodeThatIsAddedIsInTheLogFirst() {
        cluster.promotes = false;
        Answer answer = door.post("/v1/cluster/members", N2);
        assertEquals(202, answer.status());
        assertEquals("n2", answer.json().getString("id"));
        assertEquals(false, answer.json().getBoolean("voter"));
        assertEquals(List.of("add n2 127.0.0.1:6001 true"), cluster.told);
    }

    @Test
    void whoWaitsIsToldWhenItVotes() {
        Answer answer = door.post("/v1/cluster/members?wait=30s", N2);
        assertEquals(200, answer.status());
        assertEquals(true, answer.json().getBoolean("voter"));
    }

    @Test
    void whoWaitsInVainIsToldWhatThereIs() {
        cluster.promotes = false;
        Answer answer = door.post("/v1/cluster/members?wait=50ms", N2);
        assertEquals(202, answer.status());
        assertEquals(false, answer.json().getBoolean("voter"));
    }

    @Test
    void aLearnerThatStaysOneIsNotWaitedForLonger() {
        Answer answer = door.post(
                "/v1/cluster/members?wait=30s", "{\"id\":\"n2\",\"address\":\"127.0.0.1:6001\",\"voter\":false}");
        assertEquals(200, answer.status());
        assertEquals(List.of("add n2 127.0.0.1:6001 false"), cluster.told);
    }

    @Test
    void aChangeThatIsPendingIsAConflict() {
        cluster.refusal = Refusal.of(Refusal.Kind.CONFLICT, "change-pending", "another change is not committed yet");
        Answer answer = door.post("/v1/cluster/members", N2);
        assertEquals(409, answer.status());
        assertEquals("change-pending", answer.json().getString("code"));
        assertEquals("n1", answer.json().getString("leader"));
    }

    @Test
    void anAddressWhereNobodyAnswersIsToBeTriedAgain() {
        cluster.refusal = Refusal.of(Refusal.Kind.UNAVAILABLE, "unreachable", "nobody answers at 127.0.0.1:6001");
        Answer answer = door.post("/v1/cluster/members", N2);
        assertEquals(503, answer.status());
        assertEquals("1", answer.header("retry-after"));
    }

    @Test
    void whatIsNotUnderstoodIsNotDone() {
        for (String body : List.of(
                "",
                "[]",
                "{}",
                "{\"id\":\"n2\"}",
                "{\"id\":2,\"address\":\"h:1\"}",
                "{\"id\":\"n2\",\"address\":\"h\"}",
                "{\"id\":\"n2\",\"address\":\"h:1\",\"voter\":\"yes\"}",
                "{\"id\":\"n2\",\"adress\":\"h:1\"}")) {
            Answer answer = door.post("/v1/cluster/members", body);
            assertEquals(400, answer.status(), body);
        }
        assertTrue(door.post("/v1/cluster/members", "{\"id\":\"n2\",\"adress\":\"h:1\"}")
                .json()
                .getString("detail")
                .contains("address"));
        assertEquals(400, door.post("/v1/cluster/members?wait=soon", N2).status());
        assertEquals(
                413,
                door.post("/v1/cluster/members", "{\"id\":\"" + "n".repeat(5000) + "\"}")
                        .status());
        assertEquals(
                415,
                door.post("/v1/cluster/members", N2, "Content-Type", "text/plain")
                        .status());
        assertEquals(List.of(), cluster.told);
    }

    @Test
    void aMemberIsRemovedByItsName() {
        door.post("/v1/cluster/members", N2);
        Answer answer = door.send("DELETE", "/v1/cluster/members/n2", new byte[0]);
        assertEquals(200, answer.status());
        assertEquals("remove n2", cluster.told.get(1));
    }

    @Test
    void theLastVoterCannotLeave() {
        Answer answer = door.send("DELETE", "/v1/cluster/members/n1", new byte[0]);
        assertEquals(409, answer.status());
        assertEquals("last-voter", answer.json().getString("code"));
        assertEquals(List.of(), cluster.told);
    }

    @Test
    void whoIsNoMemberCannotBeRemoved() {
        cluster.refusal = Refusal.of(Refusal.Kind.NOT_FOUND, "unknown-member", "there is no such member");
        assertEquals(
                404, door.send("DELETE", "/v1/cluster/members/n9", new byte[0]).status());
    }

    @Test
    void leadershipIsHandedOver() {
        Answer answer = door.post("/v1/cluster/transfer", "{\"to\":\"n2\"}");
        assertEquals(200, answer.status());
        assertEquals("n2", answer.json().getString("leader"));
        assertEquals(List.of("transfer n2"), cluster.told);
    }

    @Test
    void withoutANameWhoeverIsBestPlacedLeads() {
        for (String body : List.of("", "{}")) {
            Answer answer = door.post("/v1/cluster/transfer", body);
            assertEquals(200, answer.status(), body);
            assertEquals("n3", answer.json().getString("leader"));
        }
        assertEquals(List.of("hand over", "hand over"), cluster.told);
    }

    @Test
    void whoIsToHandOverCanBeNamed() {
        Answer answer = door.post("/v1/cluster/transfer", "{\"from\":\"n2\"}");
        assertEquals(200, answer.status());
        assertEquals("n1", answer.json().getString("leader"));
        assertEquals(List.of("hand over from n2"), cluster.told);
    }

    @Test
    void whoNamesBothIsRefused() {
        assertEquals(
                400,
                door.post("/v1/cluster/transfer", "{\"to\":\"n2\",\"from\":\"n1\"}")
                        .status());
        assertEquals(List.of(), cluster.told);
    }

    @Test
    void whereNobodyCanTakeOverThatIsAConflict() {
        cluster.refusal = Refusal.of(Refusal.Kind.CONFLICT, "not-transferred", "there is no other voter");
        Answer answer = door.post("/v1/cluster/transfer", "{}");
        assertEquals(409, answer.status());
        assertEquals("not-transferred", answer.json().getString("code"));
    }

    @Test
    void whoLeadsAlreadyIsAnsweredAlike() {
        for (int i = 0; i < 2; i++) {
            Answer answer = door.post("/v1/cluster/transfer", "{\"to\":\"n2\"}", "Idempotency-Key", "k");
            assertEquals(200, answer.status());
            assertEquals("n2", answer.json().getString("leader"));
        }
    }

    @Test
    void aLearnerCannotLead() {
        cluster.promotes = false;
        door.post("/v1/cluster/members", N2);
        Answer answer = door.post("/v1/cluster/transfer", "{\"to\":\"n2\"}");
        assertEquals(409, answer.status());
        assertEquals("not-a-voter", answer.json().getString("code"));
    }

    @Test
    void aParameterThatWouldBeIgnoredIsRefused() {
        assertEquals(
                400, door.post("/v1/cluster/transfer?dryrun", "{\"to\":\"n1\"}").status());
        assertEquals(
                400,
                door.send("DELETE", "/v1/cluster/members/n1?dryrun", new byte[0])
                        .status());
        assertEquals(List.of(), cluster.told);
    }

    @Test
    void aForeignPageChangesNothing() {
        assertEquals(
                403,
                door.post("/v1/cluster/members", N2, "Origin", "http://evil.example")
                        .status());
        assertEquals(List.of(), cluster.told);
    }

    @Test
    void everyAnswerSaysWhoLeadsAlsoThoseOfOthersBehindTheDoor() {
        for (String path : List.of("/v1/cluster", "/elsewhere", "/nowhere", "/t/unknown", "/raft")) {
            Answer answer = door.get(path);
            assertEquals("n1", answer.header("skein-node"), path);
            assertEquals("n1", answer.header("skein-leader"), path);
            assertEquals("127.0.0.1:8080", answer.header("skein-leader-address"), path);
        }
    }
}
