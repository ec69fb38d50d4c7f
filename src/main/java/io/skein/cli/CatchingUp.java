package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;

/** Shows how far a node is that is being added, as the leader sees it, while somebody waits for it to vote. */
final class CatchingUp implements AutoCloseable {
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final String id;
    private final Progress progress;
    private final Ticker ticker;

    private CatchingUp(String id, Server server, Progress progress) {
        this.id = id;
        this.progress = progress;
        Api api = new Api(server);
        this.ticker = Ticker.of(() -> progress.say(
                api.look("/v1/cluster", A_MOMENT).join().map(this::line).orElse("waits for " + id)));
    }

    /** Empty when nobody is to see it. */
    static Optional<CatchingUp> of(String id, Server server, boolean isShown, PrintWriter err) {
        return isShown ? Optional.of(new CatchingUp(id, server, Progress.of(err, false))) : Optional.empty();
    }

    private String line(JsonObject cluster) {
        JsonArray members = cluster.getJsonArray("members", new JsonArray());
        Optional<JsonObject> member = members.stream()
                .map(JsonObject.class::cast)
                .filter(one -> id.equals(one.getString("id")))
                .findFirst();
        long match = member.map(one -> one.getLong("matchIndex")).orElse(-1L);
        if (match < 0) {
            return "waits for " + id;
        }
        long left = Math.max(0, cluster.getLong("commitIndex") - match);
        return id + " catches up: " + match + " of " + cluster.getLong("commitIndex") + " log entries, " + left
                + " left";
    }

    @Override
    public void close() {
        ticker.close();
        progress.end();
    }
}
