package io.skein.broker;

import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * The queues of the Raft REST message queue (API.md section 4): topics of which each message is taken by one caller, for
 * good. Only a leader answers; another node refuses with the code {@code not-leader}, and a leader that does not hear
 * from its majority in time with kind {@link Refusal.Kind#UNAVAILABLE} or {@link Refusal.Kind#INDETERMINATE}. Contexts
 * and failures as in {@link Broker}.
 */
public interface Queues {
    /** Makes a topic that must not exist, and its queue with it. */
    Future<Void> create(TopicName topic);

    /**
     * This node's topics that do not begin with {@code $}, in the order in which they were made.
     *
     * @param confirmed first confirms that this node leads, so that they are those of the cluster
     */
    Future<List<TopicName>> names(boolean confirmed);

    /** Appends to a topic that exists. */
    Future<Void> put(Publication message);

    /** Takes the first message, with the body; empty when there is none. */
    Future<Optional<byte[]>> take(TopicName topic);
}
