package io.skein.doctor;

import io.skein.doctor.NodeFacts.Member;
import io.skein.doctor.NodeFacts.Said;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What only several nodes together say: a leader, a majority, one state. */
public final class ClusterChecks {
    /** Entries; a follower that keeps up has a handful of them before it. */
    static final long MUCH_LAG = 10_000;

    static final long CLOCK_WARNING_MS = 1_000;
    /** From here on a leader may have to begin a new term to step forward (DESIGN D5). */
    static final long CLOCK_WRONG_MS = 60_000;

    private ClusterChecks() {}

    public static List<Finding> of(ClusterFacts facts) {
        List<Finding> findings = new ArrayList<>();
        facts.nodes().forEach(node -> findings.add(answers(node)));
        if (said(facts).isEmpty()) {
            return findings;
        }
        findings.add(leader(facts));
        findings.add(quorum(facts));
        findings.add(sameCluster(facts));
        findings.addAll(reachable(facts));
        findings.add(lag(facts));
        findings.add(state(facts));
        findings.add(versions(facts));
        findings.addAll(clocks(facts));
        return findings;
    }

    private static List<Said> said(ClusterFacts facts) {
        return facts.nodes().stream().flatMap(node -> node.said().stream()).toList();
    }

    static Finding answers(NodeFacts node) {
        if (node.silence().isPresent()) {
            return Finding.wrong(
                    "node",
                    node.name().equals(node.url()) ? "" : node.name(),
                    "no answer" + (node.url().isEmpty() ? "" : " at " + node.url()) + ": "
                            + node.silence().get(),
                    node.silence().get().contains("TLS")
                            ? "name the authority that signed its certificate with --ca, or give it a certificate that is good"
                            : "look whether it runs, start it again, and read the last lines of its log");
        }
        Said said = node.said().orElseThrow();
        String where = "answers at " + node.url() + ", " + said.role();
        return switch (said.health()) {
            case "ok" -> Finding.ok("node", node.name(), where);
            case "catching-up" ->
                Finding.warning("node", node.name(), where + ", catching up", "wait; look again in a minute");
            case "draining" -> Finding.warning("node", node.name(), where + ", told to stop", "");
            case "no-leader" ->
                Finding.wrong(
                        "node", node.name(), where + ", knows no leader", "see what is said of leader and quorum");
            case "disk-full" ->
                Finding.wrong(
                        "node",
                        node.name(),
                        where + ", its disk is full: publishes are refused",
                        "make room on its disk; it goes on by itself. Retention frees room in the database:"
                                + " {skein} topics set TOPIC --max-age 1d");
            case "removed" ->
                Finding.wrong(
                        "node",
                        node.name(),
                        where + ", is no member of its cluster any more",
                        "stop it, or start it with --join to come back as a new one");
            case "amnesiac" ->
                Finding.wrong(
                        "node",
                        node.name(),
                        where + ", lost what it had and comes back as a new one",
                        "wait; when it does not, its log says what it waits for");
            case "corrupt" ->
                Finding.wrong(
                        "node",
                        node.name(),
                        where + ", its state is not what a majority has",
                        "it comes back by itself when started with --peers; look at its disk: {skein} doctor --data-dir");
            default -> Finding.wrong("node", node.name(), where + ", " + said.health(), "its log says why");
        };
    }

    static Finding leader(ClusterFacts facts) {
        Map<String, Long> leaders = new TreeMap<>();
        for (Said said : said(facts)) {
            if (said.role().equals("leader")) {
                leaders.put(said.node(), said.term());
            }
        }
        if (leaders.size() == 1) {
            String leader = leaders.keySet().iterator().next();
            return Finding.ok("leader", "", leader + " leads, in term " + leaders.get(leader));
        }
        if (leaders.isEmpty()) {
            Set<String> named = said(facts).stream()
                    .map(Said::leader)
                    .filter(leader -> !leader.isEmpty())
                    .collect(Collectors.toCollection(TreeSet::new));
            return named.size() == 1
                    ? Finding.warning(
                            "leader",
                            "",
                            named.iterator().next() + " is said to lead, and did not say so itself",
                            "see what is said of it; look again in a moment")
                    : Finding.wrong(
                            "leader",
                            "",
                            "nobody leads: nothing can be published",
                            "start the nodes that do not answer: a majority of the voters elects one by itself");
        }
        long highest = leaders.values().stream().mapToLong(term -> term).max().orElse(0);
        boolean sameTerm =
                leaders.values().stream().filter(term -> term == highest).count() > 1;
        return sameTerm
                ? Finding.wrong(
                        "leader",
                        "",
                        "two lead in one term: " + leaders,
                        "these nodes are not of one cluster; see what is said of that")
                : Finding.warning(
                        "leader",
                        "",
                        "leadership is changing hands: " + leaders,
                        "look again in a moment; when it goes on, see the log lines of RunningReplica");
    }

