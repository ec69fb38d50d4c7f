package io.skein.dashboard;

import io.skein.broker.Broker;
import io.skein.broker.BrokerConfig;
import io.skein.broker.Freshness;
import io.skein.broker.NodeStatus;
import io.skein.broker.SubscriberInfo;
import io.skein.broker.SubscriptionInfo;
import io.skein.broker.TopicInfo;
import io.skein.broker.WallClock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the node once a second, for all open pages together. The figures are always looked at, so that a page that
 * opens has five minutes of charts; lists of topics, subscribers and subscriptions, which cost more, only while a page is open.
 *
 * <p>Lives on the context that started it; {@link #add}, {@link #remove}, {@link #history} and {@link #latest} may be called
 * from any.
 */
final class Sampler {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

    /** With more topics than this their list is looked at less often: it is made anew each time. */
    private static final int MANY_TOPICS = 5_000;

    /** The same of durable subscriptions, of which each is counted over the topics that it follows. */
    private static final int MANY_SUBSCRIPTIONS = 1_000;

    private static final int SAMPLES_PER_LOOK_AT_MANY = 10;

    private static final Comparator<TopicInfo> BY_ACTIVITY = Comparator.comparingDouble(TopicInfo::publishedPerSecond)
            .thenComparingLong(topic -> topic.view().lastTime())
            .thenComparing(topic -> topic.view().name().value(), Comparator.reverseOrder());

    private static final Comparator<SubscriptionInfo> BY_LAG = Comparator.<SubscriptionInfo>comparingLong(
                    info -> info.view().lag())
            .thenComparingLong(info -> info.view().dead())
            .thenComparing(info -> info.view().name().value(), Comparator.reverseOrder());

    private final Broker broker;
    private final ConsoleFigures figures;
    private final ConsoleLimits limits;
    private final Set<OpenPage> pages = ConcurrentHashMap.newKeySet();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Elections elections = new Elections();
    private volatile List<Sample> history = List.of();
    private volatile Optional<Buffer> latest = Optional.empty();
    private volatile Context context;
    private final WallClock clock;
    private Vertx vertx;
    private long timer = -1;
    private volatile boolean stopped;
    private long previousNanos;
    private NodeStatus.Figures previous;
    private Optional<StateJson.Lists> lists = Optional.empty();
    private boolean looking;
    private int samplesSinceLook;

    Sampler(Broker broker, ConsoleFigures figures, ConsoleLimits limits, WallClock clock) {
        this.clock = clock;
        this.broker = broker;
        this.figures = figures;
        this.limits = limits;
    }

    /** On the context it is to live on. */
    void start(Vertx vertx, Context context) {
        this.vertx = vertx;
        this.context = context;
        previous = broker.status().figures();
        previousNanos = System.nanoTime();
        arm();
    }

    void stop() {
        stopped = true;
        vertx.cancelTimer(timer);
        pages.forEach(OpenPage::end);
    }

    /** False when there are too many already, or the node goes. */
    boolean add(OpenPage page) {
        pages.add(page);
        if (stopped || pages.size() > limits.pages()) {
            pages.remove(page);
            return false;
        }
        // It gets the lists at once, if nobody looked at them for a while.
        if (context != null) {
            context.runOnContext(ignored -> lookSoon());
        }
        return true;
    }

    void remove(OpenPage page) {
        pages.remove(page);
    }

    int openPages() {
        return pages.size();
    }

    /** Oldest first. */
    List<Sample> history() {
        return history;
    }

    /** The last state as an event; empty before the first. */
    Optional<Buffer> latest() {
        return latest;
    }

    /** One shot, armed again each time: after a pause of the process a periodic timer would fire many times at once. */
    private void arm() {
        if (!stopped) {
            timer = vertx.setTimer(limits.sampleMs(), ignored -> {
                try {
                    sample();
                } catch (RuntimeException defect) {
                    LOG.error("the console could not look at the node", defect);
                } finally {
                    arm();
                }
            });
        }
    }

    private void sample() {
        long nanos = System.nanoTime();
        NodeStatus status = broker.status();
        double seconds = Math.max(nanos - previousNanos, 1_000_000) / 1e9;
        Sample sample = new Sample(
                clock.millis(),
                Math.max(0, status.figures().published() - previous.published()) / seconds,
                Math.max(0, status.figures().delivered() - previous.delivered()) / seconds,
                figures.fsync(),
                figures.commit());
        previousNanos = nanos;
        previous = status.figures();
        elections.look(status, sample.at());
        samples.addLast(sample);
        if (samples.size() > limits.historySamples()) {
            samples.removeFirst();
        }
        history = List.copyOf(samples);
        if (pages.isEmpty()) {
            // The next page shall not see lists of long ago.
            lists = Optional.empty();
            latest = Optional.empty();
            return;
        }
        samplesSinceLook++;
        if (!lists.map(Sampler::areMany).orElse(false) || samplesSinceLook >= SAMPLES_PER_LOOK_AT_MANY) {
            look().onFailure(Sampler::notNow);
        }
        tell(status, sample);
    }

    private static boolean areMany(StateJson.Lists known) {
        return known.topicCount() > MANY_TOPICS || known.subscriptionCount() > MANY_SUBSCRIPTIONS;
    }

    private void lookSoon() {
        if (!stopped && lists.isEmpty() && !looking) {
            // The charts' points come once a second only: this repeats the last one, with the lists.
            look().onSuccess(ignored -> {
                        if (!samples.isEmpty() && lists.isPresent()) {
                            tell(broker.status(), samples.getLast());
                        }
                    })
                    .onFailure(Sampler::notNow);
        }
    }

    private void tell(NodeStatus status, Sample sample) {
        Buffer event = StateJson.event(
                "state",
                StateJson.state(status, sample, elections.newestFirst(), figures.disk(), figures.backups(), lists));
        latest = Optional.of(event);
        pages.forEach(page -> page.offer(event));
    }

    /** One at a time: a broker that answers slowly is not asked again meanwhile, and states go on with the last lists. */
    private Future<Void> look() {
        if (looking) {
            return Future.succeededFuture();
        }
        looking = true;
        samplesSinceLook = 0;
        Future<List<TopicInfo>> topics = broker.topics(Optional.empty(), Freshness.NONE);
        Future<List<SubscriberInfo>> subscribers = broker.subscribers(limits.subscribers());
        Foremost<SubscriptionInfo> lagging = new Foremost<>(BY_LAG, limits.subscriptions());
        Future<Void> subscriptions = subscriptions(Optional.empty(), lagging);
        return Future.join(topics, subscribers, subscriptions)
                .andThen(ignored -> looking = false)
                .map(ignored -> {
                    lists = Optional.of(new StateJson.Lists(
                            clock.millis(),
                            topics.result().size(),
                            new Foremost<>(BY_ACTIVITY, limits.topics())
                                    .add(topics.result())
                                    .inOrder(),
                            subscribers.result(),
                            lagging.seen(),
                            lagging.inOrder()));
                    return null;
                });
    }

    private static void notNow(Throwable refusal) {
        LOG.debug("the console goes on with the lists it has: {}", refusal.toString());
    }

    /** Page by page, so that no more than a page of them is there at a time. */
    private Future<Void> subscriptions(Optional<String> after, Foremost<SubscriptionInfo> into) {
        return broker.subscriptions()
                .list(after, BrokerConfig.MAX_LIMIT, Freshness.NONE)
                .compose(page -> {
                    into.add(page.subscriptions());
                    return page.next().isPresent() ? subscriptions(page.next(), into) : Future.succeededFuture();
                });
    }
}
