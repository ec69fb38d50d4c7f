package io.skein.topic;

import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicCommand.Cancel;
import io.skein.topic.TopicCommand.Configure;
import io.skein.topic.TopicCommand.Delete;
import io.skein.topic.TopicCommand.Expire;
import io.skein.topic.TopicCommand.Publish;
import io.skein.topic.TopicCommand.Release;
import io.skein.topic.TopicCommand.Sequence;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicOutcome.Delayed;
import io.skein.topic.TopicOutcome.Done;
import io.skein.topic.TopicOutcome.Published;
import io.skein.topic.TopicOutcome.Refused;
import io.skein.topic.TopicOutcome.Result;
import io.skein.wire.CommandProto;
import io.skein.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Topics, delayed messages and producers as one state machine.
 *
 * <p>A publish, followed: {@link #decide} makes a {@link CommandDraft}, which expires what is due, then takes each
 * message against {@link TopicDraft}s (copies of the figures of the topics touched) and gathers the changes;
 * {@link #evolve} moves {@link TopicRegister}, {@link Schedule} and {@link Producers} by them.
 */
public final class TopicMachine implements Machine {
    private static final TopicFilter ALL = new TopicFilter("#");
    private static final int BRIEF_ACCEPTED = 1;
    private static final int BRIEF_DELAYED = 2;
    private static final int BRIEF_DONE = 3;

    private final TopicLimits limits;
    private final TopicRegister topics = new TopicRegister();
    private final Schedule schedule = new Schedule();
    private final Producers producers;
    private TopicFollowers followers = TopicFollowers.NONE;

    public TopicMachine() {
        this(TopicLimits.DEFAULT);
    }

    public TopicMachine(TopicLimits limits) {
        this.limits = limits;
        this.producers = new Producers(limits);
    }

    @Override
    public boolean owns(Command command) {
        return command instanceof TopicCommand;
    }

    @Override
    public boolean owns(Change change) {
        return change instanceof TopicChange;
    }

    @Override
    public Decision decide(Moment at, Command command) {
        if (command instanceof Publish publish) {
            return publish.sequence().isPresent()
                    ? sequenced(at, publish, publish.sequence().get())
                    : publish(at, publish, publish.atomic());
        }
        if (command instanceof Configure configure) {
            return configure(at, configure);
        }
        if (command instanceof Delete delete) {
            return delete(at, delete);
        }
        if (command instanceof Cancel cancel) {
            return cancel(at, cancel);
        }
        if (command instanceof Release release) {
            return release(at, release);
        }
        if (command instanceof Expire) {
            return expire(at);
        }
        throw new AssertionError("unknown command " + command);
    }

    /** Who is asked before a topic is made; the same on every node. */
    public void followedBy(TopicFollowers newFollowers) {
        followers = newFollowers;
    }

    /**
     * For a machine on top whose command touches topics too: it asks this for their part, and its decision carries
     * {@link CommandDraft#changes} before any command is decided here again.
     */
    public CommandDraft draft(Moment at) {
        return new CommandDraft(at, topics, schedule.size(), limits, followers);
    }

    private Decision publish(Moment at, Publish publish, boolean atomic) {
        int count = publish.messages().size();
        if (count == 0 || count > Limits.MAX_BATCH_MESSAGES) {
            return rejected(
                    Rejection.MALFORMED,
                    "a publish has 1 to " + Limits.MAX_BATCH_MESSAGES + " messages, not " + count,
                    Limits.MAX_BATCH_MESSAGES);
        }
        CommandDraft draft = draft(at);
        List<Result> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Result result = draft.publish(publish.messages().get(i), at.place() + i, publish.mayCreate());
            if (atomic && result instanceof Refused refused) {
                return aborted(count, i, refused);
            }
            results.add(result);
        }
        return new Decision(new Published(results, false), draft.changes());
    }

    private static Decision aborted(int count, int culprit, Refused why) {
        var others = new Refused(Rejected.of(
                Rejection.ABORTED, "message " + culprit + " of the list was refused, and the list is all or nothing"));
        List<Result> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            results.add(i == culprit ? why : others);
        }
        return new Decision(new Published(results, false), List.of());
    }

    private Decision sequenced(Moment at, Publish publish, Sequence sequence) {
        String name = sequence.producer();
        if (name.isEmpty()
                || CommandDraft.isLonger(name, Limits.MAX_PRODUCER_BYTES)
                || sequence.epoch() < 0
                || sequence.number() < 1) {
            return rejected(
                    Rejection.MALFORMED,
                    "a producer has a name of 1 to " + Limits.MAX_PRODUCER_BYTES
                            + " bytes, an epoch from 0 and sequences from 1",
                    -1);
        }
        Optional<Producers.Producer> known = producers.find(name);
        long epoch = known.map(p -> p.epoch).orElse(sequence.epoch());
        if (sequence.epoch() < epoch) {
            return rejected(
                    Rejection.FENCED,
                    "producer \"" + name + "\" is at epoch " + epoch + ", not " + sequence.epoch(),
                    epoch);
        }
        long last = known.isPresent() && sequence.epoch() == epoch ? known.get().last : 0;
        if (sequence.number() > last + 1) {
            return rejected(
                    Rejection.SEQUENCE_GAP,
                    "the next sequence of producer \"" + name + "\" is " + (last + 1) + ", not " + sequence.number(),
                    last + 1);
        }
        if (sequence.number() <= last) {
            return repeat(publish, known.get().answer(sequence.number()));
        }
        if (known.isEmpty() && !producers.canTakeAnother(at.time())) {
            return rejected(
                    Rejection.TOO_MANY_PRODUCERS,
                    limits.producers() + " producers are known already, none idle for long",
                    limits.producers());
        }
        Decision decision = publish(at, publish, true);
        if (!decision.outcome().tookEffect()) {
            // The number is free for another try.
            return decision;
        }
        byte[] answer = OutcomeCodec.encode(decision.outcome());
        producers.makeRoom(known.isEmpty(), answer, decision.changes());
        decision.changes().add(new TopicChange.Produced(name, sequence.epoch(), sequence.number(), at.time(), answer));
        return decision;
    }

    private static Decision repeat(Publish publish, Optional<byte[]> answer) {
        List<Result> results;
        if (answer.isPresent()) {
            results = ((Published) OutcomeCodec.decode(answer.get())).results();
        } else {
            results = new ArrayList<>();
            for (int i = 0; i < publish.messages().size(); i++) {
                results.add(new Accepted(-1, Cursor.ORIGIN, 0));
            }
        }
        return new Decision(new Published(results, true), List.of());
    }

    private Decision configure(Moment at, Configure configure) {
        TopicName name = configure.topic();
        TopicConfig config = configure.config();
        if (!isDuration(config.maxAgeMs())
                || !isDuration(config.ttlMs())
                || config.maxBytes() < 0
                || config.maxMessages() < 0) {
            return rejected(
                    Rejection.MALFORMED,
                    "limits of a topic are from 0 (none); ages to " + Limits.MAX_DURATION_MS + " ms",
                    Limits.MAX_DURATION_MS);
        }
        CommandDraft draft = draft(at);
        Optional<TopicDraft> found = draft.find(name);
        if (found.isPresent()) {
            draft.configure(found.get(), config);
            return new Decision(new Done(false), draft.changes());
        }
        if (name.isSystem()) {
            return rejected(
                    Rejection.MALFORMED,
                    "topic " + CommandDraft.quoted(name) + " is the system's: names that begin with $ are not made",
                    -1);
        }
        Optional<Rejected> tooMany = draft.tooMany(name);
        if (tooMany.isPresent()) {
            return new Decision(tooMany.get(), List.of());
        }
        draft.create(name, config, at.place());
        return new Decision(new Done(true), draft.changes());
    }

    private Decision delete(Moment at, Delete delete) {
        Optional<TopicState> topic = topics.find(delete.topic());
        if (topic.isEmpty()) {
            return Decision.rejected(
                    Rejection.UNKNOWN_TOPIC, "there is no topic " + CommandDraft.quoted(delete.topic()));
        }
        return new Decision(new Done(false), List.of(new TopicChange.Deleted(topic.get().id)));
    }

    private Decision cancel(Moment at, Cancel cancel) {
        return schedule.contains(cancel.scheduled())
                ? new Decision(new Done(false), List.of(new TopicChange.Unscheduled(cancel.scheduled())))
                : notScheduled();
    }

    private Decision release(Moment at, Release release) {
        // The leader that found it due may have lost its term since, and its stamps with it.
        if (!schedule.isDue(release.scheduled(), at.time())) {
            return notScheduled();
        }
        CommandDraft draft = draft(at);
        Publication publication = release.publication();
        TopicDraft topic = draft.find(publication.topic())
                .orElseGet(() -> draft.create(publication.topic(), TopicConfig.DEFAULT, at.place()));
        Accepted accepted = draft.append(topic, publication.message(), publication.ttlMs(), at.place());
        draft.add(new TopicChange.Unscheduled(release.scheduled()));
        return new Decision(new Published(List.of(accepted), false), draft.changes());
    }

    private static Decision notScheduled() {
        return Decision.rejected(
                Rejection.NOT_SCHEDULED, "no delayed message waits there: it was released, cancelled or never was");
    }

    private Decision expire(Moment at) {
        CommandDraft draft = draft(at);
        draft.trimAges();
        return new Decision(new Done(false), draft.changes());
    }

    private static boolean isDuration(long ms) {
        return ms >= 0 && ms <= Limits.MAX_DURATION_MS;
    }

    private static Decision rejected(Rejection reason, String detail, long actual) {
        return new Decision(new Rejected(reason, detail, actual), List.of());
    }

    @Override
    public void evolve(Change change) {
        if (change instanceof TopicChange.Appended appended) {
            topics.append(appended);
        } else if (change instanceof TopicChange.Trimmed trimmed) {
            topics.trim(trimmed);
        } else if (change instanceof TopicChange.Marked marked) {
            topics.move(marked.topic(), topic -> topic.mark(marked));
        } else if (change instanceof TopicChange.Expired expired) {
            topics.move(expired.topic(), topic -> topic.expire(expired.offset()));
        } else if (change instanceof TopicChange.Pinned pinned) {
            topics.move(pinned.topic(), topic -> topic.pins.add(pinned.offset(), 1));
        } else if (change instanceof TopicChange.Unpinned unpinned) {
            topics.move(unpinned.topic(), topic -> topic.pins.add(unpinned.offset(), -1));
        } else if (change instanceof TopicChange.Created created) {
            topics.add(new TopicState(created));
        } else if (change instanceof TopicChange.Configured configured) {
            topics.move(configured.topic(), topic -> topic.configure(configured.config()));
        } else if (change instanceof TopicChange.Deleted deleted) {
            topics.remove(deleted.topic());
        } else if (change instanceof TopicChange.Scheduled scheduled) {
            schedule.add(scheduled.at(), scheduled.due());
        } else if (change instanceof TopicChange.Unscheduled unscheduled) {
            schedule.remove(unscheduled.at());
        } else if (change instanceof TopicChange.Produced produced) {
            producers.evolve(produced);
        } else if (change instanceof TopicChange.ProducerRemoved removed) {
            producers.evolve(removed);
        } else if (change instanceof TopicChange.AnswersForgotten forgotten) {
            producers.evolve(forgotten);
        } else if (change instanceof TopicChange.Head head) {
            topics.move(head.topic(), topic -> topic.figures.restore(head));
        } else if (change instanceof TopicChange.TtlSet ttl) {
            topics.setTtl(ttl);
        } else if (change instanceof TopicChange.Waiting waiting) {
            schedule.add(waiting.at(), waiting.due());
        } else if (change instanceof TopicChange.LastTopic last) {
            topics.lastId(last.topic());
        } else {
            throw new AssertionError("unknown change " + change);
        }
    }

    @Override
    public long nextDue() {
        return Math.min(schedule.nextDue(), Math.min(topics.nextExpiry(), topics.nextAge()));
    }

    /** Everything that expires is one command; it comes first or after the delayed messages, as it was due. */
    @Override
    public List<Due> due(long time, int limit) {
        List<Due> due = new ArrayList<>();
        long expiry = Math.min(topics.nextExpiry(), topics.nextAge());
        boolean expires = expiry <= time && expiry < Long.MAX_VALUE && limit > 0;
        if (expires && expiry <= schedule.nextDue()) {
            due.add(new Due.Propose(new Expire()));
            expires = false;
        }
        for (Cursor place : schedule.due(Math.min(time, Long.MAX_VALUE - 1), limit - due.size() - (expires ? 1 : 0))) {
            due.add(new Due.Fetch(place));
        }
        if (expires) {
            due.add(new Due.Propose(new Expire()));
        }
        return due;
    }

    @Override
    public void snapshot(Consumer<Change> into) {
        if (topics.lastId() > 0) {
            into.accept(new TopicChange.LastTopic(topics.lastId()));
        }
        for (TopicState topic : topics.byId()) {
            topic.snapshot(into);
        }
        schedule.snapshot(into);
        producers.snapshot(into);
    }

    /** A topic as of the last change. */
    public Optional<TopicView> find(TopicName name) {
        return topics.find(name).map(TopicState::view);
    }

    /** A topic as of the last change. */
    public Optional<TopicView> find(long id) {
        return topics.find(id).map(TopicState::view);
    }

    /** The topic itself, as it moves on. */
    public Optional<TopicReach> reach(TopicName name) {
        return topics.find(name).map(topic -> topic);
    }

    /** The topic itself, as it moves on. */
    public Optional<TopicReach> reach(long id) {
        return topics.find(id).map(topic -> topic);
    }

    /** The topics that match, themselves, in no order. */
    public List<TopicReach> reaching(TopicFilter filter) {
        return List.copyOf(topics.all(filter));
    }

    /** Those that match, sorted by name. */
    public List<TopicView> matching(TopicFilter filter) {
        List<TopicState> found = topics.matching(filter);
        List<TopicView> views = new ArrayList<>(found.size());
        for (TopicState topic : found) {
            views.add(topic.view());
        }
        return views;
    }

    /**
     * Ids of the topics that match any of the filters, in no order; empty when they are more than {@code most}, or when
     * to say so took more than {@code looks} steps (a step is a level of a name).
     */
    public Optional<List<Long>> few(List<TopicFilter> filters, int most, int looks) {
        return topics.few(filters, most, looks);
    }

    /** How many trims there were, of all topics, in the life of this process; no part of the state. */
    public long trims() {
        return topics.trims().count();
    }

    /**
     * So many trims, at least, ended at or before a cursor: a reader that has everything up to there has lost nothing by
     * them. The number falls short of the truth by the trims of a moment.
     */
    public long trimsEndedBy(Cursor cursor) {
        return topics.trims().endedBy(cursor);
    }

    /**
     * Topics trimmed after so many trims, those trimmed longest ago first, at most {@code limit}; the rest comes with the
     * {@link TopicTrim#number} of the last. 0: every topic that has ever lost a message.
     */
    public List<TopicTrim> trimmedSince(long number, int limit) {
        return topics.trims().since(number, limit);
    }

    /** Every topic that is not the system's, sorted by name. */
    public List<TopicView> all() {
        return matching(ALL);
    }

    public TopicTotals totals() {
        return new TopicTotals(topics.size(), topics.messages(), topics.bytes(), schedule.size());
    }

    /** The epoch of a producer that is known. */
    public Optional<Long> epoch(String producer) {
        return producers.find(producer).map(p -> p.epoch);
    }

    @Override
    public CommandProto toProto(Command command) {
        return CommandCodec.toProto((TopicCommand) command);
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
        if (outcome instanceof Published published
                && !published.replayed()
                && published.results().size() == 1) {
            var here = new Cursor(at.index(), at.place());
            Result result = published.results().get(0);
            if (result instanceof Accepted accepted && accepted.cursor().equals(here) && accepted.time() == at.time()) {
                return Optional.of(new Brief(BRIEF_ACCEPTED, accepted.offset()));
            }
            if (result instanceof Delayed delayed && delayed.cursor().equals(here)) {
                return Optional.of(new Brief(BRIEF_DELAYED, delayed.due()));
            }
        }
        return Optional.empty();
    }

    @Override
    public Outcome fromBrief(Moment at, Brief brief) {
        var here = new Cursor(at.index(), at.place());
        return switch (brief.kind()) {
            case BRIEF_DONE -> new Done(brief.number() == 1);
            case BRIEF_ACCEPTED -> new Published(List.of(new Accepted(brief.number(), here, at.time())), false);
            case BRIEF_DELAYED -> new Published(List.of(new Delayed(here, brief.number())), false);
            default -> throw new IllegalArgumentException("a brief outcome of an unknown kind: " + brief);
        };
    }

    @Override
    public byte[] encode(Outcome outcome) {
        return OutcomeCodec.encode(outcome);
    }

    @Override
    public Outcome decode(byte[] outcome) {
        return OutcomeCodec.decode(outcome);
    }
}
