package io.skein.sim;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** What a program under test would say to a node over HTTP. */
record Caller(URI node, String token) {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    static Caller of(Sim sim) {
        return new Caller(sim.url(), sim.adminToken().orElse(""));
    }

    Caller with(String other) {
        return new Caller(node, other);
    }

    /** @param status of the answer */
    record Answer(int status, String text) {
        JsonObject json() {
            return new JsonObject(text);
        }
    }

    Answer get(String path) {
        return ask("GET", path, "");
    }

    Answer post(String path, String body) {
        return ask("POST", path, body);
    }

    /** As a page of that origin would. */
    Answer post(String path, String body, String origin) {
        return ask("POST", path, body, "Origin", origin);
    }

    Answer put(String path, String body) {
        return ask("PUT", path, body);
    }

    private Answer ask(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node + path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException ended) {
            throw new AssertionError(ended);
        }
    }

    /** Bodies of what a topic holds, in order. */
    java.util.List<String> bodies(String topic) {
        return get("/t/" + topic).json().getJsonArray("messages").stream()
                .map(message -> ((JsonObject) message).getString("body"))
                .toList();
    }
}
