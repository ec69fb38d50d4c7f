package io.skein.doctor;

import static io.skein.doctor.Cases.assertVerdict;
import static io.skein.doctor.Cases.cluster;
import static io.skein.doctor.Cases.member;
import static io.skein.doctor.Cases.node;
import static io.skein.doctor.Cases.said;
import static io.skein.doctor.Cases.three;
import static io.skein.doctor.Cases.well;
import static io.skein.doctor.Verdict.OK;
import static io.skein.doctor.Verdict.SKIPPED;
import static io.skein.doctor.Verdict.WARNING;
import static io.skein.doctor.Verdict.WRONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.doctor.NodeFacts.Member;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterChecksTest {
    private static NodeFacts silent(String id) {
        return NodeFacts.silent(id, "http://" + id, "nobody listens there");
    }

    private static Finding one(List<Finding> findings) {
        assertEquals(1, findings.size(), findings.toString());
        return findings.get(0);
    }

    @Test
    void ofAClusterThatIsWellEveryCheckSaysSo() {
        List<Finding> findings = ClusterChecks.of(well());
        findings.forEach(finding -> assertVerdict(OK, finding));
        assertEquals(0, Finding.exitCode(findings));
    }

    @Test
    void whereNobodyAnswersThatIsAllThereIsToSay() {
        List<Finding> findings = ClusterChecks.of(cluster(silent("http://n1")));
        assertVerdict(WRONG, one(findings));
        assertEquals(2, Finding.exitCode(findings));
    }

    @ParameterizedTest
    @CsvSource({
        "ok, OK",
        "catching-up, WARNING",
        "no-leader, WRONG",
        "disk-full, WRONG",
        "removed, WRONG",
        "amnesiac, WRONG",
        "corrupt, WRONG",
        "something-new, WRONG"
    })
    void aNodeIsAsWellAsItSays(String health, Verdict verdict) {
        assertVerdict(verdict, ClusterChecks.answers(node(said("n1", "follower", "n2", health, 4, 1, "x"))));
    }

    @Test
    void oneThatStopsIsAWarningWithNothingToDo() {
        Finding finding = ClusterChecks.answers(node(said("n1", "follower", "n2", "draining", 4, 1, "x")));
        assertEquals(WARNING, finding.verdict());
    }

    @Test
    void somebodyLeadsAndOnlyOne() {
        assertVerdict(OK, ClusterChecks.leader(well()));
        assertVerdict(
                WRONG,
                ClusterChecks.leader(cluster(
                        node(said("n1", "candidate", "", "no-leader", 4, 1, "x")),
                        node(said("n2", "follower", "", "no-leader", 4, 1, "x")))));
        assertVerdict(WARNING, ClusterChecks.leader(cluster(node(said("n2", "follower")), silent("n1"))));
        assertVerdict(
                WRONG,
                ClusterChecks.leader(cluster(
                        node(said("n1", "leader", "n1", "ok", 4, 1, "x")),
                        node(said("n2", "leader", "n2", "ok", 4, 1, "x")))));
        assertVerdict(
                WARNING,
                ClusterChecks.leader(cluster(
                        node(said("n1", "leader", "n1", "ok", 4, 1, "x")),
                        node(said("n2", "leader", "n2", "ok", 5, 1, "x")))));
    }

    @Test
    void theQuorumSaysHowManyMoreMayFail() {
        assertTrue(ClusterChecks.quorum(well()).says().endsWith("1 may fail"));
        List<Member> cut = List.of(member("n1", true), member("n2", true), member("n3", false));
        Finding atRisk = ClusterChecks.quorum(
                cluster(node(said("n1", "leader", cut)), node(said("n2", "follower", cut)), silent("n3")));
        assertVerdict(WARNING, atRisk);
        assertTrue(atRisk.todo().contains("start n3 again"), atRisk.todo());
        List<Member> alone = List.of(member("n1", true), member("n2", false), member("n3", false));
        assertVerdict(
                WRONG, ClusterChecks.quorum(cluster(node(said("n1", "candidate", alone)), silent("n2"), silent("n3"))));
    }

    @Test
    void twoVotersAreAWarningAndOneIsWhatItIs() {
        List<Member> two = List.of(member("n1", true), member("n2", true));
        assertVerdict(
                WARNING,
                ClusterChecks.quorum(cluster(node(said("n1", "leader", two)), node(said("n2", "follower", two)))));
        assertVerdict(OK, ClusterChecks.quorum(cluster(node(said("n1", "leader", List.of(member("n1", true)))))));
    }

    @Test
    void allNameTheSameMembers() {
        List<Member> others = List.of(member("n2", true), member("n4", true));
        assertVerdict(
                WRONG,
                ClusterChecks.sameCluster(cluster(node(said("n1", "leader")), node(said("n2", "leader", others)))));
        List<Member> moved =
                List.of(member("n1", true), member("n2", true), new Member("n3", "elsewhere:6000", true, 1, true));
        assertVerdict(
                WARNING,
                ClusterChecks.sameCluster(cluster(node(said("n1", "leader")), node(said("n2", "follower", moved)))));
        assertVerdict(OK, ClusterChecks.sameCluster(well()));
    }

    @Test
    void aNodeThatAnswersUsAndNotItsPeerIsCutOff() {
        List<Member> cut = List.of(member("n1", true), member("n2", false), member("n3", true));
        List<Finding> findings =
                ClusterChecks.reachable(cluster(node(said("n1", "leader", cut)), node(said("n2", "follower"))));
        assertVerdict(WRONG, findings.get(0));
        assertVerdict(OK, findings.get(1));
    }

    @Test
    void thatADeadNodeIsNotReachedIsNoNews() {
        List<Member> cut = List.of(member("n1", true), member("n2", true), member("n3", false));
        assertVerdict(OK, one(ClusterChecks.reachable(cluster(node(said("n1", "leader", cut)), silent("n3")))));
    }

    @Test
    void whoIsFarBehindIsNamed() {
        assertVerdict(OK, ClusterChecks.lag(well()));
        Finding behind = ClusterChecks.lag(cluster(
                node(said("n1", "leader", "n1", "ok", 4, 100_000, "x")),
                node(said("n2", "follower", "n1", "ok", 4, 100_000 - ClusterChecks.MUCH_LAG - 1, "x"))));
        assertVerdict(WARNING, behind);
        assertTrue(behind.says().contains("n2 by 10001 entries"), behind.says());
    }

    @Test
    void statesAreComparedAtOneEntry() {
        assertVerdict(OK, ClusterChecks.state(well()));
        assertVerdict(
                WRONG,
                ClusterChecks.state(cluster(
                        node(said("n1", "leader", "n1", "ok", 4, 9, "a")),
                        node(said("n2", "follower", "n1", "ok", 4, 9, "b")))));
        assertVerdict(
                SKIPPED,
                ClusterChecks.state(cluster(
                        node(said("n1", "leader", "n1", "ok", 4, 9, "a")),
                        node(said("n2", "follower", "n1", "ok", 4, 8, "b")))));
        assertVerdict(SKIPPED, ClusterChecks.state(cluster(node(said("n1", "leader")))));
    }

    @Test
    void versionsAreAlike() {
        assertVerdict(OK, ClusterChecks.versions(well()));
        assertVerdict(
                WARNING,
                ClusterChecks.versions(cluster(
                        node(said("n1", "leader"), "1.0", 0, Figures.NONE),
                        node(said("n2", "follower"), "1.1", 0, Figures.NONE))));
    }

    private static List<Finding> clocks(long first, long second) {
        return ClusterChecks.clocks(cluster(
                node(said("n1", "leader"), "1", first, Figures.NONE),
                node(said("n2", "follower"), "1", second, Figures.NONE)));
    }

    @Test
    void clocksAreComparedWithEachOtherAndWithThisMachines() {
        assertVerdict(OK, one(clocks(-20, 300)));
        assertVerdict(WARNING, one(clocks(0, 5_000)));
        assertVerdict(WRONG, one(clocks(0, -70_000)));
        List<Finding> here = clocks(5_000, 5_001);
        assertVerdict(OK, here.get(0));
        assertVerdict(WARNING, here.get(1));
        assertEquals(three().size(), 3);
    }
}
