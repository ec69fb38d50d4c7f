package io.skein.doctor;

import static io.skein.doctor.Cases.assertVerdict;
import static io.skein.doctor.Verdict.OK;
import static io.skein.doctor.Verdict.WARNING;
import static io.skein.doctor.Verdict.WRONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.doctor.ClusterFacts.SubscriptionFacts;
import io.skein.doctor.ClusterFacts.TopicFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkChecksTest {
    private static SubscriptionFacts one(long lag, boolean flowing, String... reasons) {
        return new SubscriptionFacts("billing", false, lag, 0, flowing, List.of(reasons));
    }

    private static Finding stuck(SubscriptionFacts facts) {
        List<Finding> findings = WorkChecks.stuck(List.of(facts));
        assertEquals(1, findings.size());
        return findings.get(0);
    }

    @Test
    void aSubscriptionThatHandsOutNothingSaysWhy() {
        assertVerdict(OK, stuck(one(0, false, "no-consumers: nobody pulls")));
        assertVerdict(OK, stuck(one(9, true)));
        assertVerdict(OK, stuck(one(9, false, "delayed: they wait", "leased: three are out")));
        Finding nobody = stuck(one(9, false, "no-consumers: nobody pulls"));
        assertVerdict(WARNING, nobody);
        assertTrue(nobody.says().contains("9 messages"), nobody.says());
        assertTrue(nobody.todo().contains("subscriptions why billing"), nobody.todo());
    }

    @Test
    void oneThatIsPausedIsResumed() {
        Finding paused = stuck(new SubscriptionFacts("billing", true, 9, 0, false, List.of("paused: it is paused")));
        assertVerdict(WARNING, paused);
        assertTrue(paused.todo().contains("subscriptions resume billing"), paused.todo());
    }

    @Test
    void ofVeryManyAFewAreNamed() {
        List<SubscriptionFacts> many = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            many.add(one(1, false, "no-consumers: nobody pulls"));
        }
        List<Finding> findings = WorkChecks.stuck(many);
        assertEquals(11, findings.size());
        assertTrue(findings.get(10).says().startsWith("20 more"), findings.toString());
    }

    @Test
    void deadLettersAreCounted() {
        assertVerdict(OK, WorkChecks.dead(List.of(one(0, true))));
        Finding dead = WorkChecks.dead(List.of(new SubscriptionFacts("mail", false, 0, 3, true, List.of())));
        assertVerdict(WARNING, dead);
        assertTrue(dead.todo().contains("subscriptions redrive mail"), dead.todo());
    }

    private static Finding topic(long messages, long bytes, boolean rejects) {
        return WorkChecks.full(List.of(new TopicFacts("jobs", messages, bytes, 100, 1_000, rejects)))
                .get(0);
    }

    @Test
    void aTopicNearItsLimitIsAWarningAndAFullOneIsWrong() {
        assertVerdict(OK, topic(10, 10, true));
        assertVerdict(OK, topic(100, 10, false));
        assertVerdict(WARNING, topic(80, 10, true));
        assertVerdict(WRONG, topic(10, 1_000, true));
        assertVerdict(
                OK,
                WorkChecks.full(List.of(new TopicFacts("free", 1L << 40, 1L << 40, 0, 0, true)))
                        .get(0));
    }

    @Test
    void whatCouldNotBeReadIsSkipped() {
        List<Finding> findings = WorkChecks.of(Cases.well());
        findings.forEach(finding -> assertEquals(Verdict.SKIPPED, finding.verdict()));
        ClusterFacts read = new ClusterFacts(List.of(), Optional.of(List.of()), Optional.of(List.of()), 0, 0);
        WorkChecks.of(read).forEach(finding -> assertVerdict(OK, finding));
    }
}
