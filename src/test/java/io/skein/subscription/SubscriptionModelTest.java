package io.skein.subscription;

import static io.skein.subscription.SubscriptionLog.name;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.Due;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.CreateQueue;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.DeleteTopic;
import io.skein.subscription.SubscriptionCommand.Discard;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.subscription.SubscriptionCommand.Pause;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Settle;
import io.skein.subscription.SubscriptionCommand.Take;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.subscription.SubscriptionModel.Place;
import io.skein.subscription.SubscriptionOutcome.Aborted;
import io.skein.subscription.SubscriptionOutcome.Counted;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.skein.subscription.SubscriptionOutcome.Settled;
import io.skein.subscription.SubscriptionOutcome.Taken;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commands against the machine and against {@link SubscriptionModel}s, which know every message for itself. After
 * each one what the machine says of its subscriptions is true of the models; and machines made from the rows or from the
 * snapshot are the same.
 */
class SubscriptionModelTest {
    private static final int STEPS = 500;
    private static final List<String> TOPICS = List.of("a", "b/1", "b/2", "c");
    private static final List<String> FILTERS = List.of("a", "b/+", "#", "b/1", "+/+");

    private final TreeMap<String, SubscriptionModel> models = new TreeMap<>();
    private final SubscriptionModel.Messages messages = new SubscriptionModel.Messages();
    /** Every lease that anybody ever got, the old ones too. */
    private final List<Leases> leases = new ArrayList<>();

