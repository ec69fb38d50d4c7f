package io.skein.broker;

import io.skein.broker.Trace.Stand;
import io.skein.cluster.Proposer;
import io.skein.frame.MessageJson;
import io.skein.frame.TraceContext;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.replica.CommandBytes;
import io.skein.replica.CommandBytes.Logged;
import io.skein.store.Reader;
import io.skein.store.Reader.Waiting;
import io.skein.store.Scope;
import io.skein.store.StoredMessage;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Standing;
import io.skein.subscription.Standing.Status;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.Trail;
import io.skein.topic.Header;
import io.skein.topic.TopicCommand.Publish;
import io.skein.topic.TopicCommand.Release;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What became of one message: what the state says, and what this node's log holds of it. The log is read from the message
 * on, {@value #MOST_BYTES} bytes of it at most; {@value #AT_A_TIME} do so at a time, more are refused. From any context.
 */
final class Traces {
    private static final long MOST_BYTES = 64 << 20;
    private static final int AT_A_TIME = 8;
    /** Dead letters that are looked at for one message. */
    private static final int MOST_LETTERS = 10_000;
    /** A look costs at least as much as so many of them. */
    private static final int LOOK_LETTERS = 100;
    /** Subscriptions whose deliveries are told; of others only what the state says. */
    private static final int MOST_TRAILS = 100;

    private final Proposer proposer;
    private final Way way;
    private final Supplier<Ground> ground;
    private final AtomicInteger underWay = new AtomicInteger();

    Traces(Proposer proposer, Way way, Supplier<Ground> ground) {
        this.proposer = proposer;
        this.way = way;
        this.ground = ground;
    }

    Future<Trace> of(String text, Freshness freshness, boolean withDeliveries) {
        Optional<Lineage.Text> parsed = Lineage.parse(text);
        if (parsed.isEmpty() || parsed.get().cursor().place() == Cursor.END) {
            return Future.failedFuture(Refusal.malformed('"' + text + "\" is no message's cursor"));
        }
        return way.fresh(freshness).compose(v -> {
            Cursor cursor = parsed.get().cursor();
            OptionalLong shared = ground.get().lineage().sharedUpTo(parsed.get().lineage());
            if (shared.isEmpty() || cursor.index() > shared.getAsLong()) {
                return Future.failedFuture(unknown(text));
            }
            return new Search(ground.get(), cursor, text).run(withDeliveries);
        });
    }

    private static Refusal unknown(String text) {
        return Refusal.of(Refusal.Kind.NOT_FOUND, "unknown-message", "no message that is kept has the cursor " + text);
    }

    /** What the state says at one moment. */
    private record State(long applied, long first, List<Standing> standings, List<Long> leasesMs) {}

    /** One look for one message. */
    private final class Search {
        private final Ground here;
        private final Cursor asked;
        private final String text;
        private final LogWalk log;

        Search(Ground here, Cursor asked, String text) {
            this.here = here;
            this.asked = asked;
            this.text = text;
            this.log = new LogWalk(
                    here.store().reader(), new CommandBytes(List.of(here.topics(), here.subscriptions())), MOST_BYTES);
        }

        Future<Trace> run(boolean withDeliveries) {
            if (!withDeliveries) {
                return message(asked).compose(found -> found.isEmpty() ? waiting(false) : briefly(found.get()));
            }
            if (underWay.incrementAndGet() > AT_A_TIME) {
                underWay.decrementAndGet();
                return Future.failedFuture(Refusal.of(
                        Refusal.Kind.TOO_MANY,
                        "too-many-traces",
                        "this node reads its log for " + AT_A_TIME + " traces at a time",
                        Map.of("limit", AT_A_TIME)));
            }
            return message(asked)
                    .compose(found -> found.isEmpty() ? waiting(true) : wholly(found.get()))
                    .onComplete(done -> underWay.decrementAndGet());
        }

        private Future<Optional<StoredMessage>> message(Cursor cursor) {
            Scope all = new Scope(List.of(), topic -> 0);
            Cursor before = Reader.before(cursor);
            return proposer.askFor(() -> here.store().page(all, before, 1, 1, Long.MIN_VALUE))
                    .map(page -> page.messages().stream()
                            .filter(message -> message.cursor().equals(cursor))
                            .findFirst());
        }

        private Future<State> state(StoredMessage message) {
            return proposer.ask(() -> {
                List<Standing> standings = here.subscriptions().standings(message.topicId(), message.offset());
                List<Long> leasesMs = new ArrayList<>();
                standings.forEach(standing -> leasesMs.add(here.subscriptions()
                        .config(standing.subscription())
                        .orElseThrow()
                        .leaseMs()));
                return new State(
                        here.replica().status().appliedIndex(),
                        here.replica().status().firstIndex(),
                        standings,
                        leasesMs);
            });
        }

        private Trace trace(
                StoredMessage message,
                Optional<String> scheduled,
                Optional<String> door,
                boolean isWhole,
                List<Stand> stands) {
            return new Trace(
                    here.lineage().text(message.cursor()),
                    message.topic(),
                    message.offset(),
                    message.cursor().index(),
                    message.time(),
                    0,
                    scheduled,
                    TraceContext.traceparent(MessageJson.decode(message.json()).headers()),
                    door,
                    isWhole,
                    stands);
        }

        private Future<Trace> briefly(StoredMessage message) {
            return state(message)
                    .map(now -> trace(
                            message,
                            Optional.empty(),
                            Optional.empty(),
                            false,
                            now.standings().stream()
                                    .map(standing -> new Stand(standing, List.of(), Optional.empty()))
                                    .toList()));
        }

        // A delayed message.

        /** It waits for its time, or had another cursor before that. */
        private Future<Trace> waiting(boolean withDeliveries) {
            return way.settled()
                    .compose(v -> here.store().reader().fetchScheduled(asked))
                    .compose(found -> {
                        if (found.isPresent()) {
                            return door(asked).map(door -> scheduled(found.get(), door));
                        }
                        return withDeliveries ? released() : Future.failedFuture(unknown(text));
                    });
        }

        private Trace scheduled(Waiting message, Optional<String> door) {
            return new Trace(
                    here.lineage().text(asked),
                    message.publication().topic().value(),
                    -1,
                    asked.index(),
                    message.time(),
                    message.due(),
                    Optional.empty(),
                    message.publication().message().headers().stream()
                            .filter(header -> header.name().equalsIgnoreCase(TraceContext.PARENT))
                            .map(Header::value)
                            .findFirst(),
                    door,
                    true,
                    List.of());
        }

        /** What its delayed publish has become, as long as the log holds both. */
        private Future<Trace> released() {
            return log.at(asked.index()).compose(entry -> {
                boolean wasDelayed = entry.stream()
                        .filter(logged -> logged.holds(asked))
                        .anyMatch(logged -> publications(logged)
                                .apply(asked.place() - logged.at().place()));
                if (!wasDelayed) {
                    return Future.failedFuture(unknown(text));
                }
                long to = here.replica().status().appliedIndex();
                return log.first(
                                asked.index() + 1,
                                to,
                                logged -> logged.command() instanceof Release release
                                        && release.scheduled().equals(asked))
                        .compose(found -> found.isEmpty()
                                ? Future.succeededFuture(Optional.<StoredMessage>empty())
                                : message(new Cursor(
                                        found.get().at().index(),
                                        found.get().at().place())))
                        .compose(found -> found.isEmpty() ? Future.failedFuture(unknown(text)) : wholly(found.get()));
            });
        }

        /** Whether the message with this number was delayed. */
        private Function<Integer, Boolean> publications(Logged logged) {
            if (logged.command() instanceof Publish publish) {
                return i -> i < publish.messages().size()
                        && publish.messages().get(i).delayMs() > 0;
            }
            if (logged.command() instanceof Transact transact) {
                return i -> i < transact.messages().size()
                        && transact.messages().get(i).delayMs() > 0;
            }
            return i -> false;
        }

        // What the log holds.

        private Future<Optional<String>> door(Cursor cursor) {
            return log.at(cursor.index())
                    .map(entry -> entry.stream()
                            .filter(logged -> logged.holds(cursor))
                            .findFirst()
                            .map(Search.this::door)
                            .filter(door -> !door.isEmpty()));
        }

        private String door(Logged logged) {
            if (logged.command() instanceof Publish publish) {
                return publish.door();
            }
            return logged.command() instanceof Transact transact ? transact.door() : "";
        }

        /** The cursor that its delayed publish was answered with. */
        private Future<Optional<Cursor>> before(StoredMessage message) {
            return log.at(message.cursor().index())
                    .map(entry -> entry.stream()
                            .filter(logged -> logged.holds(message.cursor()))
                            .map(Logged::command)
                            .filter(Release.class::isInstance)
                            .map(command -> ((Release) command).scheduled())
                            .findFirst());
        }

        private Future<Trace> wholly(StoredMessage message) {
            return state(message)
                    .compose(now -> way.settled().compose(v -> {
                        List<Trail> trails = new ArrayList<>();
                        for (int i = 0;
                                i < Math.min(MOST_TRAILS, now.standings().size());
                                i++) {
                            Standing standing = now.standings().get(i);
                            trails.add(new Trail(
                                    message.topicId(),
                                    message.offset(),
                                    standing,
                                    now.leasesMs().get(i),
                                    isLetterOf(message, standing.subscription())));
                        }
                        long from = Math.max(now.first(), message.cursor().index());
                        boolean isLate = from > message.cursor().index();
                        return (trails.isEmpty()
                                        ? Future.succeededFuture(true)
                                        : log.from(from, now.applied(), logged -> {
                                            trails.forEach(trail -> trail.see(logged.at(), logged.command()));
                                            return true;
                                        }))
                                .compose(all -> {
                                    if (!all || isLate) {
                                        trails.forEach(Trail::begunLate);
                                    }
                                    return stands(message, now, trails, 0, new ArrayList<>())
                                            .onSuccess(stands -> now.standings()
                                                    .subList(
                                                            trails.size(),
                                                            now.standings().size())
                                                    .forEach(rest ->
                                                            stands.add(new Stand(rest, List.of(), Optional.empty()))))
                                            .compose(stands -> before(message)
                                                    .compose(before -> door(before.orElse(message.cursor()))
                                                            .map(door -> trace(
                                                                    message,
                                                                    before.map(here.lineage()::text),
                                                                    door,
                                                                    trails.size()
                                                                                    == now.standings()
                                                                                            .size()
                                                                            && trails.stream()
                                                                                    .allMatch(Trail::isWhole),
                                                                    stands))));
                                });
                    }));
        }

        private boolean isLetterOf(StoredMessage message, SubscriptionName name) {
            return new DeadLetterFilter(Optional.empty(), Map.of("skein-dead-subscription", name.value()))
                    .matches(message);
        }

        private Future<List<Stand>> stands(
                StoredMessage message, State now, List<Trail> trails, int i, List<Stand> so) {
            if (i == trails.size()) {
                return Future.succeededFuture(so);
            }
            Standing standing = now.standings().get(i);
            Trail trail = trails.get(i);
            return pulls(trail, trail.leases(), 0)
                    .compose(v -> stand(message, standing, trail))
                    .compose(stand -> {
                        so.add(stand);
                        return stands(message, now, trails, i + 1, so);
                    });
        }

        private Future<Void> pulls(Trail trail, List<Cursor> leases, int i) {
            if (i == leases.size()) {
                return Future.succeededFuture();
            }
            return log.at(leases.get(i).index()).compose(entry -> {
                entry.forEach(logged -> trail.pulled(logged.at(), logged.command()));
                return pulls(trail, leases, i + 1);
            });
        }

        private Future<Stand> stand(StoredMessage message, Standing standing, Trail trail) {
            boolean isTaken = standing.subscription().queue().isPresent();
            if (standing.status() != Status.SETTLED || isTaken || trail.isAcknowledged()) {
                Standing known = standing.status() == Status.SETTLED ? standing.as(Status.ACKNOWLEDGED) : standing;
                return Future.succeededFuture(new Stand(known, trail.deliveries(), Optional.empty()));
            }
            DeadLetterFilter copies = new DeadLetterFilter(
                    Optional.of(new TopicFilter(message.topic())),
                    Map.of(
                            "skein-dead-subscription", standing.subscription().value(),
                            "skein-dead-offset", Long.toString(message.offset())));
            return copy(trail.copies(), 0, copies)
                    .compose(copy -> copy.isPresent()
                            ? Future.succeededFuture(copy)
                            : letter(standing.subscription(), copies, 0, 0, 0))
                    .map(copy -> new Stand(
                            copy.isPresent() ? standing.as(Status.DEAD_LETTERED) : standing,
                            trail.deliveries(),
                            copy.map(letter -> here.lineage().text(letter.cursor()))));
        }

        /** Of those that the log names. */
        private Future<Optional<StoredMessage>> copy(List<Cursor> at, int i, DeadLetterFilter meant) {
            if (i == at.size()) {
                return Future.succeededFuture(Optional.empty());
            }
            return message(at.get(i))
                    .compose(found -> found.filter(meant::matches).isPresent()
                            ? Future.succeededFuture(found)
                            : copy(at, i + 1, meant));
        }

        /** Among those that are dead now, as far as is looked. */
        private Future<Optional<StoredMessage>> letter(
                SubscriptionName name, DeadLetterFilter meant, long topic, long offset, int looked) {
            return proposer.ask(() -> here.subscriptions().dead(name, topic, offset, 1))
                    .compose(next -> {
                        if (next.isEmpty() || looked >= MOST_LETTERS) {
                            return Future.succeededFuture(Optional.empty());
                        }
                        OffsetRange stretch = next.get(0);
                        return new Letters(here, proposer).of(stretch).compose(letters -> {
                            int step = Math.max(1, letters.size());
                            Optional<StoredMessage> found =
                                    letters.stream().filter(meant::matches).findFirst();
                            return found.isPresent()
                                    ? Future.succeededFuture(found)
                                    : letter(
                                            name,
                                            meant,
                                            stretch.topic(),
                                            stretch.first() + step,
                                            looked + Math.max(step, LOOK_LETTERS));
                        });
                    });
        }
    }
}
