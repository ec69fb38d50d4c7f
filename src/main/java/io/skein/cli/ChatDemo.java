package io.skein.cli;

import io.skein.store.MailOnDisk;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Help.Ansi;

/**
 * Five nodes, two people, and what goes wrong in the life of a cluster, told step by step. Everything that is said to hold
 * is checked; what was acknowledged is remembered and must be there, once and in order.
 */
final class ChatDemo {
    private static final int SIZE = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final PrintWriter out;
    private final long paceNanos;
    private final Optional<Path> keep;
    private final DemoNodes nodes;
    private final List<String> failed = new ArrayList<>();
    /** Acknowledged: content by id. */
    private final TreeMap<Long, String> acknowledged = new TreeMap<>();

    private ChatLink anna;
    private ChatLink bob;
    private int step;

    private ChatDemo(PrintWriter out, double paceSeconds, Optional<Path> keep, DemoNodes nodes) {
        this.out = out;
        this.paceNanos = (long) (paceSeconds * 1e9);
        this.keep = keep;
        this.nodes = nodes;
    }

    /**
     * @param paceSeconds between two steps
     * @return exit code: 0 when every check held
     */
    static int play(PrintWriter out, double paceSeconds, Optional<Path> keep) throws IOException {
        try (DemoNodes nodes = new DemoNodes(keep)) {
            return new ChatDemo(out, paceSeconds, keep, nodes).play();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandProblem(1, "interrupted");
        }
    }

    private int play() throws IOException, InterruptedException {
        long began = System.nanoTime();
        form();
        people();
        String first = killTheLeader();
        String second = killAnother();
        stopAThird();
        join();
        stopAndStartAll(first, second);
        look();
        out.println();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
        if (failed.isEmpty()) {
            out.println(Ansi.AUTO.string("@|bold,green Every check held.|@ ") + acknowledged.size()
                    + " mails acknowledged, none lost, none doubled; " + seconds + " s.");
        } else {
            out.println(Ansi.AUTO.string("@|bold,red Not every check held:|@"));
            failed.forEach(what -> out.println("  " + what));
        }
        out.flush();
        return failed.isEmpty() ? 0 : 1;
    }

    private void form() throws IOException {
        step("Five nodes start, each a process with a disk of its own; they elect a leader.");
        nodes.form(SIZE);
        nodes.awaitAlike();
        String leader = nodes.awaitLeader();
        for (String id : nodes.ids()) {
            tell(id + "  " + nodes.node(id).url() + "/chat" + (id.equals(leader) ? "  leads" : ""));
        }
    }

    private void people() {
        step("Anna and Bob get accounts and log in, she at n1, he at n5. What one node hears, all know.");
        // A leader is one thing, that the others have heard of it another.
        nodes.awaitAlike();
        anna = person("anna", "n1");
        bob = person("bob", "n5");
        says(anna, "bob", "Hi Bob, are you there?");
        says(bob, "anna", "Yes, at another node than you.");
        JsonObject unread = anna.get("/v1/mail/unread");
        check("anna has 1 unread, from bob", unread.getJsonObject("byAccount").getLong("bob", 0L) == 1);
        long answer = acknowledged.lastKey();
        long done = anna.post("/v1/mail/read", new JsonObject().put("ids", new JsonArray().add(answer)))
                .getLong("done");
        check(
                "she reads it; bob sees that at n5",
                done == 1 && mails(bob, "anna").get(0).getBoolean("read"));
    }

    private ChatLink person(String name, String node) {
        Server server = nodes.server(node);
        JsonObject account = new JsonObject().put("username", name).put("password", ChatLink.newKey());
        JsonObject made = new Api(server).post("/v1/accounts", account);
        assert made.getString("username").equals(name) : made;
        JsonObject in = new Api(server).post("/v1/sessions", account);
        ChatLink link = new ChatLink(
                server.shownBy(Optional.of(Token.Shown.of(LoginCommand.in(in)))),
                List.of(),
                PATIENCE,
                line -> tell(name + ": " + line));
        link.learn();
        return link;
    }

    private String killTheLeader() {
        String leader = nodes.awaitLeader();
        step("The leader dies: kill -9 " + leader + ". The next mail waits for a new leader, no longer.");
        nodes.kill(leader);
        timed(anna, "bob", "Something just died. Did you notice?");
        timed(bob, "anna", "No.");
        tell(nodes.awaitLeader() + " leads now; four of five run");
        return leader;
    }

