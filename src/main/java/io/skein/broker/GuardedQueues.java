package io.skein.broker;

import io.skein.account.Action;
import io.skein.machine.Cursor;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** RRMQ's queues as far as they are open to one guest. */
final class GuardedQueues implements Queues {
    /** What becomes of a message that was put: whatever is refused is a failure. */
    private static final TopicOutcome.Result STORED = new TopicOutcome.Accepted(0, Cursor.ORIGIN, 0);

    private final LocalGuest guest;
    private final Queues hall;

    GuardedQueues(LocalGuest guest, Queues hall) {
        this.guest = guest;
        this.hall = hall;
    }

    @Override
    public Future<Void> create(TopicName topic) {
        Refusal no = guest.whyNot(Action.MANAGE, topic.value());
        return no == null ? hall.create(topic) : Future.failedFuture(no);
    }

    @Override
    public Future<List<TopicName>> names(boolean confirmed) {
        Refusal no = guest.whyNobody();
        if (no != null) {
            return Future.failedFuture(no);
        }
        Future<List<TopicName>> all = hall.names(confirmed);
        return guest.mayAdminister()
                ? all
                : all.map(names -> names.stream()
                        .filter(name -> GuardedBroker.mayKnow(guest, name.value()))
                        .toList());
    }

    @Override
    public Future<Void> put(Publication message) {
        Refusal no = guest.whyNot(Action.PUBLISH, message.topic().value());
        return no == null
                ? guest.throttle()
                        .charged(guest.account(), List.of(message), () -> hall.put(message), put -> List.of(STORED))
                : Future.failedFuture(no);
    }

    @Override
    public Future<Optional<byte[]>> take(TopicName topic) {
        Refusal no = guest.whyNot(Action.SUBSCRIBE, topic.value());
        return no == null ? hall.take(topic) : Future.failedFuture(no);
    }
}
