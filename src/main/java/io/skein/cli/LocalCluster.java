package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The cluster that lies in one directory of this machine; {@code cluster.json} says which nodes and ports it has. */
record LocalCluster(Path base, List<LocalNode> nodes) {
    private static final List<String> HANDED_ON = List.of("-XX:SharedArchiveFile=", "-Xmx", "-XX:TieredStopAtLevel=");

    private static final String FILE = "cluster.json";
    private static final Duration A_MOMENT = Duration.ofSeconds(2);

    /** A new one: ports count up from the first. */
    static LocalCluster of(Path base, int size, int http, int tcp, int raft) {
        List<LocalNode> nodes = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            nodes.add(new LocalNode(absolute(base), "n" + (i + 1), http + i, tcp == 0 ? 0 : tcp + i, raft + i, false));
        }
        return new LocalCluster(absolute(base), nodes);
    }

    /** Who asks, each node by the same connection again and again. */
    static final class Asking {
        private final Optional<Token.Shown> shown;
        private final Apis apis;

        /**
         * @param shown of who asks
         * @param ca who signs the nodes' certificates, as in {@code --ca}; empty: as usual
         */
        Asking(Optional<Token.Shown> shown, String ca) {
            this.shown = shown;
            this.apis = new Apis(url -> Server.at(url, shown).trusting(ca));
        }

        Optional<Token.Shown> shown() {
            return shown;
        }

        Api at(String url) {
            return apis.at(url);
        }
    }

    private static Path absolute(Path base) {
        return base.toAbsolutePath().normalize();
    }

    /** The one that was made there before. */
    static Optional<LocalCluster> find(Path directory) {
        Path base = absolute(directory);
        Path file = base.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonArray listed = new JsonObject(Files.readString(file)).getJsonArray("nodes");
            List<LocalNode> nodes = new ArrayList<>();
            for (int i = 0; i < listed.size(); i++) {
                nodes.add(LocalNode.of(base, listed.getJsonObject(i)));
            }
            return Optional.of(new LocalCluster(base, nodes));
        } catch (IOException | DecodeException | ClassCastException | NullPointerException unreadable) {
            throw new CommandProblem(ExitCode.USAGE, file + " cannot be read: " + unreadable.getMessage());
        }
    }

    static LocalCluster at(Path base) {
        return find(base)
                .orElseThrow(() -> new CommandProblem(
                        1, "there is no cluster in " + base + "; start one: " + Program.line("cluster up")));
    }

    /** Those that start now do as our settings say; those that run stay as they are. */
    LocalCluster starting(List<LocalNode> down, boolean isTls) {
        return new LocalCluster(
                base,
                nodes.stream()
                        .map(node -> down.contains(node) ? node.speaking(isTls) : node)
                        .toList());
    }

    void save() {
        JsonArray listed = new JsonArray();
        nodes.forEach(node -> listed.add(node.json()));
        try {
            Files.createDirectories(base);
            Path next = base.resolve(FILE + ".tmp");
            Files.writeString(next, new JsonObject().put("nodes", listed).encodePrettily() + "\n");
            Files.move(next, base.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new CommandProblem(ExitCode.DISK_ERROR, base.resolve(FILE) + " cannot be written: " + failed);
        }
    }

    /** {@code --peers}; nothing for one node, which forms its cluster by itself. */
    List<String> peers() {
        return nodes.size() == 1
                ? List.of()
                : List.of(
                        "--peers",
                        nodes.stream()
                                .map(node -> node.id() + "=" + node.raftAddress())
                                .collect(Collectors.joining(",")));
    }

    /**
     * Those that run are asked, and whomever they know besides.
     *
     * @param asking who asks, and whom that one believes
     */
    ClusterView view(Asking asking) {
        Map<String, String> addresses = new LinkedHashMap<>();
        nodes.stream().filter(node -> node.process().isPresent()).forEach(node -> addresses.put(node.id(), node.url()));
        ClusterView own = ClusterView.ask(addresses, Optional.empty(), asking::at);
        Map<String, String> others = new LinkedHashMap<>();
        own.members().forEach((id, member) -> {
            if (nodes.stream().noneMatch(node -> node.id().equals(id))) {
                others.put(id, member.getString("httpAddress", ""));
            }
        });
        if (others.isEmpty()) {
            return own;
        }
        Api known = asking.at(nodes.get(0).url());
        ClusterView strangers = ClusterView.ask(others, Optional.empty(), known::beside);
        strangers.answers().forEach(own.answers()::putIfAbsent);
        return own;
    }

    /** What its nodes are shown; a login at one counts at all. */
    Optional<Token.Shown> shown(Token token) {
        return token.at(nodes.get(0).url());
    }

    /** All of its nodes are up, and want to know who asks. */
    boolean isLocked(Asking asking) {
        return allAnswer("/readyz", 200, asking) && allAnswer("/v1/cluster", 401, asking);
    }

    private boolean allAnswer(String path, int status, Asking asking) {
        return nodes.stream().map(node -> asking.at(node.url()).status(path, A_MOMENT)).toList().stream()
                .allMatch(answer -> answer.join() == status);
    }

    /**
     * What begins a process like this one: the same JVM, its class-data archive, heap and compiler, the same jar; other
     * flags as in {@code ./skein}.
     */
    static List<String> jvm() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea:io.skein...",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xshare:auto"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> HANDED_ON.stream().anyMatch(argument::startsWith))
                .forEach(command::add);
        command.add("-Xlog:cds*=off");
        command.addAll(program());
        return command;
    }

    private static List<String> program() {
        try {
            Path code = Path.of(LocalCluster.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Files.isRegularFile(code)
                    ? List.of("-jar", code.toString())
                    : List.of("-cp", System.getProperty("java.class.path"), "io.skein.Main");
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
