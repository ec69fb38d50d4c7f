package io.skein.cli;

import io.skein.node.ExitCode;
import io.skein.sim.Sim;
import io.skein.sim.SimOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A simulated cluster, and what is done to one that runs. */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            SimCommand.Status.class,
            SimCommand.Clock.class,
            SimCommand.Kill.class,
            SimCommand.Start.class,
            SimCommand.Pause.class,
            SimCommand.Resume.class,
            SimCommand.Cut.class,
            SimCommand.Delay.class,
            SimCommand.Disk.class,
            SimCommand.Heal.class
        },
        synopsisSubcommandLabel = "[COMMAND]",
        description = {
            "Runs a cluster in this process, to test programs with: its clock can be moved, and its nodes, links and disks"
                    + " have faults on command. Its data is gone when it ends (Ctrl-C).",
            "The commands below speak with one that runs, by any of its nodes (--url)."
        },
        footer = {
            "",
            "The seed decides who leads first, election timeouts and the plan of --faults.",
            "The nodes are real and run on threads: which of two things that happen at one",
            "time comes first is not decided by it. Commits wait for no disk, as with",
            "--durability relaxed; election timeouts and a client's wait= stay in real time.",
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} sim --nodes 3 --seed 42",
            "  ${ROOT-COMMAND-NAME} sim clock 3d              three days later",
            "  ${ROOT-COMMAND-NAME} sim kill n1 --for 2s",
            "  ${ROOT-COMMAND-NAME} sim cut n1 n2 --both",
            "  ${ROOT-COMMAND-NAME} sim heal"
        })
