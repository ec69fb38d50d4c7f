package io.skein.cli;

import io.skein.doctor.ClusterFacts;
import io.skein.doctor.ClusterFacts.SubscriptionFacts;
import io.skein.doctor.ClusterFacts.TopicFacts;
import io.skein.doctor.Figures;
import io.skein.doctor.NodeFacts;
import io.skein.doctor.NodeFacts.Member;
import io.skein.doctor.NodeFacts.Said;
import io.skein.node.ExitCode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** Asks a cluster's nodes how they are: the one that is named, and those that it knows, where it says that they are. */
final class Anamnesis {
    private static final Duration A_MOMENT = Duration.ofSeconds(5);
    /** Until two nodes are at the same entry, so that their states can be compared. */
    private static final int ROUNDS = 6;

    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(100);
    private static final int PAGE = 1_000;
    /** Subscriptions that are asked why nothing flows. */
    private static final int MOST_WHYS = 25;

    private final Server server;

    Anamnesis(Server server) {
        this.server = server;
    }

    /** @throws CommandProblem when the node that is named does not let one ask */
    ClusterFacts ask() {
        long now = System.currentTimeMillis();
        NodeFacts first = node(server.url(), server, true);
        List<NodeFacts> nodes = new ArrayList<>(List.of(first));
        if (first.said().isPresent()) {
            nodes = others(first);
        }
        boolean isThere = first.said().isPresent();
        return new ClusterFacts(
                nodes,
                isThere ? subscriptions() : Optional.empty(),
                isThere ? topics() : Optional.empty(),
                now,
                memoryBytes());
    }