    private String killAnother() {
        String other = nodes.running().stream()
                .filter(id -> !nodes.leader().equals(Optional.of(id)))
                .findFirst()
                .orElseThrow();
        step("A second node dies: kill -9 " + other + ". Three of five are a majority: all goes on.");
        nodes.kill(other);
        timed(anna, "bob", "Two of five are gone.");
        timed(bob, "anna", "And still every word is on three disks.");
        checkBoth("both read all mails, in the same order");
        return other;
    }

    private void stopAThird() throws IOException, InterruptedException {
        String third = nodes.running().stream()
                .filter(id -> !nodes.leader().equals(Optional.of(id)))
                .findFirst()
                .orElseThrow();
        step("A third is stopped: " + third + ". Two of five are no majority, so a write must be refused, and is:");
        nodes.stop(List.of(third));
        nodes.await(
                "the two to notice",
                () -> nodes.words().values().stream().allMatch(word -> "no-leader".equals(word.getString("health"))));
        JsonObject mail = new JsonObject().put("to", "bob").put("content", "Can anybody hear me?");
        String key = ChatLink.newKey();
        String alive = nodes.running().get(0);
        Api api = new Api(anna.at(nodes.node(alive).url()));
        long asked = System.nanoTime();
        HttpResponse<String> refusal = api.ask("POST", "/v1/mail", Optional.of(mail), ANSWER, "Idempotency-Key", key);
        JsonObject problem = new JsonObject(refusal.body());
        tell("POST /v1/mail at " + alive + ": " + refusal.statusCode() + " " + problem.getString("code") + ", "
                + problem.getString("detail") + " (" + problem.getString("outcome") + ", after " + ms(asked) + ")");
        check(
                "refused with 503 and not applied",
                refusal.statusCode() == 503 && "not-applied".equals(problem.getString("outcome")));
        HttpResponse<String> stale = api.ask("GET", "/v1/mail?limit=1000&level=none", Optional.empty(), ANSWER);
        check(
                "who asks for it (level=none) still reads what this node has: " + acknowledged.size() + " mails",
                stale.statusCode() == 200
                        && contents(new JsonObject(stale.body()).getJsonArray("messages"))
                                .equals(List.copyOf(acknowledged.values())));
        pause();
        tell(third + " comes back; the same mail is sent again under its old key, and counts once");
        nodes.start(third);
        says(anna, mail, key);
        says(anna, mail, key); // as one does who is not sure
        checkBoth("it is there, once");
    }

    private void join() throws IOException {
        step("A new node with an empty disk joins: n6. It gets a copy of everything, then votes.");
        LocalNode newcomer = nodes.newcomer("n6");
        Api api = new Api(nodes.server(nodes.awaitLeader())).patient(PATIENCE);
        JsonObject order = new JsonObject()
                .put("id", "n6")
                .put("address", newcomer.raftAddress())
                .put("voter", true);
        JsonObject[] member = new JsonObject[1];
        nodes.await("n6 to listen", () -> {
            try {
                member[0] = api.post("/v1/cluster/members?wait=30s", order);
                return true;
            } catch (CommandProblem notYet) {
                if (notYet.code().equals("unreachable")) {
                    return false;
                }
                throw notYet;
            }
        });
        check("n6 votes", member[0].getBoolean("voter", false));
        nodes.awaitAlike();
        check(
                "and holds the same as the others (state hash "
                        + nodes.words().get("n6").getJsonObject("stateHash").getString("hash") + ")",
                nodes.isAlike());
        anna.goesOnAt(newcomer.url());
        says(anna, "bob", "I write at n6 now.");
    }

