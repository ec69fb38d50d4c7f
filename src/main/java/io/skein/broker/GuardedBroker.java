package io.skein.broker;

import io.skein.account.AccountName;
import io.skein.account.Action;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The broker as far as it is open to one guest: publishing, reading and managing by topic, the rest for admins; and
 * publishing as much as limits let through. What he calls his own, idempotency keys and producers, is told apart from what others call the same.
 */
final class GuardedBroker implements Broker {
    private final LocalGuest guest;
    private final Broker hall;
    private final GuardedSubscriptions subscriptions;
    private final GuardedQueues queues;
    private final GuardedInspection inspection;

    GuardedBroker(LocalGuest guest, Broker hall) {
        this.guest = guest;
        this.hall = hall;
        this.subscriptions = new GuardedSubscriptions(guest, hall);
        this.queues = new GuardedQueues(guest, hall.queues());
        this.inspection = new GuardedInspection(guest, hall);
    }

    private static <T> Future<T> unless(Refusal no, Supplier<Future<T>> then) {
        return no == null ? then.get() : Future.failedFuture(no);
    }

    @Override
    public Future<PublishAck> publish(Publish publish) {
        Refusal no = whyNotPublish(guest, publish.messages());
        if (no == null && TraceLog.isOn()) {
            TraceLog.taken(publish, guest.name().map(AccountName::value).orElse("somebody"));
        }
        return no == null
                ? guest.throttle()
                        .charged(
                                guest.account(),
                                publish.messages(),
                                () -> hall.publish(own(publish)),
                                PublishAck::results)
                : Future.failedFuture(no);
    }

    /** All or nothing: of a list with a topic too many nothing is published. */
    static Refusal whyNotPublish(LocalGuest guest, List<Publication> messages) {
        String last = null;
        for (int i = 0; i < messages.size(); i++) {
            String topic = messages.get(i).topic().value();
            if (!topic.equals(last)) {
                Refusal no = guest.whyNot(Action.PUBLISH, topic);
                if (no != null) {
                    return no;
                }
                last = topic;
            }
        }
        return null;
    }

    private Publish own(Publish publish) {
        if (publish.idempotencyKey().isEmpty() && publish.sequence().isEmpty()) {
            return publish;
        }
        return new Publish(
                publish.messages(),
                publish.atomic(),
                publish.sequence()
                        .map(sequence -> new TopicCommand.Sequence(
                                guest.own(sequence.producer()), sequence.epoch(), sequence.number())),
                publish.door(),
                guest.own(publish.scope()),
                publish.idempotencyKey());
    }

    private Refusal whyNotRead(List<TopicFilter> filters) {
        return whyNotRead(guest, filters);
    }

    static Refusal whyNotRead(LocalGuest guest, List<TopicFilter> filters) {
        for (TopicFilter filter : filters) {
            Refusal no = guest.whyNot(Action.SUBSCRIBE, filter.value());
            if (no != null) {
                return no;
            }
        }
        return null;
    }

    @Override
    public Future<Page> read(Read read) {
        Refusal no = whyNotRead(read.filters());
        if (no != null) {
            return Future.failedFuture(no);
        }
        Future<Page> page = hall.read(read);
        return guest.permit() == null ? page : GuardedRead.of(guest, read.filters(), page);
    }

    @Override
    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
        Refusal no = whyNotRead(subscribe.filters());
        if (no != null) {
            return Future.failedFuture(no);
        }
        if (guest.permit() == null) {
            return hall.subscribe(subscribe, subscriber);
        }
        GuardedStream stream = new GuardedStream(guest, subscribe.filters(), subscriber);
        return hall.subscribe(subscribe, stream).compose(stream::opened);
    }

    @Override
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    @Override
    public Queues queues() {
        return queues;
    }

    /** Whether he may anything with this topic, so that he may know of it. */
    static boolean mayKnow(LocalGuest guest, String topic) {
        return guest.whyNot(Action.SUBSCRIBE, topic) == null
                || guest.whyNot(Action.PUBLISH, topic) == null
                || guest.whyNot(Action.MANAGE, topic) == null;
    }

    @Override
    public Future<List<TopicInfo>> topics(Optional<TopicFilter> filter, Freshness freshness) {
        return unless(guest.whyNobody(), () -> hall.topics(filter, freshness).map(this::known));
    }

    private List<TopicInfo> known(List<TopicInfo> topics) {
        return guest.mayAdminister()
                ? topics
                : topics.stream()
                        .filter(info -> mayKnow(guest, info.view().name().value()))
                        .toList();
    }

    @Override
    public Future<TopicInfo> topic(TopicName name, Freshness freshness) {
        Refusal no = mayKnow(guest, name.value()) ? null : guest.whyNot(Action.SUBSCRIBE, name.value());
        return unless(no, () -> hall.topic(name, freshness));
    }

    @Override
    public Future<ChangeAck> configure(TopicName name, TopicConfig config, Optional<String> idempotencyKey) {
        return unless(
                guest.whyNot(Action.MANAGE, name.value()),
                () -> hall.configure(name, config, guest.own(idempotencyKey)));
    }

    @Override
    public Future<ChangeAck> delete(TopicName name, Optional<String> idempotencyKey) {
        return unless(guest.whyNot(Action.MANAGE, name.value()), () -> hall.delete(name, guest.own(idempotencyKey)));
    }

    @Override
    public Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness) {
        return unless(
                guest.whyNobody(),
                () -> hall.scheduled(after, limit, freshness)
                        .map(page -> new ScheduledPage(
                                page.messages().stream()
                                        .filter(item -> guest.whyNot(
                                                        Action.SUBSCRIBE,
                                                        item.publication()
                                                                .topic()
                                                                .value())
                                                == null)
                                        .toList(),
                                page.next())));
    }

    @Override
    public Future<ChangeAck> cancel(String cursor, Optional<String> idempotencyKey) {
        Optional<String> key = guest.own(idempotencyKey);
        if (guest.mayAdminister()) {
            return unless(guest.whyNoAdmin(), () -> hall.cancel(cursor, key));
        }
        return unless(guest.whyNobody(), () -> hall.subscriptions().trace(cursor, Freshness.LINEARIZABLE, false))
                .compose(trace -> unless(guest.whyNot(Action.MANAGE, trace.topic()), () -> hall.cancel(cursor, key)));
    }

    @Override
    public Future<Void> addMember(String id, String address, boolean voter) {
        return unless(guest.whyNoAdmin(), () -> hall.addMember(id, address, voter));
    }

    @Override
    public Future<Void> removeMember(String id) {
        return unless(guest.whyNoAdmin(), () -> hall.removeMember(id));
    }

    @Override
    public Future<Void> transfer(String id) {
        return unless(guest.whyNoAdmin(), () -> hall.transfer(id));
    }

    @Override
    public Future<Backup> backup(Freshness freshness, BooleanSupplier unwanted) {
        return unless(guest.whyNoAdmin(), () -> hall.backup(freshness, unwanted));
    }

    @Override
    public Future<Void> handOver(Optional<String> from) {
        return unless(guest.whyNoAdmin(), () -> hall.handOver(from));
    }

    @Override
    public NodeStatus status() {
        return hall.status();
    }

    @Override
    public Connection connected(String door, String peer) {
        return hall.connected(door, peer);
    }

    @Override
    public Inspection inspection() {
        return inspection;
    }

    @Override
    public Future<List<SubscriberInfo>> subscribers(int limit) {
        return unless(guest.whyNoAdmin(), () -> hall.subscribers(limit));
    }
}