    private List<NodeFacts> others(NodeFacts first) {
        Map<String, Server> servers = new LinkedHashMap<>();
        servers.put(first.name(), server);
        List<NodeFacts> homeless = new ArrayList<>();
        JsonObject cluster = json(server, "/v1/cluster").orElse(new JsonObject());
        for (JsonObject member : objects(cluster.getJsonArray("members"))) {
            String id = member.getString("id");
            String address = member.getString("httpAddress", "");
            if (id.equals(first.name())) {
                continue;
            }
            Server there = server.other(address);
            if (address.isEmpty()) {
                homeless.add(NodeFacts.silent(id, "", "nobody has heard from it where its clients find it"));
            } else if (!there.isSomewhere()) {
                homeless.add(NodeFacts.silent(id, "", "it says that its clients find it at " + address));
            } else {
                servers.put(id, there);
            }
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(16, servers.size()), task -> {
            Thread thread = new Thread(task, "doctor");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<NodeFacts> asked = new ArrayList<>();
            List<CompletableFuture<NodeFacts>> answers = new ArrayList<>();
            servers.forEach((id, where) -> {
                if (where != server) {
                    answers.add(CompletableFuture.supplyAsync(() -> other(id, where), threads));
                }
            });
            asked.add(first);
            answers.forEach(answer -> asked.add(answer.join()));
            List<NodeFacts> nodes = atOneEntry(asked, servers, threads);
            nodes.addAll(homeless);
            return nodes;
        } finally {
            threads.shutdownNow();
        }
    }

    /** What all say of themselves, asked anew at the same moment until all that answer are at the same entry. */
    private static List<NodeFacts> atOneEntry(
            List<NodeFacts> asked, Map<String, Server> servers, ExecutorService threads) {
        List<NodeFacts> nodes = new ArrayList<>(asked);
        for (int round = 0; round < ROUNDS; round++) {
            List<CompletableFuture<Optional<Said>>> anew = new ArrayList<>();
            for (NodeFacts node : nodes) {
                Server where = servers.get(node.name());
                anew.add(
                        where == null || node.said().isEmpty()
                                ? CompletableFuture.completedFuture(Optional.empty())
                                : CompletableFuture.supplyAsync(() -> again(where), threads));
            }
            for (int i = 0; i < nodes.size(); i++) {
                NodeFacts node = nodes.get(i);
                Optional<Said> said = anew.get(i).join();
                if (said.isPresent()) {
                    nodes.set(i, with(node, said.get()));
                }
            }
            long places = nodes.stream()
                    .flatMap(node -> node.said().stream())
                    .map(Said::hashIndex)
                    .distinct()
                    .count();
            if (places <= 1) {
                break;
            }
            Pause.of(BETWEEN_ROUNDS);
        }
        return nodes;
    }

    private static Optional<Said> again(Server where) {
        try {
            return json(where, "/v1/cluster").map(Anamnesis::said);
        } catch (RuntimeException odd) {
            return Optional.empty();
        }
    }

    private static NodeFacts with(NodeFacts node, Said said) {
        return new NodeFacts(
                node.name(),
                node.url(),
                node.silence(),
                Optional.of(said),
                node.version(),
                node.clockOffMs(),
                node.clockWithinMs(),
                node.figures(),
                node.certificateEndsMs(),
                node.isLocal(),
                node.isOpen());
    }

    /** Whatever is odd about one of them, the others are judged too. */
    private static NodeFacts other(String name, Server where) {
        try {
            return node(name, where, false);
        } catch (RuntimeException odd) {
            return NodeFacts.silent(name, where.url(), "its answer makes no sense: " + odd.getMessage());
        }
    }

    /** @param isNamed by whoever asks, who is told when it refuses; of another, that is no word on the login as such */
    private static NodeFacts node(String name, Server where, boolean isNamed) {
        URI uri = URI.create(where.url());
        OptionalLong ends = where.isTls() ? ShownCertificate.ends(uri, A_MOMENT) : OptionalLong.empty();
        Api api = new Api(where);
        JsonObject cluster;
        long before = System.currentTimeMillis();
        long took;
        try {
            HttpResponse<String> answer = api.ask("GET", "/v1/cluster", Optional.empty(), A_MOMENT);
            took = System.currentTimeMillis() - before;
            if (answer.statusCode() >= 500) {
                return NodeFacts.silent(name, where.url(), "it answers with status " + answer.statusCode());
            }
            if (!isNamed && (answer.statusCode() == 401 || answer.statusCode() == 403)) {
                return NodeFacts.silent(
                        name, where.url(), "it refuses who asks here (status " + answer.statusCode() + ")");
            }
            cluster = api.taken(answer);
        } catch (IOException silent) {
            return NodeFacts.silent(name, where.url(), why(silent));
        } catch (CommandProblem problem) {
            if (problem.exitCode() == ExitCode.DENIED) {
                throw problem;
            }
            return NodeFacts.silent(name, where.url(), problem.getMessage());
        }
        if (cluster.getString("node") == null) {
            return NodeFacts.silent(name, where.url(), "what answers there is no node of Skein");
        }
        Long clock = cluster.getLong("clock");
        return new NodeFacts(
                cluster.getString("node"),
                where.url(),
                Optional.empty(),
                Optional.of(said(cluster)),
                json(where, "/v1").map(v1 -> v1.getString("version")),
                clock == null ? OptionalLong.empty() : OptionalLong.of(clock - before - took / 2),
                took / 2 + 1,
                figures(api),
                ends,
                isLocal(uri.getHost()),
                isOpen(where));
    }

    /** Java leaves it to the class of a failure. */
    private static String why(IOException silent) {
        if (silent instanceof HttpTimeoutException) {
            return "nothing came within " + A_MOMENT.toSeconds() + " s";
        }
        if (silent instanceof SSLException) {
            return "no TLS: " + silent.getMessage();
        }
        if (!(silent instanceof ConnectException)) {
            return String.valueOf(silent.getMessage());
        }
        for (Throwable cause = silent; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "no machine of that name is known here";
            }
        }
        return "nobody listens there";
    }

    private static Said said(JsonObject cluster) {
        JsonObject hash = cluster.getJsonObject("stateHash", new JsonObject());
        return new Said(
                cluster.getString("node"),
                cluster.getString("role", ""),
                Objects.requireNonNullElse(cluster.getString("leader"), ""),
                cluster.getString("health", ""),
                cluster.getString("durable", ""),
                cluster.getLong("term", 0L),
                cluster.getLong("commitIndex", 0L),
                cluster.getLong("appliedIndex", 0L),
                cluster.getLong("settledIndex", 0L),
                hash.getLong("index", 0L),
                hash.getString("hash", ""),
                objects(cluster.getJsonArray("members")).stream()
                        .map(member -> new Member(
                                member.getString("id", ""),
                                member.getString("address", ""),
                                member.getBoolean("voter", false),
                                member.getLong("matchIndex", -1L),
                                member.getBoolean("reachable", false)))
                        .toList());
    }

