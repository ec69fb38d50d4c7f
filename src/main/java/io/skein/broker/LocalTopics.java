package io.skein.broker;

import io.skein.cluster.Committed;
import io.skein.cluster.Proposer;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.subscription.SubscriptionCommand;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.skein.topic.TopicView;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Topics of one node as operators see them: what there is, how it is kept, what waits for its time. */
final class LocalTopics {
    private static final TopicFilter ALL = new TopicFilter("#");

    private final Proposer proposer;
    private final Way way;
    private final Fanout fanout;
    private final Supplier<Ground> ground;

    /** @param fanout knows how fast topics are published to */
    LocalTopics(Proposer proposer, Way way, Fanout fanout, Supplier<Ground> ground) {
        this.proposer = proposer;
        this.way = way;
        this.fanout = fanout;
        this.ground = ground;
    }

    Future<List<TopicInfo>> matching(Optional<TopicFilter> filter, Freshness freshness) {
        return way.fresh(freshness)
                .compose(v -> proposer.ask(() -> {
                    long now = System.nanoTime();
                    List<TopicInfo> infos = new ArrayList<>();
                    for (TopicView view : ground.get().topics().matching(filter.orElse(ALL))) {
                        infos.add(new TopicInfo(view, Optional.empty(), fanout.rateOf(view.id(), now)));
                    }
                    return infos;
                }))
                .recover(LocalTopics::refused);
    }

    Future<TopicInfo> topic(TopicName name, Freshness freshness) {
        return way.fresh(freshness)
                .compose(v -> ground.get().history().topic(name))
                .compose(view -> ground.get()
                        .history()
                        .earliest(new TopicFilter(name.value()))
                        .compose(at -> proposer.ask(() -> new TopicInfo(
                                view, Optional.of(lineage().text(at)), fanout.rateOf(view.id(), System.nanoTime())))))
                .recover(LocalTopics::refused);
    }

    Future<ChangeAck> configure(TopicName name, TopicConfig config, Optional<String> idempotencyKey) {
        return way.propose(
                        new TopicCommand.Configure(name, config),
                        idempotencyKey.map(k -> KeyHash.of("topics", k, "put " + name + " " + config)))
                .map(committed -> changed(committed, ((TopicOutcome.Done) committed.outcome()).created()));
    }

    Future<ChangeAck> delete(TopicName name, Optional<String> idempotencyKey) {
        return way.propose(
                        new SubscriptionCommand.DeleteTopic(name),
                        idempotencyKey.map(k -> KeyHash.of("topics", k, "delete " + name)))
                .map(committed -> changed(committed, false));
    }

    private static ChangeAck changed(Committed committed, boolean made) {
        return new ChangeAck(made, committed.index(), committed.replayed());
    }

    Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness) {
        return way.fresh(freshness)
                .compose(v -> way.settled())
                .compose(v -> {
                    Optional<Cursor> position = after.map(text -> ofThisLog(text));
                    return ground.get().store().reader().scheduled(position.orElse(Cursor.ORIGIN), limit);
                })
                .map(rows -> {
                    List<ScheduledPage.Item> items = rows.stream()
                            .map(row -> new ScheduledPage.Item(
                                    lineage().text(row.at()), row.due(), row.time(), row.publication()))
                            .toList();
                    Optional<String> next = items.size() < limit
                            ? Optional.empty()
                            : Optional.of(items.get(items.size() - 1).cursor());
                    return new ScheduledPage(items, next);
                })
                .recover(LocalTopics::refused);
    }

    Future<ChangeAck> cancel(String cursor, Optional<String> idempotencyKey) {
        return way.ready()
                .compose(v -> way.propose(
                                new TopicCommand.Cancel(ofThisLog(cursor)),
                                idempotencyKey.map(k -> KeyHash.of("scheduled", k, "delete " + cursor)))
                        .map(committed -> changed(committed, false)));
    }

    /** @throws Refusal when the text is no cursor, or one of another log: there its place means something else */
    private Cursor ofThisLog(String text) {
        Lineage.Text parsed = Lineage.parse(text).orElseThrow(() -> Refusal.malformed("\"" + text + "\" is no cursor"));
        OptionalLong shared = lineage().sharedUpTo(parsed.lineage());
        if (shared.isEmpty() || parsed.cursor().index() > shared.getAsLong()) {
            throw Refusal.of(Refusal.Kind.NOT_FOUND, "not-scheduled", "the cursor " + text + " is of another log");
        }
        return parsed.cursor();
    }

    private Lineage lineage() {
        return ground.get().lineage();
    }

    private static <T> Future<T> refused(Throwable cause) {
        return Future.failedFuture(Refusal.from(cause));
    }
}
