package io.skein.metrics;

import io.skein.broker.Queues;
import io.skein.broker.Refusal;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/** The queues of RRMQ with counters at their door: what is put is published, what is taken is delivered. */
final class MeteredQueues implements Queues {
    private final Queues queues;
    private final Runnable put;
    private final Runnable taken;
    private final ObjIntConsumer<String> refused;

    /** @param refused is told of messages that were not taken in, by the refusal's code */
    MeteredQueues(Queues queues, Runnable put, Runnable taken, ObjIntConsumer<String> refused) {
        this.queues = queues;
        this.put = put;
        this.taken = taken;
        this.refused = refused;
    }

    @Override
    public Future<Void> put(Publication message) {
        return queues.put(message).andThen((done, failure) -> {
            if (failure == null) {
                put.run();
            } else {
                refused.accept(failure instanceof Refusal refusal ? refusal.code() : "internal", 1);
            }
        });
    }

    @Override
    public Future<Optional<byte[]>> take(TopicName topic) {
        return queues.take(topic).map(body -> {
            if (body.isPresent()) {
                taken.run();
            }
            return body;
        });
    }

    @Override
    public Future<Void> create(TopicName topic) {
        return queues.create(topic);
    }

    @Override
    public Future<List<TopicName>> names(boolean confirmed) {
        return queues.names(confirmed);
    }
}