    private static Figures figures(Api api) {
        try {
            HttpResponse<String> answer = api.ask("GET", "/metrics", Optional.empty(), A_MOMENT);
            return answer.statusCode() == 200 ? Figures.parse(answer.body()) : Figures.NONE;
        } catch (IOException | CommandProblem silent) {
            return Figures.NONE;
        }
    }

    /** Whoever shows nothing is answered. */
    private static boolean isOpen(Server where) {
        try {
            return new Api(where.shownBy(Optional.empty()))
                            .ask("GET", "/v1/topics", Optional.empty(), A_MOMENT)
                            .statusCode()
                    != 401;
        } catch (IOException | CommandProblem silent) {
            return false;
        }
    }

    private static boolean isLocal(String host) {
        try {
            return InetAddress.getByName(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            return false;
        }
    }

    private static Optional<JsonObject> json(Server where, String path) {
        try {
            HttpResponse<String> answer = new Api(where).ask("GET", path, Optional.empty(), A_MOMENT);
            return answer.statusCode() == 200 ? Optional.of(new JsonObject(answer.body())) : Optional.empty();
        } catch (IOException | CommandProblem | DecodeException none) {
            return Optional.empty();
        }
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array == null
                ? List.of()
                : array.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .collect(Collectors.toList());
    }

    private Optional<List<SubscriptionFacts>> subscriptions() {
        List<SubscriptionFacts> all = new ArrayList<>();
        String after = "";
        int whys = 0;
        do {
            Optional<JsonObject> page = json(
                    server,
                    "/v1/subscriptions?level=none&limit=" + PAGE
                            + (after.isEmpty() ? "" : "&after=" + Api.query(after)));
            if (page.isEmpty()) {
                return Optional.empty();
            }
            for (JsonObject one : objects(page.get().getJsonArray("subscriptions"))) {
                boolean asks = one.getLong("lag", 0L) > 0 && whys++ < MOST_WHYS;
                all.add(subscription(one, asks));
            }
            after = Objects.requireNonNullElse(page.get().getString("next"), "");
        } while (!after.isEmpty());
        return Optional.of(all);
    }

    private SubscriptionFacts subscription(JsonObject one, boolean asks) {
        String name = one.getString("subscription", "");
        Optional<JsonObject> why =
                asks ? json(server, "/v1/subscriptions" + Api.segment(name) + "/why?level=none") : Optional.empty();
        return new SubscriptionFacts(
                name,
                one.getBoolean("paused", false),
                one.getLong("lag", 0L),
                one.getLong("dead", 0L),
                why.map(said -> said.getBoolean("flowing", true)).orElse(true),
                why.map(said -> objects(said.getJsonArray("reasons"))).orElse(List.of()).stream()
                        .map(reason -> reason.getString("code") + ": " + reason.getString("detail"))
                        .toList());
    }

    private Optional<List<TopicFacts>> topics() {
        return json(server, "/v1/topics?level=none")
                .map(page -> objects(page.getJsonArray("topics")).stream()
                        .map(topic -> {
                            JsonObject kept =
                                    Objects.requireNonNullElse(topic.getJsonObject("retention"), new JsonObject());
                            return new TopicFacts(
                                    topic.getString("topic", ""),
                                    topic.getLong("messages", 0L),
                                    topic.getLong("bytes", 0L),
                                    number(kept, "maxMessages"),
                                    number(kept, "maxBytes"),
                                    "reject".equals(topic.getString("onFull")));
                        })
                        .toList());
    }

    private static long number(JsonObject json, String name) {
        return json.getValue(name) instanceof Number number ? number.longValue() : 0;
    }

    /** Of this machine, or of the container that this runs in. */
    private static long memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }
}
