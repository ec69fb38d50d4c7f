package io.skein.subscription;

import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.CreateQueue;
import io.skein.subscription.SubscriptionCommand.DeadLetter;
import io.skein.subscription.SubscriptionCommand.Delete;
import io.skein.subscription.SubscriptionCommand.DeleteTopic;
import io.skein.subscription.SubscriptionCommand.Discard;
import io.skein.subscription.SubscriptionCommand.Extend;
import io.skein.subscription.SubscriptionCommand.Nack;
import io.skein.subscription.SubscriptionCommand.Pause;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Settle;
import io.skein.subscription.SubscriptionCommand.Take;
import io.skein.subscription.SubscriptionCommand.Transact;
import io.skein.subscription.SubscriptionOutcome.Counted;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.subscription.SubscriptionOutcome.Settled;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicFollowers;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.wire.CommandProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Subscriptions as one state machine, on top of that of topics.
 *
 * <p>A pull, followed: {@link #decide} asks {@link Consumers}, a {@link Handout} takes positions in turn and writes runs
 * into drafts on top of the state, {@link Draft} makes changes of what differs; {@link #evolve} moves the
 * {@link SubscriptionRegister} by them.
 */
public final class SubscriptionMachine implements Machine {
    /** How long what is acknowledged waits for more before the leader lets a topic drop it. */
    private static final long DROP_AFTER_MS = 100;

    /** Topics that are looked at to find out how much there is. */
    private static final int LOOKED_AT = 64;

    private static final int BRIEF_DONE = 1;
    private static final int BRIEF_COUNTED = 2;
    private static final int BRIEF_SETTLED = 3;
    private static final int BRIEF_MORE = 4;

    private final TopicMachine topics;
    private final SubscriptionRegister register;
    private final Administration administration;
    private final Consumers consumers;
    private final Graveyard graveyard;
    private final Housekeeping housekeeping;
    private final Views views;
    /** Stamp of the last command that was decided; only the leader's idea of when to drop what is acknowledged. */
    private long lastTime;

    private long dropAt = Long.MAX_VALUE;

    /** @param topics of the same replica, which stands before this machine in its list */
    public SubscriptionMachine(TopicMachine topics) {
        this(topics, SubscriptionLimits.DEFAULT);
    }

    public SubscriptionMachine(TopicMachine topics, SubscriptionLimits limits) {
        this.topics = topics;
        register = new SubscriptionRegister(topics, limits);
        administration = new Administration(topics, register, limits);
        consumers = new Consumers(topics, register, limits);
        graveyard = new Graveyard(topics, register, limits);
        housekeeping = new Housekeeping(topics, register, limits);
        views = new Views(topics, register, limits);
        topics.followedBy(new TopicFollowers() {
            @Override
            public int of(TopicName name) {
                return register.followers(name);
            }

            @Override
            public long room() {
                return limits.positions() - register.positions();
            }
        });
    }

    @Override
    public boolean owns(Command command) {
        return command instanceof SubscriptionCommand;
    }

    @Override
    public boolean owns(Change change) {
        return change instanceof SubscriptionChange;
    }

    @Override
    public Decision decide(Moment at, Command command) {
        lastTime = at.time();
        if (command instanceof Pull pull) {
            return consumers.pull(at, pull);
        }
        if (command instanceof Ack ack) {
            return consumers.ack(at, ack);
        }
        if (command instanceof Nack nack) {
            return consumers.nack(at, nack);
        }
        if (command instanceof Extend extend) {
            return consumers.extend(at, extend);
        }
        if (command instanceof Take take) {
            return consumers.take(at, take);
        }
        if (command instanceof Transact transact) {
            return consumers.transact(at, transact);
        }
        if (command instanceof Settle) {
            return housekeeping.settle(at);
        }
        if (command instanceof DeadLetter letter) {
            return graveyard.bury(at, letter);
        }
        if (command instanceof Redrive redrive) {
            return graveyard.redrive(at, redrive);
        }
        if (command instanceof Discard discard) {
            return graveyard.discard(at, discard);
        }
        return administer(at, command);
    }

    private Decision administer(Moment at, Command command) {
        if (command instanceof Configure configure) {
            return administration.configure(at, configure);
        }
        if (command instanceof Pause pause) {
            return administration.pause(at, pause);
        }
        if (command instanceof Delete delete) {
            return administration.delete(at, delete);
        }
        if (command instanceof Seek seek) {
            return administration.seek(at, seek);
        }
        if (command instanceof CreateQueue create) {
            return administration.createQueue(at, create);
        }
        if (command instanceof DeleteTopic delete) {
            return administration.deleteTopic(at, delete);
        }
        throw new AssertionError("unknown command " + command);
    }

    @Override
    public void evolve(Change change) {
        if (change instanceof SubscriptionChange.RunSet set) {
            register.setRun(set);
        } else if (change instanceof SubscriptionChange.RunGone gone) {
            register.removeRun(gone);
        } else if (change instanceof SubscriptionChange.Positioned positioned) {
            register.position(positioned);
        } else if (change instanceof SubscriptionChange.Counted counted) {
            register.count(counted, lastTime);
        } else if (change instanceof SubscriptionChange.MarkSet set) {
            register.setMark(set);
        } else if (change instanceof SubscriptionChange.MarkGone gone) {
            register.removeMark(gone);
        } else if (change instanceof SubscriptionChange.DeadSet set) {
            register.setDead(set);
        } else if (change instanceof SubscriptionChange.DeadGone gone) {
            register.removeDead(gone);
        } else if (change instanceof SubscriptionChange.Left left) {
            register.leave(left);
        } else if (change instanceof SubscriptionChange.Created created) {
            register.create(new SubscriptionState(created));
        } else if (change instanceof SubscriptionChange.Configured configured) {
            register.configure(register.the(configured.subscription()), configured.config());
        } else if (change instanceof SubscriptionChange.Deleted deleted) {
            register.delete(register.the(deleted.subscription()));
        } else if (change instanceof SubscriptionChange.LastSubscription last) {
            register.lastId(last.subscription());
        } else {
            throw new AssertionError("unknown change " + change);
        }
        planDrops();
    }

    @Override
    public void observe(Change change) {
        if (change instanceof TopicChange.Appended appended) {
            register.topicAppended(appended.topic());
        } else if (change instanceof TopicChange.Created created) {
            register.topicCreated(topics.reach(created.topic()).orElseThrow());
        } else if (change instanceof TopicChange.Deleted deleted) {
            register.topicDeleted(deleted.topic());
        } else if (change instanceof TopicChange.Configured configured) {
            register.topicMoved(configured.topic());
        } else if (change instanceof TopicChange.Trimmed trimmed) {
            register.topicMoved(trimmed.topic());
        } else if (change instanceof TopicChange.Pinned pinned) {
            register.topicMoved(pinned.topic());
        } else if (change instanceof TopicChange.Unpinned unpinned) {
            register.topicMoved(unpinned.topic());
        }
        planDrops();
    }

    private void planDrops() {
        if (register.droppable().isEmpty()) {
            dropAt = Long.MAX_VALUE;
        } else if (dropAt == Long.MAX_VALUE) {
            dropAt = lastTime + DROP_AFTER_MS;
        }
    }

    @Override
    public long nextDue() {
        long next = dropAt;
        if (!register.dues().isEmpty()) {
            next = Math.min(next, register.dues().first().time());
        }
        if (!register.marks().isEmpty()) {
            var oldest = register.marks().firstEntry();
            next = Math.min(next, oldest.getValue().marks.get(oldest.getKey()).time());
        }
        return next;
    }

    /** All that ends by itself is one command; bodies come one mark at a time. */
    @Override
    public List<Due> due(long time, int limit) {
        List<Due> due = new ArrayList<>();
        boolean settles = !register.dues().isEmpty() && register.dues().first().time() <= time;
        if ((settles || dropAt <= time && dropAt < Long.MAX_VALUE) && limit > 0) {
            due.add(new Due.Propose(new Settle(housekeeping.ending(time))));
        }
        for (var entry : register.marks().entrySet()) {
            if (due.size() >= limit) {
                break;
            }
            if (entry.getValue().marks.get(entry.getKey()).time() <= time) {
                due.add(new Due.Fetch(entry.getKey()));
            }
        }
        return due;
    }

    @Override
    public void snapshot(Consumer<Change> into) {
        if (register.lastId() > 0) {
            into.accept(new SubscriptionChange.LastSubscription(register.lastId()));
        }
        for (SubscriptionState subscription : register.all()) {
            subscription.snapshot(into);
        }
    }

    // What others ask.

    /** A subscription as of the last change. */
    public Optional<SubscriptionView> find(SubscriptionName name) {
        return register.find(name).map(views::whole);
    }

    /** How a subscription is configured; nothing is counted for that. */
    public Optional<SubscriptionConfig> config(SubscriptionName name) {
        return register.find(name).map(SubscriptionState::config);
    }

    /** A subscription as of the last change. */
    public Optional<SubscriptionView> find(long id) {
        return register.find(id).map(views::whole);
    }

    /** All subscriptions, sorted by name, those of queues too, as {@link #after} gives them. */
    public List<SubscriptionView> all() {
        return views.all();
    }

    /**
     * The subscriptions with ids above this one, by id, without {@link SubscriptionView#nextReturn}: for who looks at all of
     * them in several turns.
     *
     * @param looks so many subscriptions, positions and marks are looked at; one subscription at least
     */
    public List<SubscriptionView> after(long id, int looks) {
        return views.after(id, looks);
    }

    /**
     * The same without some of them, whose positions are not looked at.
     *
     * @param wanted by id
     */
    public List<SubscriptionView> after(long id, int looks, LongPredicate wanted) {
        return views.after(id, looks, wanted);
    }

    /**
     * The same by name.
     *
     * @param name only those after this one; empty: all
     * @param most so many at most
     */
    public List<SubscriptionView> after(String name, int most, int looks) {
        return views.after(name, most, looks);
    }

    /** What each message of a topic is to each subscription that has to do with it. */
    public List<Standing> standings(long topic, long offset) {
        return views.standings(topic, offset);
    }

    /** Who holds messages of a subscription, those that hold most first, at most so many. */
    public List<Holder> holders(SubscriptionName name, int most) {
        return register.find(name).map(found -> views.holders(found, most)).orElse(List.of());
    }

    /**
     * The stamp of the command that last handed out messages of a subscription; empty when none did in the life of this
     * process. No part of the state.
     */
    public OptionalLong lastLent(SubscriptionName name) {
        Optional<SubscriptionState> found = register.find(name);
        return found.isEmpty() || found.get().lastLent < 0
                ? OptionalLong.empty()
                : OptionalLong.of(found.get().lastLent);
    }

    /** Whether all subscriptions together remember as many runs as they may, so that no new messages are begun with. */
    public boolean isFull() {
        return register.isFull();
    }

    /** Whether a pull would get something now, as far as is known without looking at bodies. */
    public boolean isReady(SubscriptionName name) {
        return register.find(name).map(register::isReady).orElse(false);
    }

    /**
     * How many messages pulls would get now, at most so many, as far as is known without looking at bodies and expiries;
     * where many topics have something, as many as were asked for are said after a look at {@value #LOOKED_AT} of them.
     */
    public long deliverable(SubscriptionName name, long most) {
        return register.find(name)
                .filter(register::isReady)
                .map(found -> views.deliverable(found, most, LOOKED_AT))
                .orElse(0L);
    }

    /**
     * The subscriptions that have begun to have something to hand out since this was last asked, or are no more; no part
     * of the state. Whoever lets consumers wait asks after each applied entry.
     */
    public List<SubscriptionName> awakened() {
        return register.awakened();
    }

    /**
     * Messages of which pulls of so many together would need the keys, where keys matter: the leader reads them and
     * proposes the last of these pulls with what it found.
     */
    public List<OffsetRange> keysWanted(SubscriptionName name, long max) {
        return register.find(name)
                .map(found -> consumers.keysWanted(found, max))
                .orElse(List.of());
    }

    /** What is to be fetched for a mark that is due; empty when it is no longer there. */
    public Optional<Mark> mark(Cursor at) {
        return Optional.ofNullable(register.marks().get(at)).map(found -> found.marks.get(at));
    }

    /** The dead letters of a subscription that are still kept, from an offset of a topic on, at most so many stretches. */
    public List<OffsetRange> dead(SubscriptionName name, long topic, long offset, int most) {
        return register.find(name)
                .map(found -> views.dead(found, topic, offset, most))
                .orElse(List.of());
    }

    /** The message of a subscription that has waited longest, as well as that is known without rows. */
    public Optional<OffsetRange> oldest(SubscriptionName name) {
        return register.find(name).flatMap(views::oldest);
    }

    /** A stamp at or before that of this message, mostly near; empty when nothing waits. */
    public OptionalLong oldestTime(SubscriptionName name) {
        Optional<OffsetRange> oldest = oldest(name);
        return oldest.isEmpty()
                ? OptionalLong.empty()
                : topics.reach(oldest.get().topic())
                        .map(topic ->
                                OptionalLong.of(topic.timeNear(oldest.get().first())))
                        .orElse(OptionalLong.empty());
    }

    /** How many positions, runs and levels of filters were looked at in the life of this process; no part of the state. */
    long looks() {
        return register.looks();
    }

    public SubscriptionTotals totals() {
        return views.totals();
    }

    // Bytes.

    @Override
    public CommandProto toProto(Command command) {
        return CommandCodec.toProto((SubscriptionCommand) command);
    }

    @Override
    public Optional<Command> fromProto(CommandProto proto) {
        return CommandCodec.fromProto(proto);
    }

    @Override
    public Optional<Brief> brief(Moment at, Outcome outcome) {
        if (outcome instanceof Done done) {
            return Optional.of(new Brief(BRIEF_DONE, done.created() ? 1 : 0));
        }
        if (outcome instanceof Counted counted) {
            return Optional.of(new Brief(counted.more() ? BRIEF_MORE : BRIEF_COUNTED, counted.done()));
        }
        if (outcome instanceof Settled settled && settled.refused().isEmpty()) {
            return Optional.of(new Brief(BRIEF_SETTLED, settled.done()));
        }
        return Optional.empty();
    }

    @Override
    public Outcome fromBrief(Moment at, Brief brief) {
        return switch (brief.kind()) {
            case BRIEF_DONE -> new Done(brief.number() == 1);
            case BRIEF_COUNTED -> new Counted(brief.number(), false);
            case BRIEF_MORE -> new Counted(brief.number(), true);
            case BRIEF_SETTLED -> new Settled(brief.number(), List.of());
            default -> throw new IllegalArgumentException("a brief outcome of an unknown kind: " + brief);
        };
    }

    @Override
    public byte[] encode(Outcome outcome) {
        return OutcomeCodec.encode(outcome);
    }

    /** Also those of topics. */
    @Override
    public Outcome decode(byte[] outcome) {
        return OutcomeCodec.decode(outcome);
    }
}
