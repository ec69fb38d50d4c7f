package io.skein.doctor;

import io.skein.doctor.ClusterFacts.SubscriptionFacts;
import io.skein.doctor.ClusterFacts.TopicFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether what is published gets to those who work on it. */
public final class WorkChecks {
    /** Passes by itself, or somebody wants it so. */
    private static final Set<String> FINE = Set.of("empty", "no-topics", "delayed", "paced", "leased");

    /** Found things that are named; of more only how many. */
    private static final int MOST = 10;

    private WorkChecks() {}

    public static List<Finding> of(ClusterFacts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.addAll(facts.subscriptions()
                .map(all -> {
                    List<Finding> some = new ArrayList<>(stuck(all));
                    some.add(dead(all));
                    return some;
                })
                .orElseGet(() -> List.of(Finding.skipped("subscriptions", "", "they could not be read"))));
        findings.addAll(facts.topics()
                .map(WorkChecks::full)
                .orElseGet(() -> List.of(Finding.skipped("topics", "", "they could not be read"))));
        return findings;
    }

    static List<Finding> stuck(List<SubscriptionFacts> all) {
        List<Finding> findings = new ArrayList<>();
        int more = 0;
        for (SubscriptionFacts one : all) {
            boolean fine = one.lag() == 0
                    || one.flowing()
                    || !one.reasons().isEmpty() && one.reasons().stream().allMatch(WorkChecks::isFine);
            if (fine) {
                continue;
            }
            if (findings.size() == MOST) {
                more++;
                continue;
            }
            findings.add(Finding.warning(
                    "subscriptions",
                    "",
                    one.name() + " has " + one.lag() + " messages and hands out none"
                            + (one.reasons().isEmpty() ? "" : ": " + String.join("; ", one.reasons())),
                    "{skein} subscriptions " + (one.paused() ? "resume " : "why ") + one.name()));
        }
        if (more > 0) {
            findings.add(
                    Finding.warning("subscriptions", "", more + " more hand out nothing", "{skein} subscriptions"));
        }
        return findings.isEmpty()
                ? List.of(Finding.ok("subscriptions", "", all.size() + " of them, none is stuck"))
                : findings;
    }

    private static boolean isFine(String reason) {
        return FINE.contains(reason.split(":", 2)[0]);
    }

    static Finding dead(List<SubscriptionFacts> all) {
        long dead = all.stream().mapToLong(SubscriptionFacts::dead).sum();
        if (dead == 0) {
            return Finding.ok("dead letters", "", "there are none");
        }
        String name = all.stream()
                .filter(one -> one.dead() > 0)
                .findFirst()
                .orElseThrow()
                .name();
        return Finding.warning(
                "dead letters",
                "",
                dead + " messages had all their deliveries, the first of them of " + name,
                "see why, mend it, and have them delivered again: {skein} subscriptions redrive " + name);
    }

    static List<Finding> full(List<TopicFacts> all) {
        List<Finding> findings = new ArrayList<>();
        for (TopicFacts topic : all) {
            if (!topic.rejects()) {
                continue;
            }
            double share = Math.max(
                    topic.maxMessages() > 0 ? (double) topic.messages() / topic.maxMessages() : 0,
                    topic.maxBytes() > 0 ? (double) topic.bytes() / topic.maxBytes() : 0);
            String says =
                    topic.name() + " is " + Math.round(100 * share) + " % full, and refuses what comes to a full one";
            String todo = "let it keep more, or drop the oldest: {skein} topics set " + topic.name()
                    + " --on-full dropOldest";
            if (share >= 1 && findings.size() < MOST) {
                findings.add(Finding.wrong("topics", "", says, todo));
            } else if (share >= 0.8 && findings.size() < MOST) {
                findings.add(Finding.warning("topics", "", says, todo));
            }
        }
        return findings.isEmpty()
                ? List.of(Finding.ok("topics", "", all.size() + " of them, none is near its limit"))
                : findings;
    }
}
