package io.skein.process;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A live subscriber over SSE that goes on elsewhere when its node dies, as an EventSource would: with the last id that it
 * saw. Keeps every message in the order of arrival.
 */
final class StreamReader implements AutoCloseable {
    private static final long AGAIN_NANOS = 20_000_000;

    private final ClusterUnderTest cluster;
    private final String topic;
    private final List<JsonObject> messages = Collections.synchronizedList(new ArrayList<>());
    private final List<String> statuses = Collections.synchronizedList(new ArrayList<>());
    private final List<String> troubles = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread;
    private volatile ClusterNode at;
    private volatile boolean isClosed;
    private volatile Optional<HttpResponse<java.io.InputStream>> open = Optional.empty();
    private volatile int connections;
    private String lastId = "";

    /** @param first the node that serves first */
    StreamReader(ClusterUnderTest cluster, String topic, ClusterNode first) {
        this.cluster = cluster;
        this.topic = topic;
        this.at = first;
        this.thread = new Thread(this::run, "stream-reader");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!isClosed) {
            try {
                follow();
            } catch (IOException | InterruptedException broken) {
                // Goes on elsewhere.
            }
            if (!isClosed) {
                List<ClusterNode> nodes = List.copyOf(cluster.nodes());
                at = nodes.get((nodes.indexOf(at) + 1) % nodes.size());
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    private void follow() throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at.uri("/v1/stream?from=earliest&topic=" + topic));
        if (!lastId.isEmpty()) {
            request.header("Last-Event-ID", lastId);
        }
        HttpResponse<java.io.InputStream> answer =
                ClusterUnderTest.CLIENT.send(request.build(), BodyHandlers.ofInputStream());
        open = Optional.of(answer);
        if (answer.statusCode() != 200) {
            troubles.add(at + " answered " + answer.statusCode());
            return;
        }
        connections++;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String event = "message";
            String id = "";
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    take(event, id, data.toString());
                    event = "message";
                    id = "";
                    data.setLength(0);
                } else if (line.startsWith("event:")) {
                    event = line.substring(6).strip();
                } else if (line.startsWith("id:")) {
                    id = line.substring(3).strip();
                } else if (line.startsWith("data:")) {
                    data.append(line.substring(5).strip());
                }
            }
        }
    }

    /** An event counts once it is whole. */
    private void take(String event, String id, String data) {
        if (!id.isEmpty()) {
            lastId = id;
        }
        if (event.equals("message") && !data.isEmpty()) {
            messages.add(new JsonObject(data));
        } else if (event.equals("gap")) {
            troubles.add("gap: " + data);
        } else if (event.equals("status")) {
            statuses.add(new JsonObject(data).getString("health"));
        }
    }

    ClusterNode at() {
        return at;
    }

    int connections() {
        return connections;
    }

    List<JsonObject> messages() {
        synchronized (messages) {
            return List.copyOf(messages);
        }
    }

    /** What it was told of its nodes' health. */
    List<String> statuses() {
        synchronized (statuses) {
            return List.copyOf(statuses);
        }
    }

    /** Gaps told and answers other than 200. */
    List<String> troubles() {
        synchronized (troubles) {
            return List.copyOf(troubles);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        open.ifPresent(answer -> {
            try {
                answer.body().close();
            } catch (IOException closed) {
                // It is over.
            }
        });
        thread.interrupt();
    }
}
