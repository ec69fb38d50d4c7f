package io.skein.cli;

import io.skein.node.ExitCode;
import io.skein.node.Setting;
import io.skein.node.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A cluster on this machine: started, looked at, stopped. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {ClusterCommand.Up.class, ClusterCommand.Status.class, ClusterCommand.Down.class},
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs a cluster on this machine, to develop against and to try what happens when nodes go away.",
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} cluster up          n1, n2, n3: HTTP 8080 to 8082",
            "  ${ROOT-COMMAND-NAME} cluster status",
            "  kill -9 $(cut -d' ' -f1 skein-cluster/n1.pid)",
            "  ${ROOT-COMMAND-NAME} cluster up          starts what is down",
            "  ${ROOT-COMMAND-NAME} cluster down        stops exactly these; the data stays"
        })
final class ClusterCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** Where the cluster lies; the same for all three. */
    private static final class Base {
        @Option(
                names = "--base-dir",
                paramLabel = "DIR",
                description = "data, logs and pid files (default: skein-cluster)")
        private Path dir = Path.of("skein-cluster");
    }

    private static final class Authority {
        @Option(
                names = "--ca",
                paramLabel = "FILE",
                description = "with SKEIN_TLS_CERT: who signs the nodes' certificates, PEM (default: SKEIN_CA)")
        private String ca = "";
    }

    @Command(
            name = "up",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Starts the nodes as processes of their own and waits until they serve.",
                "Run again, it starts what is down. Other settings come from variables:"
                        + " SKEIN_HEARTBEAT=100ms ${ROOT-COMMAND-NAME} cluster up."
            })
    static final class Up implements Callable<Integer> {
        private static final String ADMIN_TOKEN = "SKEIN_ADMIN_TOKEN";
        private static final int MAX_NODES = 9;
        private static final int LAST_WORDS = 6;
        private static final Duration LOOK = Duration.ofMillis(50);

        @Spec
        private CommandSpec spec;

        @Mixin
        private Base base;

        @Option(names = "--nodes", paramLabel = "N", description = "how many, 1 to 9 (default: 3)")
        private Integer size;

        @Option(names = "--http-port", paramLabel = "PORT", description = "of n1; the others' follow (default: 8080)")
        private Integer http;

        @Option(names = "--tcp-port", paramLabel = "PORT", description = "of n1; 0: no TCP doors (default: 5000)")
        private Integer tcp;

        @Option(names = "--raft-port", paramLabel = "PORT", description = "of n1 (default: 6000)")
        private Integer raft;

        @Mixin
        private Token token;

        @Mixin
        private Authority authority;

        @Option(names = "--wait", paramLabel = "SECONDS", description = "for the nodes to serve (default: 60)")
        private int waitSeconds = 60;

        @Option(names = "--json", description = "as 'cluster status --json' prints it, once they serve")
        private boolean json;

        @Override
        public Integer call() {
            LocalCluster found = LocalCluster.find(base.dir).map(this::asItIs).orElseGet(this::made);
            List<LocalNode> down = found.nodes().stream()
                    .filter(node -> node.process().isEmpty())
                    .toList();
            for (LocalNode node : down) {
                node.busyPort().ifPresent(problem -> {
                    throw new CommandProblem(1, problem);
                });
            }
            LocalCluster cluster = found.starting(down, isTls());
            cluster.save();
            List<String> jvm = LocalCluster.jvm();
            for (LocalNode node : down) {
                start(node, jvm, cluster.peers());
            }
            LocalCluster.Asking asking = new LocalCluster.Asking(shown(cluster), authority.ca);
            Progress progress = Progress.of(spec.commandLine().getErr(), json);
            ClusterView view;
            try {
                view = served(cluster, down, asking, progress);
            } finally {
                progress.end();
            }
            boolean locked = view.answers().isEmpty() && cluster.isLocked(asking);
            if (json) {
                spec.commandLine().getOut().println(Status.json(cluster, view).encode());
                spec.commandLine().getOut().flush();
            } else if (locked) {
                printLocked(cluster);
            } else {
                print(cluster, down.size(), view);
            }
            return locked || view.hasLeader() ? 0 : 1;
        }

        private static void start(LocalNode node, List<String> jvm, List<String> flags) {
            try {
                node.start(jvm, flags, variable -> true);
            } catch (IOException disk) {
                throw new CommandProblem(ExitCode.DISK_ERROR, node.id() + " cannot be started: " + disk);
            }
        }

        /** Nodes read their settings where this command would. */
        private static boolean isTls() {
            String file = System.getenv().getOrDefault("SKEIN_CONFIG", "");
            return !Settings.resolve(
                            Map.of(), System.getenv(), file.isEmpty() ? Optional.empty() : Optional.of(Path.of(file)))
                    .value(Setting.TLS_CERT)
                    .text()
                    .isEmpty();
        }

        /** The nodes inherit our variables, and know the admin by that token. */
        private Optional<Token.Shown> shown(LocalCluster cluster) {
            String admin = System.getenv().getOrDefault(ADMIN_TOKEN, "");
            return cluster.shown(token)
                    .or(() -> Optional.of(new Token.Shown(admin, ADMIN_TOKEN))
                            .filter(told -> !told.secret().isEmpty()));
        }

        /** Plain HTTP is what curl takes an address for. */
        private static String shown(LocalNode node) {
            return (node.tls() ? "https://" : "") + "localhost:" + node.http();
        }

        private void printLocked(LocalCluster cluster) {
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "A cluster of %d is up; data and logs in %s%n%n",
                    cluster.nodes().size(), base.dir);
            out.println("  It wants to know who asks (SKEIN_AUTH). Its first start printed the admin's token:");
            out.printf("  token     grep SKEIN_TOKEN= %s%n", base.dir.resolve("n*.log"));
            String where = base.dir.equals(Path.of("skein-cluster")) ? "" : " --base-dir " + base.dir;
            out.printf("  status    %s%n", Program.line("cluster status" + where));
            out.printf("  stop      %s%n", Program.line("cluster down" + where));
            out.flush();
        }

        private LocalCluster asItIs(LocalCluster cluster) {
            LocalNode first = cluster.nodes().get(0);
            boolean differs = size != null && size != cluster.nodes().size()
                    || http != null && http != first.http()
                    || tcp != null && tcp != first.tcp()
                    || raft != null && raft != first.raft();
            if (differs) {
                throw new CommandProblem(
                        ExitCode.USAGE,
                        "there is a cluster of " + cluster.nodes().size() + " in " + base.dir + ", HTTP from port "
                                + first.http() + "; go on with it (no flags), add to it (skein members add), or take"
                                + " another --base-dir");
            }
            return cluster;
        }

        private LocalCluster made() {
            int nodes = size == null ? 3 : size;
            if (nodes < 1 || nodes > MAX_NODES) {
                throw new CommandProblem(ExitCode.USAGE, "--nodes is 1 to " + MAX_NODES + ", not " + nodes);
            }
            return LocalCluster.of(
                    base.dir, nodes, http == null ? 8080 : http, tcp == null ? 5000 : tcp, raft == null ? 6000 : raft);
        }

        /** Until all say that they are well, or time is up; a node that ends at once stops all that were started. */
        private ClusterView served(
                LocalCluster cluster, List<LocalNode> started, LocalCluster.Asking asking, Progress progress) {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
            // That one they know as soon as a leader has told them.
            boolean isTold = asking.shown()
                    .filter(told -> told.source().equals(ADMIN_TOKEN))
                    .isPresent();
            while (true) {
                ClusterView view = cluster.view(asking);
                if (!isTold && view.answers().isEmpty() && cluster.isLocked(asking)) {
                    return view;
                }
                if (view.isWell()
                        && cluster.nodes().stream().allMatch(n -> view.answers().containsKey(n.id()))) {
                    return view;
                }
                for (LocalNode node : cluster.nodes()) {
                    if (node.process().isEmpty()) {
                        started.forEach(one -> one.process().ifPresent(ProcessHandle::destroy));
                        throw new CommandProblem(
                                1,
                                node.id() + " ended; its last words (" + node.log() + "):\n  "
                                        + String.join("\n  ", node.lastWords(LAST_WORDS)));
                    }
                }
                if (System.nanoTime() - until >= 0) {
                    return view;
                }
                progress.say(standing(cluster, view));
                Pause.of(LOOK);
            }
        }

        private static String standing(LocalCluster cluster, ClusterView view) {
            return cluster.nodes().stream()
                    .map(node -> node.id() + " "
                            + (view.answers().containsKey(node.id())
                                    ? view.answers().get(node.id()).getString("health")
                                    : "starts"))
                    .collect(Collectors.joining(", "));
        }

        private void print(LocalCluster cluster, int started, ClusterView view) {
            PrintWriter out = spec.commandLine().getOut();
            int all = cluster.nodes().size();
            String what =
                    started == 0 ? "is already up" : started == all ? "is up" : "is up again: " + started + " started";
            out.printf(
                    "A cluster of %d %s; data and logs in %s%n%n",
                    all, view.isWell() ? what : "was started, but not all is well yet", base.dir);
            Status.print(out, cluster, view);
            out.println();
            List<LocalNode> nodes = cluster.nodes();
            String curl = nodes.get(0).tls() ? "curl --cacert CA.pem" : "curl";
            out.printf("  publish   %s -d 'hello' %s/t/greetings%n", curl, shown(nodes.get(0)));
            out.printf("  read      %s '%s/t/greetings?from=earliest'%n", curl, shown(nodes.get(all / 2)));
            out.printf("  follow    %s -N '%s/t/greetings?follow'%n", curl, shown(nodes.get(all - 1)));
            out.printf(
                    "  look      %s://localhost:%d%n",
                    nodes.get(0).tls() ? "https" : "http", nodes.get(0).http());
            String where = base.dir.equals(Path.of("skein-cluster")) ? "" : " --base-dir " + base.dir;
            out.printf("  status    %s%n", Program.line("cluster status" + where));
            out.printf("  stop      %s%n", Program.line("cluster down" + where));
            out.println();
            out.println("  Every node takes every request: what is published at one is read at all.");
            out.flush();
        }
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Shows every node: role, term, where its log stands, health.",
                "Exit code 1 unless all are ok."
            })
    static final class Status implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Base base;

        @Mixin
        private Token token;

        @Mixin
        private Authority authority;

        @Mixin
        private Watch watch;

        /** One for all frames. */
        private LocalCluster.Asking asking;

        @Option(names = "--json", description = "one JSON line: every node's own answer, its process and ports")
        private boolean json;

        @Override
        public Integer call() {
            return watch.show(spec.commandLine().getOut(), json, this::show);
        }

        private int show(PrintWriter out) {
            LocalCluster cluster = LocalCluster.at(base.dir);
            if (asking == null) {
                asking = new LocalCluster.Asking(cluster.shown(token), authority.ca);
            }
            ClusterView view = cluster.view(asking);
            if (view.answers().isEmpty() && cluster.isLocked(asking)) {
                throw asking.at(cluster.nodes().get(0).url())
                        .server()
                        .denied("unauthenticated", "")
                        .orElseThrow();
            }
            if (json) {
                out.println(json(cluster, view).encode());
            } else {
                print(out, cluster, view);
            }
            boolean all = cluster.nodes().stream().allMatch(n -> view.answers().containsKey(n.id()));
            return all && view.isWell() ? 0 : 1;
        }

        private static JsonObject json(LocalCluster cluster, ClusterView view) {
            JsonArray nodes = new JsonArray();
            for (LocalNode node : cluster.nodes()) {
                nodes.add(node.json()
                        .put("pid", node.process().map(ProcessHandle::pid).orElse(null))
                        .put("status", view.answers().get(node.id())));
            }
            return new JsonObject()
                    .put("baseDir", cluster.base().toString())
                    .put("well", view.isWell())
                    .put("nodes", nodes);
        }

        static void print(PrintWriter out, LocalCluster cluster, ClusterView view) {
            List<String[]> rows = new ArrayList<>();
            rows.add(wider(ClusterView.HEADINGS, "HTTP", "PID", "LOG"));
            List<String> own = new ArrayList<>();
            for (LocalNode node : cluster.nodes()) {
                own.add(node.id());
                Optional<ProcessHandle> process = node.process();
                rows.add(wider(
                        view.row(node.id(), process.isPresent() ? "no answer" : "down"),
                        "localhost:" + node.http(),
                        process.map(p -> String.valueOf(p.pid())).orElse("-"),
                        relative(node.log())));
            }
            for (String other : view.nodes()) {
                if (!own.contains(other)) {
                    String http =
                            view.members().getOrDefault(other, new JsonObject()).getString("httpAddress", "-");
                    rows.add(wider(view.row(other, "no answer"), http, "-", "-"));
                }
            }
            Table.print(out, "  ", rows, ClusterView::coloured);
            view.behind().ifPresent(line -> out.println("  " + line));
        }

        private static String relative(Path file) {
            Path here = Path.of("").toAbsolutePath();
            return (file.startsWith(here) ? here.relativize(file) : file).toString();
        }

        private static String[] wider(String[] row, String... more) {
            String[] all = Arrays.copyOf(row, row.length + more.length);
            System.arraycopy(more, 0, all, row.length, more.length);
            return all;
        }
    }

    @Command(
            name = "down",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Stops the nodes that 'cluster up' started, and nothing else.",
                "Their data stays; 'cluster up' goes on with it."
            })
    static final class Down implements Callable<Integer> {
        private static final long STOP_SECONDS = 40;

        @Spec
        private CommandSpec spec;

        @Mixin
        private Base base;

        @Option(names = "--force", description = "kills them at once, as a loss of power would")
        private boolean force;

        @Option(names = "--json", description = "one JSON line: {\"stopped\":[names],\"killed\":true|false}")
        private boolean json;

        @Override
        public Integer call() throws InterruptedException {
            LocalCluster cluster = LocalCluster.at(base.dir);
            PrintWriter out = spec.commandLine().getOut();
            List<LocalNode> running = cluster.nodes().stream()
                    .filter(node -> node.process().isPresent())
                    .toList();
            List<ProcessHandle> processes = new ArrayList<>();
            for (LocalNode node : running) {
                node.process().ifPresent(process -> {
                    processes.add(process);
                    boolean asked = force ? process.destroyForcibly() : process.destroy();
                    assert asked || !process.isAlive() : "the system did not stop " + process.pid();
                });
            }
            for (int i = 0; i < processes.size(); i++) {
                end(running.get(i), processes.get(i));
            }
            cluster.nodes().forEach(LocalNode::forgetProcess);
            JsonArray stopped =
                    new JsonArray(running.stream().map(LocalNode::id).toList());
            out.println(
                    json
                            ? new JsonObject()
                                    .put("stopped", stopped)
                                    .put("killed", force)
                                    .encode()
                            : running.isEmpty()
                                    ? "nothing was running"
                                    : running.size() + (force ? " killed" : " stopped") + "; their data stays in "
                                            + base.dir);
            out.flush();
            return 0;
        }

        private static void end(LocalNode node, ProcessHandle process) throws InterruptedException {
            try {
                process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException slow) {
                throw new CommandProblem(
                        1,
                        node.id() + " (process " + process.pid() + ") has not stopped within " + STOP_SECONDS
                                + " s; try again with --force");
            }
        }
    }
}