    /** As whoever knows best sees it. */
    private static Optional<Said> best(ClusterFacts facts) {
        Said best = null;
        for (Said said : said(facts)) {
            boolean leads = said.role().equals("leader");
            boolean bestLeads = best != null && best.role().equals("leader");
            if (best == null || leads && !bestLeads || leads == bestLeads && said.term() > best.term()) {
                best = said;
            }
        }
        return Optional.ofNullable(best);
    }

    static Finding quorum(ClusterFacts facts) {
        Said best = best(facts).orElseThrow();
        Set<String> answering = said(facts).stream().map(Said::node).collect(Collectors.toSet());
        List<String> voters = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Member member : best.members()) {
            if (member.voter()) {
                voters.add(member.id());
                // Who leads hears of it in any case; who asks may stand elsewhere in the network.
                boolean isThere = answering.contains(member.id()) || best.role().equals("leader") && member.reachable();
                if (!isThere) {
                    missing.add(member.id());
                }
            }
        }
        int majority = voters.size() / 2 + 1;
        int spare = voters.size() - missing.size() - majority;
        String there = (voters.size() - missing.size()) + " of " + voters.size() + " voters are there";
        if (voters.isEmpty()) {
            return Finding.skipped("quorum", "", best.node() + " knows no voters");
        }
        if (spare < 0) {
            return Finding.wrong(
                    "quorum",
                    "",
                    there + ", and " + majority + " are needed: nothing can be published",
                    "start " + names(missing)
                            + " again. Only when they are gone for good: {skein} recover, on one that is left");
        }
        if (!missing.isEmpty()) {
            return Finding.warning(
                    "quorum",
                    "",
                    there + ": " + (spare == 0 ? "one more that fails stops" : spare + " more may fail before it stops")
                            + " the cluster",
                    "start " + names(missing) + " again, or replace what is gone for good: {skein} members remove "
                            + missing.get(0) + ", {skein} members add");
        }
        if (voters.size() == 1) {
            return Finding.ok("quorum", "", "one node alone: what it acknowledges is on its disk only");
        }
        if (spare == 0) {
            return Finding.warning(
                    "quorum",
                    "",
                    "all of " + voters.size() + " voters are needed: two bear no loss",
                    "add a third: {skein} members add n3 HOST:PORT");
        }
        return Finding.ok("quorum", "", "all of " + voters.size() + " voters are there; " + spare + " may fail");
    }

    /** Two clusters cannot have the same ids at the same addresses. */
    static Finding sameCluster(ClusterFacts facts) {
        Map<Set<String>, Set<String>> views = new LinkedHashMap<>();
        for (Said said : said(facts)) {
            Set<String> members = said.members().stream()
                    .map(member -> member.id() + "=" + member.address())
                    .collect(Collectors.toCollection(TreeSet::new));
            views.computeIfAbsent(members, ignored -> new TreeSet<>()).add(said.node());
        }
        if (views.size() <= 1) {
            return Finding.ok("members", "", "all nodes that answer name the same members");
        }
        Set<Set<String>> ids = new LinkedHashSet<>();
        said(facts)
                .forEach(said -> ids.add(said.members().stream().map(Member::id).collect(Collectors.toSet())));
        String seen = views.entrySet().stream()
                .map(view -> names(view.getValue()) + " name " + names(view.getKey()))
                .collect(Collectors.joining("; "));
        return ids.size() == 1
                ? Finding.warning(
                        "members",
                        "",
                        "addresses of members differ: " + seen,
                        "one that moved says so by itself; look again in a minute")
                : Finding.wrong(
                        "members",
                        "",
                        "not all nodes name the same members: " + seen,
                        "one that is behind learns it by itself; one of another cluster was started with wrong --peers");
    }

    static List<Finding> reachable(ClusterFacts facts) {
        List<Finding> findings = new ArrayList<>();
        Set<String> silent = facts.nodes().stream()
                .filter(node -> node.silence().isPresent())
                .map(NodeFacts::name)
                .collect(Collectors.toSet());
        for (Said said : said(facts)) {
            List<String> cut = said.members().stream()
                    .filter(member -> !member.reachable() && !member.id().equals(said.node()))
                    .filter(member -> !silent.contains(member.id()))
                    .map(member -> member.id() + " (" + member.address() + ")")
                    .toList();
            if (said.members().size() < 2) {
                continue;
            }
            if (cut.isEmpty()) {
                boolean isWhole = said.members().stream()
                        .allMatch(member -> member.reachable() || member.id().equals(said.node()));
                findings.add(Finding.ok(
                        "peers",
                        said.node(),
                        isWhole ? "reaches all other members" : "reaches all others that answer"));
            } else {
                findings.add(Finding.wrong(
                        "peers",
                        said.node(),
                        "does not reach " + names(cut) + ", which answers us",
                        "look at the network and firewall between them (Raft ports), at --peer-secret and certificates;"
                                + " its log says why"));
            }
        }
        return findings;
    }

    private static String names(Collection<String> names) {
        return String.join(", ", names);
    }

    static Finding lag(ClusterFacts facts) {
        List<String> behind = new ArrayList<>();
        long committed = said(facts).stream().mapToLong(Said::committed).max().orElse(0);
        long most = 0;
        for (Said said : said(facts)) {
            long lag = Math.max(0, committed - said.applied());
            most = Math.max(most, lag);
            if (lag > MUCH_LAG) {
                behind.add(said.node() + " by " + lag + " entries");
            }
        }
        return behind.isEmpty()
                ? Finding.ok("lag", "", "nobody is more than " + most + " log entries behind")
                : Finding.warning(
                        "lag",
                        "",
                        "behind: " + String.join(", ", behind),
                        "wait, when it was started a moment ago; else look at that node's disk and network");
    }

    static Finding state(ClusterFacts facts) {
        Map<Long, Map<String, Set<String>>> byIndex = new TreeMap<>();
        for (Said said : said(facts)) {
            byIndex.computeIfAbsent(said.hashIndex(), ignored -> new TreeMap<>())
                    .computeIfAbsent(said.hash(), ignored -> new TreeSet<>())
                    .add(said.node());
        }
        for (Map.Entry<Long, Map<String, Set<String>>> at : byIndex.entrySet()) {
            if (at.getValue().size() > 1) {
                return Finding.wrong(
                        "state",
                        "",
                        "at entry " + at.getKey() + " not all have the same state: " + at.getValue(),
                        "a minority comes back by itself as new; where there is no majority for one state, keep copies"
                                + " of all data directories and report it");
            }
        }
        int compared = byIndex.values().stream()
                .mapToInt(hashes -> hashes.values().iterator().next().size())
                .max()
                .orElse(0);
        if (said(facts).size() < 2) {
            return Finding.skipped("state", "", "there is nobody to compare with");
        }
        return compared < 2
                ? Finding.skipped("state", "", "no two nodes were at the same entry; ask again when less is published")
                : Finding.ok("state", "", compared + " nodes have the same state");
    }

    static Finding versions(ClusterFacts facts) {
        Map<String, Set<String>> versions = new TreeMap<>();
        for (NodeFacts node : facts.nodes()) {
            node.version()
                    .ifPresent(version -> versions.computeIfAbsent(version, ignored -> new TreeSet<>())
                            .add(node.name()));
        }
        if (versions.isEmpty()) {
            return Finding.skipped("versions", "", "no node says its version");
        }
        return versions.size() == 1
                ? Finding.ok(
                        "versions",
                        "",
                        "all run " + versions.keySet().iterator().next())
                : Finding.warning(
                        "versions",
                        "",
                        "not all run the same: " + versions,
                        "finish the upgrade, one node after the other");
    }

    static List<Finding> clocks(ClusterFacts facts) {
        List<Finding> findings = new ArrayList<>();
        List<NodeFacts> told = facts.nodes().stream()
                .filter(node -> node.clockOffMs().isPresent())
                .toList();
        if (told.isEmpty()) {
            return List.of(Finding.skipped("clocks", "", "no node says what its clock shows"));
        }
        NodeFacts first = told.get(0);
        NodeFacts last = first;
        for (NodeFacts node : told) {
            first = node.clockOffMs().getAsLong() < first.clockOffMs().getAsLong() ? node : first;
            last = node.clockOffMs().getAsLong() > last.clockOffMs().getAsLong() ? node : last;
        }
        long apart = last.clockOffMs().getAsLong()
                - first.clockOffMs().getAsLong()
                - first.clockWithinMs()
                - last.clockWithinMs();
        if (apart > CLOCK_WARNING_MS) {
            String says = "the clocks of " + last.name() + " and " + first.name() + " are " + apart + " ms apart";
            String todo = "have NTP set the clocks; the stamps of messages follow the median of the voters";
            findings.add(
                    apart > CLOCK_WRONG_MS
                            ? Finding.wrong("clocks", "", says, todo)
                            : Finding.warning("clocks", "", says, todo));
        } else {
            findings.add(Finding.ok("clocks", "", "the nodes' clocks agree within a second"));
        }
        long here = Math.abs(first.clockOffMs().getAsLong()) - first.clockWithinMs();
        if (told.stream()
                .allMatch(node -> Math.abs(node.clockOffMs().getAsLong()) - node.clockWithinMs() > CLOCK_WARNING_MS)) {
            findings.add(Finding.warning(
                    "clocks",
                    "",
                    "this machine's clock is " + here + " ms off theirs",
                    "have NTP set this machine's clock"));
        }
        return findings;
    }
}
