package io.skein.dashboard;

import io.skein.broker.NodeStatus;
import io.skein.broker.SubscriberInfo;
import io.skein.broker.SubscriptionInfo;
import io.skein.broker.TopicInfo;
import io.skein.dashboard.ConsoleFigures.Backups;
import io.skein.dashboard.ConsoleFigures.Disk;
import io.skein.dashboard.ConsoleFigures.Latency;
import io.skein.subscription.SubscriptionView;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the page is told, as Server-Sent Events. Times are epoch milliseconds, durations milliseconds, rates messages a
 * second; what is not known is null. The page's modules read these names.
 */
final class StateJson {
    private StateJson() {}

    /**
     * Topics, subscribers and durable subscriptions as last looked at.
     *
     * @param at when that was
     */
    record Lists(
            long at,
            long topicCount,
            List<TopicInfo> topics,
            List<SubscriberInfo> subscribers,
            long subscriptionCount,
            List<SubscriptionInfo> subscriptions) {}

    static Buffer event(String name, JsonObject data) {
        return Buffer.buffer("event: " + name + "\ndata: " + data.encode() + "\n\n");
    }

    static JsonObject state(
            NodeStatus status,
            Sample sample,
            List<Elections.Election> elections,
            Disk disk,
            Backups backups,
            Optional<Lists> lists) {
        JsonObject state = new JsonObject()
                .put("at", sample.at())
                .put("node", node(status))
                .put("log", log(status))
                .put("members", rows(status.members(), StateJson::member))
                .put("elections", rows(elections, StateJson::election))
                .put("figures", figures(status.figures()))
                .put("disk", disk(disk))
                .put(
                        "backups",
                        new JsonObject().put("everyMs", backups.everyMs()).put("last", backups.lastMs()))
                .put(
                        "rates",
                        new JsonObject()
                                .put("published", rounded(sample.published()))
                                .put("delivered", rounded(sample.delivered())))
                .put("fsync", latency(sample.fsync()))
                .put("commit", latency(sample.commit()));
        lists.ifPresent(known -> state.put(
                        "topics",
                        new JsonObject()
                                .put("total", known.topicCount())
                                .put("rows", rows(known.topics(), StateJson::topic)))
                .put(
                        "subscribers",
                        new JsonObject()
                                .put("total", status.figures().subscribers())
                                .put("rows", rows(known.subscribers(), StateJson::subscriber)))
                .put(
                        "subscriptions",
                        new JsonObject()
                                .put("at", known.at())
                                .put("total", known.subscriptionCount())
                                .put("rows", rows(known.subscriptions(), StateJson::subscription))));
        return state;
    }

    /** Columns rather than rows: this is what the charts take. */
    static JsonObject history(List<Sample> samples) {
        return new JsonObject()
                .put("at", rows(samples, Sample::at))
                .put("published", rows(samples, sample -> rounded(sample.published())))
                .put("delivered", rows(samples, sample -> rounded(sample.delivered())))
                .put("fsyncP50", rows(samples, sample -> p50(sample.fsync())))
                .put("fsyncP99", rows(samples, sample -> p99(sample.fsync())))
                .put("commitP50", rows(samples, sample -> p50(sample.commit())))
                .put("commitP99", rows(samples, sample -> p99(sample.commit())));
    }

    private static JsonObject node(NodeStatus status) {
        return new JsonObject()
                .put("id", status.node())
                // As text: the role is Raft's type, and a door does not know that room.
                .put("role", String.valueOf(status.role()).toLowerCase(Locale.ROOT))
                .put("health", status.health())
                .put("leader", status.leader())
                .put("leaderAddress", status.leaderAddress())
                .put("durable", status.durable())
                .put("startedAt", status.figures().startedAtMs());
    }

    private static JsonObject log(NodeStatus status) {
        return new JsonObject()
                .put("term", status.term())
                .put("first", status.firstLogIndex())
                .put("settled", status.settledIndex())
                .put("applied", status.appliedIndex())
                .put("commit", status.commitIndex())
                .put("last", status.lastLogIndex())
                // 64 bits do not fit a JavaScript number.
                .put("stateHash", String.format(Locale.ROOT, "%016x", status.stateHash()));
    }

    private static JsonObject member(NodeStatus.MemberStatus member) {
        return new JsonObject()
                .put("id", member.id())
                .put("address", member.address())
                .put("httpAddress", member.httpAddress())
                .put("voter", member.voter())
                .put("matchIndex", member.matchIndex())
                .put("reachable", member.reachable());
    }

    private static JsonObject election(Elections.Election election) {
        return new JsonObject()
                .put("at", election.at())
                .put("term", election.term())
                .put("leader", election.leader())
                .put("role", election.role());
    }

    private static JsonObject figures(NodeStatus.Figures figures) {
        return new JsonObject()
                .put("published", figures.published())
                .put("delivered", figures.delivered())
                .put("topics", figures.topics())
                .put("stored", figures.stored())
                .put("storedBytes", figures.storedBytes())
                .put("scheduled", figures.scheduled())
                .put("subscribers", figures.subscribers())
                .put("connections", figures.connections())
                .put("databaseBytes", figures.databaseBytes())
                .put("walBytes", figures.walBytes());
    }

    private static JsonObject disk(Disk disk) {
        return new JsonObject()
                .put("free", disk.freeBytes() < 0 ? null : disk.freeBytes())
                .put("total", disk.totalBytes() < 0 ? null : disk.totalBytes());
    }

    private static JsonObject topic(TopicInfo topic) {
        return new JsonObject()
                .put("name", topic.view().name().value())
                .put("next", topic.view().nextOffset())
                .put("low", topic.view().lowWater())
                .put("messages", topic.view().count())
                .put("bytes", topic.view().bytes())
                .put("last", topic.view().lastTime())
                .put("rate", rounded(topic.publishedPerSecond()));
    }

    private static JsonObject subscriber(SubscriberInfo subscriber) {
        return new JsonObject()
                .put("id", subscriber.id())
                .put("door", subscriber.door())
                .put("peer", subscriber.peer())
                .put("filters", new JsonArray(subscriber.filters()))
                .put("cursor", subscriber.cursor())
                .put("delivered", subscriber.delivered())
                .put("behind", subscriber.behind());
    }

    private static JsonObject subscription(SubscriptionInfo info) {
        SubscriptionView view = info.view();
        return new JsonObject()
                .put("name", view.name().value())
                .put("filter", view.config().filter().value())
                .put("paused", view.config().paused())
                .put("lag", view.lag())
                .put("inFlight", view.leased())
                .put("dead", view.dead())
                .put("oldest", info.oldest().isPresent() ? info.oldest().getAsLong() : null)
                .put("redelivered", view.redelivered())
                .put("acknowledged", view.acknowledged());
    }

    private static JsonObject latency(Latency latency) {
        return new JsonObject()
                .put("count", latency.count())
                .put("p50", p50(latency))
                .put("p99", p99(latency));
    }

    private static Double p50(Latency latency) {
        return latency.count() == 0 ? null : rounded(latency.p50Ms());
    }

    private static Double p99(Latency latency) {
        return latency.count() == 0 ? null : rounded(latency.p99Ms());
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }

    private static <T> JsonArray rows(List<T> items, Function<T, Object> row) {
        JsonArray rows = new JsonArray();
        items.forEach(item -> rows.add(row.apply(item)));
        return rows;
    }
}