    private void stopAndStartAll(String first, String second) throws IOException, InterruptedException {
        step("Everything stops. Then all six start, also " + first + " and " + second + ", which were killed.");
        List<String> running = nodes.running();
        nodes.stop(running);
        check("nothing runs", nodes.running().isEmpty());
        for (String id : nodes.ids()) {
            nodes.start(id);
        }
        nodes.awaitAlike();
        check(
                "six nodes are well and hold the same",
                nodes.running().size() == nodes.ids().size());
        checkBoth("every mail is there, once, in order");
        for (String killed : List.of(first, second)) {
            List<String> there = contents(new Api(anna.at(nodes.node(killed).url()))
                    .get("/v1/mail?limit=1000&level=none")
                    .getJsonArray("messages"));
            check(killed + " has caught up with what it missed", there.equals(List.copyOf(acknowledged.values())));
        }
        says(bob, "anna", "Good morning. Nothing is missing.");
        nodes.awaitAlike();
    }

    private void look() throws InterruptedException {
        step("All stop, and we look at the six disks themselves: one SQLite database each.");
        nodes.stop(nodes.ids());
        Map<String, MailOnDisk> disks = new TreeMap<>();
        for (String id : nodes.ids()) {
            MailOnDisk disk = nodes.disk(id);
            disks.put(id, disk);
            tell(String.format("%s  %d mails, %d unread, digest %08x", id, disk.mails(), disk.unread(), disk.digest()));
        }
        check(
                "each holds all " + acknowledged.size() + " that were acknowledged, and no other",
                disks.values().stream().allMatch(disk -> disk.mails() == acknowledged.size()));
        check(
                "all hold the same",
                disks.values().stream().mapToLong(MailOnDisk::digest).distinct().count() == 1);
        String columns = "SELECT id, \"from\", \"to\", content, read FROM mailbox";
        tell(
                keep.isPresent()
                        ? "look yourself: sqlite3 " + disks.get("n1").file() + " '" + columns + "'"
                        : "to look yourself: " + Program.line("chat --demo --keep demo")
                                + ", then sqlite3 demo/n1/gen-1/skein.db '" + columns + "'");
    }

    // What people do.

    private void timed(ChatLink who, String to, String content) {
        long began = System.nanoTime();
        String says = write(who, new JsonObject().put("to", to).put("content", content), ChatLink.newKey());
        tell(says + "   (acknowledged after " + ms(began) + ")");
    }

    private void says(ChatLink who, String to, String content) {
        says(who, new JsonObject().put("to", to).put("content", content), ChatLink.newKey());
    }

    private void says(ChatLink who, JsonObject mail, String key) {
        tell(write(who, mail, key));
    }

    private String write(ChatLink who, JsonObject mail, String key) {
        JsonObject sent = who.post("/v1/mail", mail, key);
        acknowledged.put(sent.getLong("id"), mail.getString("content"));
        return "#" + sent.getLong("id") + " " + Ansi.AUTO.string("@|bold " + (who == anna ? "anna" : "bob") + ">|@ ")
                + mail.getString("content");
    }

    /** Newest first. */
    private static List<JsonObject> mails(ChatLink who, String with) {
        JsonArray page = who.get("/v1/mail?limit=1000&with=" + with).getJsonArray("messages");
        List<JsonObject> all = new ArrayList<>();
        for (int i = 0; i < page.size(); i++) {
            all.add(page.getJsonObject(i));
        }
        return all;
    }

    private static List<String> contents(JsonArray newestFirst) {
        List<String> all = new ArrayList<>();
        for (int i = newestFirst.size() - 1; i >= 0; i--) {
            all.add(newestFirst.getJsonObject(i).getString("content"));
        }
        return all;
    }

    private void checkBoth(String what) {
        List<String> expected = List.copyOf(acknowledged.values());
        check(
                what,
                contents(new JsonArray(mails(anna, "bob"))).equals(expected)
                        && contents(new JsonArray(mails(bob, "anna"))).equals(expected));
    }

    // What is told.

    private void step(String what) {
        pause();
        step++;
        out.println();
        out.println(Ansi.AUTO.string("@|bold " + step + ".|@ ") + what);
        out.flush();
    }

    private void tell(String what) {
        out.println("   " + what);
        out.flush();
    }

    private void check(String what, boolean holds) {
        tell(Ansi.AUTO.string(holds ? "@|green ok|@      " : "@|red FAILED|@  ") + what);
        if (!holds) {
            failed.add("step " + step + ": " + what);
        }
    }

    private void pause() {
        if (step > 0 && paceNanos > 0) {
            Pause.of(Duration.ofNanos(paceNanos));
        }
    }

    private static String ms(long sinceNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos) + " ms";
    }
}
