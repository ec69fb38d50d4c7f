package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * The cluster as one party of a chat sees it: whichever of its nodes answers. What a node does not answer, or could not
 * carry out, is asked of the next one, under the same Idempotency-Key: it counts once. May be used by several threads.
 */
final class ChatLink {
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Of answers that say that another node, or the same one later, may do better (RFC 9110, API.md section 2). */
    private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

    private final Server first;
    private final Duration patience;
    private final Consumer<String> says;
    /** In the order in which they are tried. */
    private final List<String> urls = new ArrayList<>();

    private final Apis apis;

    private String current;

    /**
     * @param patience so long a request goes from node to node before it fails
     * @param says is told in one line when another node is gone to
     */
    ChatLink(Server first, List<String> known, Duration patience, Consumer<String> says) {
        this.first = first;
        this.apis = new Apis(first::other);
        this.patience = patience;
        this.says = says;
        this.current = first.url();
        urls.add(current);
        known.forEach(this::add);
    }

    private synchronized void add(String url) {
        if (!urls.contains(url)) {
            urls.add(url);
        }
    }

    /** The node that is asked first. */
    synchronized String url() {
        return current;
    }

    private synchronized List<String> inTurn() {
        int at = urls.indexOf(current);
        List<String> all = new ArrayList<>(urls.subList(at, urls.size()));
        all.addAll(urls.subList(0, at));
        return all;
    }

    /** This one answers. */
    synchronized void goesOnAt(String url) {
        add(url);
        if (!url.equals(current)) {
            says.accept("goes on at " + url + " (before: " + current + ")");
            current = url;
        }
    }

    /** Learns where the other nodes are; what it does not hear it does not know. */
    void learn() {
        apis.at(url()).look("/v1/cluster", ANSWER).join().ifPresent(answer -> {
            JsonArray members = answer.getJsonArray("members", new JsonArray());
            for (int i = 0; i < members.size(); i++) {
                String address = members.getJsonObject(i).getString("httpAddress", "");
                if (address != null && !address.isEmpty() && first.isAsSafe(first.other(address))) {
                    add(first.other(address).url());
                }
            }
        });
    }

    /** One node alone; the same asks. */
    Server at(String url) {
        return first.other(url);
    }

    JsonObject get(String path) {
        return ask("GET", path, Optional.empty(), Optional.empty());
    }

    JsonObject delete(String path) {
        return ask("DELETE", path, Optional.empty(), Optional.empty());
    }

    /** Counts once, however often it must be asked. */
    JsonObject post(String path, JsonObject body) {
        return post(path, body, newKey());
    }

    static String newKey() {
        return UUID.randomUUID().toString();
    }

    /** @param key of an earlier attempt, or a new one */
    JsonObject post(String path, JsonObject body, String key) {
        return ask("POST", path, Optional.of(body), Optional.of(key));
    }

    /**
     * @throws CommandProblem once patience is over, with what the last node said, that none answers, or, when one took it and
     *     said nothing, or that it does not know, that nobody knows
     */
    private JsonObject ask(String method, String path, Optional<JsonObject> body, Optional<String> key) {
        String[] headers = key.map(k -> new String[] {"Idempotency-Key", k}).orElse(new String[0]);
        boolean isSafe = method.equals("GET");
        Optional<String> mute = Optional.empty();
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<CommandProblem> problem = Optional.empty();
            boolean isGone = true;
            for (String url : inTurn()) {
                Api api = apis.at(url);
                try {
                    HttpResponse<String> answer = api.ask(method, path, body, ANSWER, headers);
                    if (isGone) {
                        goesOnAt(url);
                        isGone = false; // those behind it only stand in
                    }
                    if (!PASSING.contains(answer.statusCode())) {
                        return api.taken(answer);
                    }
                    CommandProblem refusal = refused(api, answer);
                    if (!isSafe && refusal.exitCode() == ExitCode.UNKNOWN) {
                        mute = mute.or(() -> Optional.of(url));
                    }
                    problem = Optional.of(refusal);
                } catch (IOException silent) {
                    if (!isSafe && !Nodes.isBeforeAsking(silent)) {
                        mute = mute.or(() -> Optional.of(url));
                    }
                    problem = problem.or(() -> Optional.of(Server.silent(url, silent)));
                }
                if (System.nanoTime() - until >= 0) {
                    throw mute.map(Server::mute).orElse(problem.get());
                }
            }
            if (System.nanoTime() - until + PAUSE.toNanos() >= 0) {
                throw mute.map(Server::mute).orElse(problem.get());
            }
            Pause.of(PAUSE);
        }
    }

    private static CommandProblem refused(Api api, HttpResponse<String> answer) {
        try {
            api.taken(answer);
            throw new AssertionError("no refusal: " + answer.statusCode());
        } catch (CommandProblem problem) {
            return problem;
        }
    }

    /** A stream of the node's, at whichever node gives one; tries one after the other, for good. */
    InputStream stream(String path) {
        boolean isSaid = false;
        while (true) {
            Optional<String> doubt = Optional.empty();
            for (String url : inTurn()) {
                try {
                    InputStream stream = apis.at(url).open(path, ANSWER);
                    goesOnAt(url);
                    return stream;
                } catch (SSLException doubtful) {
                    doubt = Optional.of(Server.silent(url, doubtful).getMessage());
                } catch (IOException silent) {
                    continue;
                }
            }
            if (!isSaid) {
                isSaid = true;
                says.accept(doubt.orElse("no node answers") + "; tries on");
            }
            Pause.of(PAUSE);
            if (Thread.currentThread().isInterrupted()) {
                throw new CommandProblem(1, "interrupted");
            }
        }
    }
}
