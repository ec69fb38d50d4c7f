package io.skein.broker;

import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** The queues of a node that cannot serve them, for one reason. */
public final class BentQueues implements Queues {
    private final Refusal why;

    public BentQueues(Refusal why) {
        this.why = why;
    }

    @Override
    public Future<Void> create(TopicName topic) {
        return Future.failedFuture(why);
    }

    @Override
    public Future<List<TopicName>> names(boolean confirmed) {
        return confirmed ? Future.failedFuture(why) : Future.succeededFuture(List.of(new TopicName("own")));
    }

    @Override
    public Future<Void> put(Publication message) {
        return Future.failedFuture(why);
    }

    @Override
    public Future<Optional<byte[]>> take(TopicName topic) {
        return Future.failedFuture(why);
    }
}