    private SubscriptionLog log;
    private Random random;
    private int lent;
    private int buried;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 146, 187, 744})
    void theMachineAgreesWithModelsOfEveryMessage(long seed) {
        random = new Random(seed);
        log = new SubscriptionLog(new SubscriptionLimits(
                6, 40, seed % 4 == 0 ? 8 : 1_000, 1_000, seed % 5 == 0 ? 100 : 1_000, 1 + random.nextInt(4), 10_000));
        for (int step = 0; step < STEPS; step++) {
            step();
            models.values().forEach(SubscriptionModel::agrees);
            if (random.nextInt(20) == 0) {
                log.shadow = log.restarted();
            }
            log.holdsAfterARestart();
        }
        assertTrue(seed > 99 || lent > 100, "seed " + seed + " lent only " + lent);
        assertTrue(seed > 99 || buried > 0, "seed " + seed + " had no dead letter");
    }

    private Map<Long, Long> lowWaters() {
        Map<Long, Long> lowWaters = new HashMap<>();
        log.node.topics.all().forEach(topic -> lowWaters.put(topic.id(), topic.lowWater()));
        return lowWaters;
    }

    /** Nothing goes from a work queue that somebody who follows it has not settled. */
    private void workQueues(Map<Long, Long> before) {
        for (Change change : log.changes) {
            if (change instanceof TopicChange.Trimmed trimmed) {
                TopicView topic = log.node.topics.find(trimmed.topic()).orElseThrow();
                for (SubscriptionModel model : models.values()) {
                    assertTrue(
                            topic.config().ageMs() > 0
                                    || !model.follows(topic.id())
                                    || topic.lowWater() <= model.floor(topic.id(), before.get(topic.id())),
                            topic + " dropped what " + model.name + " has not settled");
                }
            }
        }
    }

    private void step() {
        log.time += random.nextInt(8) == 0 ? random.nextInt(3_000) : random.nextInt(20);
        int what = random.nextInt(100);
        if (what < 25) {
            publish();
        } else if (what < 50) {
            pull();
        } else if (what < 62) {
            ack();
        } else if (what < 72) {
            nack();
        } else if (what < 75) {
            extend();
        } else if (what < 86) {
            due();
        } else if (what < 89) {
            transact();
        } else if (what < 92) {
            exhume();
        } else if (what < 94) {
            take();
        } else {
            operate();
        }
    }

    private void apply(io.skein.machine.Command command) {
        outcome = log.apply(command);
        learn();
    }

    private Outcome outcome;

    /** What topics did: the models follow new ones and forget those that are gone. */
    private void learn() {
        messages.learn(log.changes);
        for (Change change : log.changes) {
            if (change instanceof TopicChange.Created created) {
                for (SubscriptionModel model : models.values()) {
                    if (wants(model, created.name().value())) {
                        model.follow(created.topic(), 0);
                    }
                }
            } else if (change instanceof TopicChange.Deleted deleted) {
                models.values().forEach(model -> model.topicDeleted(deleted.topic()));
            }
        }
    }

    private static boolean wants(SubscriptionModel model, String topic) {
        return model.config.filter().matches(topic)
                && !model.config.deadLetter().map(TopicName::value).equals(Optional.of(topic));
    }

    private String topic() {
        return TOPICS.get(random.nextInt(TOPICS.size()));
    }

    /** Null when there is none. */
    private SubscriptionModel any() {
        List<SubscriptionModel> all = new ArrayList<>(models.values());
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }

    private List<Publication> publications(int most) {
        List<Publication> publications = new ArrayList<>();
        int count = 1 + random.nextInt(most);
        for (int i = 0; i < count; i++) {
            long ttl = random.nextInt(6) == 0 ? 1 + random.nextInt(4_000) : 0;
            String key = random.nextInt(4) == 0 ? "" : "k" + random.nextInt(4);
            publications.add(
                    new Publication(new TopicName(topic()), SubscriptionLog.message(key, "m" + i), 0, ttl, -1));
        }
        return publications;
    }

    private void publish() {
        apply(new TopicCommand.Publish(publications(6), false, true, Optional.empty()));
    }

    private void pull() {
        SubscriptionModel model = any();
        if (model == null) {
            subscribe();
            return;
        }
        int max = 1 + random.nextInt(random.nextBoolean() ? 3 : 20);
        Pulled pulled = log.pull(model.name, max, "w" + random.nextInt(3));
        learn();
        model.pulled(pulled, max, log.changes);
        leases.addAll(SubscriptionLog.leases(pulled));
        lent += SubscriptionLog.leases(pulled).size();
        if (pulled.lent().isEmpty()
                && !model.config.paused()
                && !log.view(model.name).isHeld()) {
            SubscriptionName name = name(model.name);
            if (!log.node.subscriptions.isReady(name)) {
                model.isDry();
            }
        }
    }

    /** Of one subscription, some of them long lost, some said as ranges. */
    private List<Leases> some(SubscriptionModel model) {
        List<Leases> own = new ArrayList<>();
        for (int i = Math.max(0, leases.size() - 40); i < leases.size(); i++) {
            if (leases.get(i).subscription() == model.id && random.nextInt(3) > 0) {
                own.add(leases.get(i));
            }
        }
        if (random.nextBoolean()) {
            Collections.shuffle(own, random);
            return own.subList(0, Math.min(own.size(), 1 + random.nextInt(10)));
        }
        List<Leases> ranges = new ArrayList<>();
        for (Leases lease : own.subList(0, Math.min(own.size(), 10))) {
            int last = ranges.size() - 1;
            if (last >= 0 && ranges.get(last).isFollowedBy(lease)) {
                Leases before = ranges.remove(last);
                ranges.add(before.part(before.first(), lease.end()));
            } else {
                ranges.add(lease);
            }
        }
        return ranges;
    }

    private void ack() {
        SubscriptionModel model = any();
        if (model != null) {
            List<Leases> some = some(model);
            Settled settled = log.ack(model.name, some);
            learn();
            model.acknowledged(some, settled.refused());
        }
    }

    private void nack() {
        SubscriptionModel model = any();
        if (model != null) {
            List<Leases> some = some(model);
            long delay = random.nextInt(3) - 1 == 1 ? random.nextInt(500) : random.nextInt(2) - 1;
            Settled settled = log.nack(model.name, some, delay);
            learn();
            model.givenBack(some, settled.refused(), delay);
        }
    }

    private void extend() {
        SubscriptionModel model = any();
        if (model != null) {
            List<Leases> some = some(model);
            long leaseMs = 1 + random.nextInt(3_000);
            Settled settled = log.extend(model.name, some, leaseMs);
            learn();
            model.extended(some, settled.refused(), log.time + leaseMs);
        }
    }

    /** What is due is done, or a part of it. */
    private void due() {
        for (Due due : log.node.topics.due(log.time + 1, 10)) {
            if (due instanceof Due.Propose propose) {
                apply(propose.command());
            }
        }
        for (Due due : log.node.subscriptions.due(log.time + 1, 1 + random.nextInt(5))) {
            if (due instanceof Due.Propose propose) {
                assertInstanceOf(Settle.class, propose.command());
                Map<Long, Long> before = lowWaters();
                apply(propose.command());
                models.values().forEach(SubscriptionModel::settled);
                workQueues(before);
            } else if (due instanceof Due.Fetch fetch) {
                bury(fetch.place());
            }
        }
    }

    private void bury(Cursor place) {
        Mark mark = log.node.subscriptions.mark(place).orElseThrow();
        log.bury(mark);
        learn();
        long first = mark.first();
        for (Change change : log.changes) {
            if (change instanceof TopicChange.Appended copy) {
                int copies = copy.messages().size();
                model(mark).buried(mark.topic(), first, copies, mark.deliveries(), copy.topic(), copy.firstOffset());
                first += copies;
                buried += copies;
            }
        }
    }

    private SubscriptionModel model(Mark mark) {
        return models.values().stream()
                .filter(model -> log.changes.stream()
                        .anyMatch(change ->
                                change instanceof SubscriptionChange.DeadSet set && set.subscription() == model.id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody's " + mark));
    }

    private void transact() {
        SubscriptionModel acks = any();
        SubscriptionModel nacks = any();
        if (acks == null || nacks == acks) {
            return;
        }
        List<Leases> done = some(acks);
        List<Leases> back = some(nacks);
        apply(new Transact(
                publications(3),
                true,
                List.of(new Acks(name(acks.name), done)),
                List.of(new Nacks(name(nacks.name), back, -1, "t"))));
        if (outcome instanceof Aborted aborted) {
            assertTrue(log.changes.isEmpty() && !aborted.refused().isEmpty());
        } else if (!(outcome instanceof Rejected)) {
            acks.acknowledged(done, List.of());
            nacks.givenBack(back, List.of(), -1);
        }
    }

    private void exhume() {
        SubscriptionModel model = any();
        if (model == null) {
            return;
        }
        Set<Place> chosen = new HashSet<>();
        Optional<List<OffsetRange>> ranges = Optional.empty();
        if (random.nextBoolean()) {
            chosen.addAll(model.dead);
        } else {
            List<OffsetRange> some = new ArrayList<>();
            for (Place place : model.dead) {
                if (random.nextBoolean()) {
                    some.add(new OffsetRange(place.topic(), place.offset(), 1));
                    chosen.add(place);
                }
            }
            ranges = Optional.of(some);
        }
        boolean redrives = random.nextBoolean();
        apply(redrives ? new Redrive(name(model.name), ranges, 0) : new Discard(name(model.name), ranges));
        model.exhumed(chosen, redrives, ((Counted) outcome).done());
    }

    private void take() {
        TopicName topic = new TopicName(topic());
        apply(new Take(topic));
        if (outcome instanceof Taken taken) {
            String queue = SubscriptionName.ofQueue(topic).value();
            Optional<SubscriptionView> view = log.node.subscriptions.find(name(queue));
            if (view.isPresent() && !models.containsKey(queue)) {
                var model = new SubscriptionModel(
                        log, messages, queue, view.get().id(), view.get().config());
                model.follow(taken.topic(), 0);
                models.put(queue, model);
            }
            SubscriptionModel model = models.get(queue);
            if (taken.offset() >= 0) {
                model.taken(new Place(taken.topic(), taken.offset()));
            } else if (model != null) {
                model.isEmpty();
            }
        }
    }

    private void operate() {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> subscribe();
            case 3 -> configureTopic();
            case 4 -> {
                SubscriptionModel model = any();
                if (model != null && random.nextInt(3) == 0) {
                    apply(new Delete(name(model.name)));
                    if (!(outcome instanceof Rejected)) {
                        models.remove(model.name);
                    }
                }
            }
            case 5 -> {
                SubscriptionModel model = any();
                if (model != null && random.nextInt(2) == 0) {
                    boolean latest = random.nextBoolean();
                    apply(new Seek(name(model.name), latest ? new Start.Latest() : new Start.Earliest()));
                    if (!(outcome instanceof Rejected)) {
                        model.seek(latest);
                    }
                }
            }
            case 6 -> {
                SubscriptionModel model = any();
                if (model != null) {
                    boolean paused = random.nextInt(4) == 0;
                    apply(new Pause(name(model.name), paused));
                    if (!(outcome instanceof Rejected)) {
                        model.config = model.config.withPaused(paused);
                    }
                }
            }
            default -> {
                TopicName topic = new TopicName(topic());
                if (random.nextInt(3) > 0) {
                    apply(new CreateQueue(topic));
                    if (!(outcome instanceof Rejected)) {
                        learnQueue(topic);
                    }
                } else {
                    apply(random.nextBoolean() ? new DeleteTopic(topic) : new TopicCommand.Delete(topic));
                    String queue = SubscriptionName.ofQueue(topic).value();
                    if (log.node.subscriptions.find(name(queue)).isEmpty()) {
                        models.remove(queue);
                    }
                }
            }
        }
    }

    private void learnQueue(TopicName topic) {
        String queue = SubscriptionName.ofQueue(topic).value();
        SubscriptionView view = log.node.subscriptions.find(name(queue)).orElseThrow();
        if (!models.containsKey(queue)) {
            var model = new SubscriptionModel(log, messages, queue, view.id(), view.config());
            model.follow(log.topic(topic.value()).id(), 0);
            models.put(queue, model);
        }
    }

    private void configureTopic() {
        long messagesKept = random.nextInt(3) == 0 ? 0 : 5 + random.nextInt(30);
        long age = random.nextInt(3) == 0 ? 2_000 + random.nextInt(20_000) : 0;
        var config = new TopicConfig(age, 0, messagesKept, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0);
        apply(new TopicCommand.Configure(new TopicName(topic()), config.withAcknowledged(random.nextInt(3) == 0)));
    }

    private void subscribe() {
        String name = "s" + random.nextInt(3);
        SubscriptionModel known = models.get(name);
        if (known != null) {
            return;
        }
        var config = new SubscriptionConfig(
                new TopicFilter(FILTERS.get(random.nextInt(FILTERS.size()))),
                500 + random.nextInt(3_000),
                random.nextInt(3),
                random.nextBoolean() ? List.of() : List.of(100L, 1_000L),
                random.nextInt(3) == 0 ? Optional.of(new TopicName("c")) : Optional.empty(),
                random.nextInt(3) == 0 ? SubscriptionConfig.Order.KEY : SubscriptionConfig.Order.TOPIC,
                false);
        boolean latest = random.nextBoolean();
        apply(new Configure(name(name), config, latest ? new Start.Latest() : new Start.Earliest()));
        if (outcome instanceof Rejected) {
            return;
        }
        var model = new SubscriptionModel(log, messages, name, log.view(name).id(), config);
        models.put(name, model);
        for (TopicView topic : log.node.topics.all()) {
            if (wants(model, topic.name().value())) {
                model.follow(topic.id(), latest ? topic.nextOffset() : 0);
            }
        }
    }
}