final class SimCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--nodes", paramLabel = "N", description = "how many, 1 to 9 (default: 3)")
    private int nodes = 3;

    @Option(names = "--seed", paramLabel = "N", description = "see below (default: 42)")
    private long seed = 42;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "of n1; the others' follow; 0: whichever are free (default: 8080)")
    private int httpPort = 8080;

    @Option(
            names = "--auth",
            description = "asks for a token; the admin's is printed, --set admin-token=... chooses it")
    private boolean auth;

    @Option(
            names = "--faults",
            description = "lets things go wrong by themselves, one after the other, as the seed says")
    private boolean faults;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "a setting of all nodes, as '${ROOT-COMMAND-NAME} serve' has it: --set max-message=64KiB")
    private Map<String, String> settings = new HashMap<>();

    @Override
    public Integer call() {
        if (auth) {
            settings.putIfAbsent("auth", "true");
        }
        Sim sim;
        try {
            sim = Sim.start(new SimOptions(nodes, seed, httpPort, true, settings, skein(System.getenv())));
        } catch (IllegalArgumentException wrong) {
            throw new CommandProblem(ExitCode.USAGE, wrong.getMessage());
        } catch (IllegalStateException failed) {
            throw new CommandProblem(1, failed.getMessage());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(sim::close, "skein-sim-end"));
        PrintWriter out = spec.commandLine().getOut();
        print(out, sim);
        if (faults) {
            sim.faults(sentence -> {
                out.println("  " + sim.clock().now() + "  " + sentence);
                out.flush();
            });
        }
        return SkeinCommand.STAYS;
    }

    private static Map<String, String> skein(Map<String, String> environment) {
        Map<String, String> ours = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith("SKEIN_")) {
                ours.put(name, value);
            }
        });
        return ours;
    }

    private void print(PrintWriter out, Sim sim) {
        out.printf("A simulated cluster of %d, seed %d; its data is gone when this ends (Ctrl-C)%n%n", nodes, seed);
        for (String node : sim.nodes()) {
            out.printf("  %s        %s%s%n", node, sim.url(node), node.equals(sim.leader()) ? "  leads" : "");
        }
        sim.adminToken().ifPresent(token -> out.printf("%n  export SKEIN_TOKEN=%s%n", token));
        String at = httpPort == 8080 ? "" : " --url " + sim.url();
        out.printf("%n  clock     %s%n", Program.line("sim clock 3d" + at));
        if (nodes > 1) {
            out.printf("  faults    %s%n", Program.line("sim kill n2" + at));
            out.printf("            %s%n", Program.line("sim heal" + at));
        }
        out.printf("  look      %s%n%n", Program.line("sim status" + at));
        out.flush();
    }

    /** A command to a cluster that runs. */
    private abstract static class Order extends NodeCommand {
        abstract JsonObject give(Api api);

        void say(PrintWriter out, JsonObject answer) {
            if (answer.containsKey("nodes")) {
                SimCommand.table(out, answer);
            } else {
                out.println("it will be done: the node that was asked goes itself");
            }
        }

        @Override
        int ask(Api api, PrintWriter out) {
            print(out, SimCommand.asked(() -> give(api)), answer -> say(out, answer));
            return 0;
        }
    }

    private static JsonObject asked(Supplier<JsonObject> question) {
        try {
            return question.get();
        } catch (CommandProblem problem) {
            throw problem.code().equals("not-found") && problem.getMessage().contains("GET /v1 ")
                    ? new CommandProblem(
                            ExitCode.NO, "this is no simulated cluster: start one with " + Program.line("sim"))
                    : problem;
        }
    }

    private static void table(PrintWriter out, JsonObject sim) {
        out.printf(
                "%s, %s ahead of the machine; seed %d%n%n",
                Instant.ofEpochMilli(sim.getLong("time")), length(sim.getLong("aheadMs")), sim.getLong("seed"));
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"NODE", "STATE", "ROLE", "TERM", "APPLIED", "HEALTH", "URL"});
        JsonArray nodes = sim.getJsonArray("nodes");
        for (int i = 0; i < nodes.size(); i++) {
            JsonObject node = nodes.getJsonObject(i);
            rows.add(new String[] {
                node.getString("id"),
                node.getString("state"),
                node.getString("role", "-"),
                String.valueOf(node.getValue("term", "-")),
                String.valueOf(node.getValue("applied", "-")),
                node.getString("health", "-"),
                node.getString("url")
            });
        }
        Table.print(out, rows);
        JsonArray faults = sim.getJsonArray("faults");
        out.println();
        for (int i = 0; i < faults.size(); i++) {
            out.println("fault: " + sentence(faults.getJsonObject(i)));
        }
        out.println(next(sim));
    }

    private static String sentence(JsonObject fault) {
        StringJoiner words = new StringJoiner(" ").add(fault.getString("kind"));
        if (fault.containsKey("node")) {
            words.add(fault.getString("node"));
        } else {
            words.add(fault.getString("from")).add("to").add(fault.getString("to"));
        }
        if (fault.containsKey("delayMs")) {
            words.add("by " + fault.getLong("delayMs") + " ms");
        }
        return words.toString();
    }

    private static String next(JsonObject sim) {
        JsonObject next = sim.getJsonObject("next");
        return next == null ? "nothing falls due" : "something falls due in " + length(next.getLong("inMs"));
    }

    /** As people say it, to the second. */
    private static String length(long ms) {
        long seconds = (ms + 500) / 1000;
        if (seconds == 0) {
            return ms + " ms";
        }
        StringJoiner words = new StringJoiner(" ");
        part(words, seconds / 86_400, "d");
        part(words, seconds / 3600 % 24, "h");
        part(words, seconds / 60 % 60, "m");
        part(words, seconds % 60, "s");
        return words.toString();
    }

    private static void part(StringJoiner words, long count, String unit) {
        if (count > 0) {
            words.add(count + unit);
        }
    }

    /** An order to one node. */
    private abstract static class NodeOrder extends Order {
        @Parameters(paramLabel = "NODE", description = "n1 and on")
        String node;

        JsonObject tell(Api api, String deed, String query) {
            return api.post("/v1/sim/nodes" + Api.segment(node) + "/" + deed + query, new JsonObject());
        }
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "The clock, the nodes, the faults in force, and what falls due next.")
    static final class Status extends StateCommand {
        @Override
        int show(Api api, PrintWriter out) {
            print(out, asked(() -> api.get("/v1/sim")), answer -> table(out, answer));
            return 0;
        }
    }

    @Command(
            name = "clock",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Moves the clock of all nodes forward. When this returns, what became due on the way has happened, in order:"
                        + " delayed messages, leases, waits between deliveries, expiries, retention, sessions."
            })
    static final class Clock extends Order {
        private static final Duration DAYS_TAKE = Duration.ofMinutes(10);

        @Parameters(paramLabel = "TIME", description = "how far, like 90s or 3d, or to when, like 2030-01-01T00:00:00Z")
        private String time;

        @Override
        JsonObject give(Api api) {
            String query = time.matches("[0-9]+[a-z]+") ? "advance=" : "to=";
            // What falls due on the way is done before the answer.
            return api.patient(DAYS_TAKE).post("/v1/sim/clock?" + query + Api.query(time), new JsonObject());
        }

        @Override
        void say(PrintWriter out, JsonObject answer) {
            out.printf(
                    "%s%s; %s%n",
                    Instant.ofEpochMilli(answer.getLong("time")),
                    answer.getBoolean("done") ? "" : ", but nobody leads: what is due waits for that",
                    next(answer));
        }
    }

    @Command(
            name = "kill",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Ends a node without a word, as kill -9 would.")
    static final class Kill extends NodeOrder {
        @Option(names = "--for", paramLabel = "TIME", description = "then it starts again, over its data")
        private String time;

        @Override
        JsonObject give(Api api) {
            return tell(api, "kill", time == null ? "" : "?for=" + Api.query(time));
        }
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Starts a node that was killed, over its data.")
    static final class Start extends NodeOrder {
        @Override
        JsonObject give(Api api) {
            return tell(api, "start", "");
        }
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lets a node do nothing; whoever connects waits.")
    static final class Pause extends NodeOrder {
        @Option(names = "--for", paramLabel = "TIME", description = "then it goes on")
        private String time;

        @Override
        JsonObject give(Api api) {
            return tell(api, "pause", time == null ? "" : "?for=" + Api.query(time));
        }
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lets a node go on that was paused.")
    static final class Resume extends NodeOrder {
        @Override
        JsonObject give(Api api) {
            return tell(api, "resume", "");
        }
    }

    /** An order to the link of two nodes. */
    private abstract static class LinkOrder extends Order {
        @Parameters(index = "0", paramLabel = "FROM", description = "n1 and on, or '*' for all")
        private String from;

        @Parameters(index = "1", paramLabel = "TO", description = "the same")
        private String to;

        @Option(names = "--both", description = "also what TO says to FROM")
        private boolean both;

        JsonObject tell(Api api, JsonObject what) {
            return api.post(
                    "/v1/sim/links", what.put("from", from).put("to", to).put("both", both));
        }
    }

    @Command(
            name = "cut",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Nothing that FROM says reaches TO any more.",
            footer = {"", "A node for itself:  ${ROOT-COMMAND-NAME} sim cut n1 '*' --both"})
    static final class Cut extends LinkOrder {
        @Option(names = "--end", description = "it does again")
        private boolean end;

        @Override
        JsonObject give(Api api) {
            return tell(api, new JsonObject().put("cut", !end));
        }
    }

    @Command(
            name = "delay",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "What FROM says to TO takes so much longer; 0ms ends it.")
    static final class Delay extends LinkOrder {
        @Parameters(index = "2", paramLabel = "TIME", description = "for example 50ms")
        private String time;

        @Override
        JsonObject give(Api api) {
            return tell(api, new JsonObject().put("delay", time));
        }
    }

    @Command(
            name = "disk",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Gives a node a disk that is slow or full, or a good one again.")
    static final class Disk extends NodeOrder {
        @Option(names = "--slow", paramLabel = "TIME", description = "each commit takes so much longer")
        private String slow;

        @Option(names = "--full", description = "it takes no more")
        private boolean full;

        @Override
        JsonObject give(Api api) {
            return api.post(
                    "/v1/sim/nodes" + Api.segment(node) + "/disk",
                    new JsonObject().put("full", full).put("delay", slow == null ? "0ms" : slow));
        }
    }

    @Command(
            name = "heal",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Ends every fault, starts what was killed, and waits until the whole cluster serves.")
    static final class Heal extends Order {
        @Override
        JsonObject give(Api api) {
            return api.post("/v1/sim/heal", new JsonObject());
        }
    }
}
