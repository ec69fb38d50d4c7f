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
    /** The one door that has queues. */
    private static final String HTTP = "http";

    private final Queues queues;
    private final MessageMeters messages;
    private final MessageMeters.Flow taken;
    private final ObjIntConsumer<String> refused;

    /** @param refused is told of messages that were not taken in, by the refusal's code */
    MeteredQueues(Queues queues, MessageMeters messages, ObjIntConsumer<String> refused) {
        this.queues = queues;
        this.messages = messages;
        this.taken = messages.delivered(HTTP, MessageMeters.TAKE);
        this.refused = refused;
    }

    @Override
    public Future<Void> put(Publication message) {
        long since = System.nanoTime();
        return queues.put(message).andThen((done, failure) -> {
            if (failure == null) {
                messages.acknowledged(HTTP, System.nanoTime() - since);
                messages.published(HTTP, 1, message.message().size());
            } else {
                refused.accept(failure instanceof Refusal refusal ? refusal.code() : "internal", 1);
            }
        });
    }

    @Override
    public Future<Optional<byte[]>> take(TopicName topic) {
        return queues.take(topic).map(body -> {
            body.ifPresent(bytes -> taken.add(1, bytes.length));
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
