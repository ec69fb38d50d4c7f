package io.skein.broker;

import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What every door talks to. Callable from any event-loop context; futures complete on the caller's context. A future
 * fails with {@link Refusal} and nothing else; anything else is a defect.
 */
public interface Broker {
    /**
     * Publishes one command's messages. Completes when they are durable on a majority and decided: one result for each
     * message, in order. A single rejected message of a non-atomic command is a result, not a failure.
     */
    Future<PublishAck> publish(Publish publish);

    /** One page of what is kept, in log order, without consuming; waits up to {@link Read#waitMs} for a first message. */
    Future<Page> read(Read read);

    /**
     * Begins a live stream: catch-up from {@link Subscribe#from} to live, without gap or double. The subscriber is called
     * on the caller's context only. Completes when the start position is resolved.
     */
    Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber);

    /** Durable subscriptions; the same object each time. */
    Subscriptions subscriptions();

    /** The queues of RRMQ; the same object each time. */
    Queues queues();

    /** Topics that match, by name; system topics only when the filter names them. */
    Future<List<TopicInfo>> topics(Optional<TopicFilter> filter, Freshness freshness);

    Future<TopicInfo> topic(TopicName name, Freshness freshness);

    /** Makes or changes a topic. */
    Future<ChangeAck> configure(TopicName name, TopicConfig config, Optional<String> idempotencyKey);

    /** Deletes a topic with its messages and its queue. */
    Future<ChangeAck> delete(TopicName name, Optional<String> idempotencyKey);

    /** Delayed messages by due time, after that of {@code after} (a cursor text), at most {@code limit}. */
    Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness);

    /** Forgets a delayed message. */
    Future<ChangeAck> cancel(String cursor, Optional<String> idempotencyKey);

    /** Adds the node found at {@code address} (host:port of its Raft port); completes when it is in the log as a learner. */
    Future<Void> addMember(String id, String address, boolean voter);

    /** Completes when the removal is committed. */
    Future<Void> removeMember(String id);

    /** Completes when that node leads, as far as this one knows. */
    Future<Void> transfer(String id);

    /**
     * Makes a backup of what this node has, one at a time: whoever comes meanwhile is refused with
     * {@link Refusal.Kind#TOO_MANY}. The caller lets it go ({@link Backup#end}), also when nobody wants it any more.
     *
     * @param freshness what it holds at least
     * @param unwanted asked from another thread, now and then; once true the work ends and the future fails
     */
    Future<Backup> backup(Freshness freshness, BooleanSupplier unwanted);

    /**
     * The leader hands over to whoever is best placed; completes when another one leads, as far as this node knows.
     *
     * @param from who is to hand over, a member: at once when another one leads; empty: whoever leads
     */
    Future<Void> handOver(Optional<String> from);

    /** This node's word; never fails, never waits. Refreshed with every applied batch. */
    NodeStatus status();

    /**
     * Registers a door's session with the figures of {@link #status()}; doors call it once per connection.
     *
     * @throws Refusal when the node has as many as it may
     */
    Connection connected(String door, String peer);

    /** What whoever runs this node looks at; the same object each time. */
    Inspection inspection();

    /** Live subscriptions of this node, for people to look at; at most {@code limit}. */
    Future<List<SubscriberInfo>> subscribers(int limit);
}
