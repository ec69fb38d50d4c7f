package io.skein.dashboard;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/** Somebody who uses the public API rather than the page. */
public final class ChatPerson {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Where a node listens on this machine. */
    public record Doors(int port) {
        public String url(String path) {
            return "http://127.0.0.1:" + port + path;
        }
    }

    private final Doors doors;
    private final String name;
    private final JsonObject session;

    private ChatPerson(Doors doors, String name, JsonObject session) {
        this.doors = doors;
        this.name = name;
        this.session = session;
    }

    /** Makes the account and logs in. */
    public static ChatPerson join(Doors doors, String name) throws IOException, InterruptedException {
        JsonObject account = new JsonObject().put("username", name).put("password", "secret of " + name);
        send(doors, "", "POST", "/v1/accounts", account);
        return new ChatPerson(doors, name, send(doors, "", "POST", "/v1/sessions", account));
    }

    /** The same person before another node. */
    public static ChatPerson at(Doors doors, JsonObject session) {
        return new ChatPerson(doors, session.getString("username"), session);
    }

    public String name() {
        return name;
    }

    String password() {
        return "secret of " + name;
    }

    /** As the page keeps it. */
    public String session() {
        return session.copy().put("stays", false).encode();
    }

    public long send(ChatPerson to, String content) throws IOException, InterruptedException {
        JsonObject mail = new JsonObject().put("to", to.name).put("content", content);
        return ask("POST", "/v1/mail", mail).getLong("id");
    }

    /** Newest first. */
    public JsonArray mails(ChatPerson with) throws IOException, InterruptedException {
        return ask("GET", "/v1/mail?limit=1000&with=" + with.name, null).getJsonArray("messages");
    }

    public JsonArray allMails() throws IOException, InterruptedException {
        return ask("GET", "/v1/mail?limit=1000", null).getJsonArray("messages");
    }

    /** Oldest first. */
    List<Boolean> readOfSentTo(ChatPerson to) throws IOException, InterruptedException {
        List<Boolean> read = new ArrayList<>();
        for (Object mail : mails(to)) {
            if (((JsonObject) mail).getString("from").equals(name)) {
                read.add(0, ((JsonObject) mail).getBoolean("read"));
            }
        }
        return read;
    }

    void read(long... ids) throws IOException, InterruptedException {
        touch("read", ids);
    }

    void delete(long... ids) throws IOException, InterruptedException {
        touch("delete", ids);
    }

    private void touch(String what, long... ids) throws IOException, InterruptedException {
        JsonArray all = new JsonArray();
        for (long id : ids) {
            all.add(id);
        }
        ask("POST", "/v1/mail/" + what, new JsonObject().put("ids", all));
    }

    void deleteAccount() throws IOException, InterruptedException {
        ask("DELETE", "/v1/accounts/" + name, new JsonObject().put("password", password()));
    }

    void logOutAll() throws IOException, InterruptedException {
        ask("DELETE", "/v1/accounts/" + name + "/sessions", null);
    }

    /** Is here until it is closed. */
    InputStream watch() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(doors.url("/v1/mail/stream")))
                .header("Authorization", "Bearer " + session.getString("token"))
                .build();
        InputStream stream =
                CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream()).body();
        return stream;
    }

    private JsonObject ask(String method, String path, JsonObject body) throws IOException, InterruptedException {
        return send(doors, session.getString("token"), method, path, body);
    }

    private static JsonObject send(Doors doors, String token, String method, String path, JsonObject body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(doors.url(path)))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.encode()));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 400) {
            throw new AssertionError(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body());
    }
}
