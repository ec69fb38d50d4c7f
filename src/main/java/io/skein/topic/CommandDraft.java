package io.skein.topic;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicConfig.OnFull;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicOutcome.Delayed;
import io.skein.topic.TopicOutcome.Refused;
import io.skein.topic.TopicOutcome.Result;
import io.skein.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one command has come to so far. Each message is decided against the state as the messages before it in the list
 * would leave it, without moving the state. What is public is for the machines on top, whose commands touch topics too.
 */
public final class CommandDraft {
    private final Moment at;
    private final TopicRegister topics;
    private final TopicLimits limits;
    private final int scheduledBefore;
    private final TopicFollowers followers;
    private final List<Change> changes = new ArrayList<>();
    private final Map<TopicName, TopicDraft> drafts = new LinkedHashMap<>();
    private int created;
    private long followed;
    private int scheduled;
    private int ttls;

    /** Messages of one topic with consecutive places and one expiry, not yet among the changes. */
    private final List<Message> run = new ArrayList<>();

    private TopicDraft runTopic;
    private long runOffset;
    private int runPlace;
    private long runExpiresAt;
    private long runBytes;

    /** @param scheduledBefore delayed messages that wait */
    CommandDraft(Moment at, TopicRegister topics, int scheduledBefore, TopicLimits limits, TopicFollowers followers) {
        this.followers = followers;
        this.at = at;
        this.topics = topics;
        this.scheduledBefore = scheduledBefore;
        this.limits = limits;
        expireDue();
    }

    /** Whatever a command wants, messages whose own TTL is over count no more. */
    private void expireDue() {
        List<TopicChange.Expired> due = topics.expiring(at.time(), limits.stepsPerCommand());
        ttls -= due.size();
        TopicDraft last = null;
        for (TopicChange.Expired expired : due) {
            changes.add(expired);
            if (last == null || last.id() != expired.topic()) {
                last = draft(topics.find(expired.topic()).orElseThrow());
            }
            last.expire(expired.offset());
        }
        drafts.values().forEach(TopicDraft::trimExpired);
    }

    void add(TopicChange change) {
        flush();
        changes.add(change);
    }

    /** All of it, to be evolved in this order. Asked for once. */
    public List<Change> changes() {
        flush();
        for (TopicDraft draft : drafts.values()) {
            draft.finish(changes);
        }
        return changes;
    }

    Optional<TopicDraft> find(TopicName name) {
        TopicDraft draft = drafts.get(name);
        return draft != null ? Optional.of(draft) : topics.find(name).map(this::draft);
    }

    private TopicDraft draft(TopicState topic) {
        return drafts.computeIfAbsent(topic.name, name -> {
            var draft = new TopicDraft(topic);
            draft.trimAge(at.time());
            return draft;
        });
    }

    /** Removes what is over age in the topics where it is longest so. */
    void trimAges() {
        // To draft a topic is to trim its age.
        topics.overAge(at.time(), limits.stepsPerCommand()).forEach(this::draft);
    }

    void configure(TopicDraft topic, TopicConfig config) {
        if (config.equals(topic.config())) {
            return;
        }
        add(new TopicChange.Configured(topic.id(), config));
        topic.configure(config);
        topic.trimAge(at.time());
        topic.trimOldest(0, 0);
    }

    /** Why no topic of this name can be made now. */
    Optional<Rejected> tooMany(TopicName name) {
        if (topics.size() + created >= limits.topics()) {
            return rejected(
                    Rejection.TOO_MANY_TOPICS, "there are " + limits.topics() + " topics already", limits.topics());
        }
        long room = followers.room() - followed;
        return followers.of(name) > room
                ? rejected(
                        Rejection.TOO_MANY_TOPICS,
                        "subscriptions follow so many topics already that there is no room for topic " + quoted(name),
                        room)
                : Optional.empty();
    }

    TopicDraft create(TopicName name, TopicConfig config, int place) {
        var change = new TopicChange.Created(
                topics.lastId() + ++created, name, config, new Cursor(at.index(), place), at.time());
        add(change);
        followed += followers.of(name);
        var draft = new TopicDraft(new TopicState(change));
        drafts.put(name, draft);
        return draft;
    }

    /** Offset of the first message of an existing topic that this command leaves. */
    public long lowWater(long topic) {
        TopicState state = topics.find(topic).orElseThrow();
        TopicDraft draft = drafts.get(state.name);
        return draft == null ? state.lowWater() : draft.lowWater();
    }

    /** Keeps the message at this offset and all after it from retention; it must be there still. */
    public void pin(long topic, long offset) {
        TopicState state = topics.find(topic).orElseThrow();
        // Before anything can trim it.
        TopicDraft draft = drafts.computeIfAbsent(state.name, name -> new TopicDraft(state));
        draft.pin(offset, 1);
        add(new TopicChange.Pinned(topic, offset));
    }

    /** Takes one {@link #pin} back. What it alone kept from the limits goes with it; a new pin must be there before. */
    public void unpin(long topic, long offset) {
        TopicDraft draft = draft(topics.find(topic).orElseThrow());
        draft.pin(offset, -1);
        add(new TopicChange.Unpinned(topic, offset));
        draft.trimOldest(0, 0);
    }

    /** Removes what is below this offset and not pinned. */
    public void trimBelow(long topic, long offset) {
        draft(topics.find(topic).orElseThrow()).trimBelow(offset);
    }

    public boolean exists(TopicName name) {
        return find(name).isPresent();
    }

    /** Makes a topic that does not exist, unless there are too many; also one of the system's. */
    public Optional<Rejected> create(TopicName name) {
        Optional<Rejected> tooMany = tooMany(name);
        if (tooMany.isEmpty()) {
            create(name, TopicConfig.DEFAULT, at.place());
        }
        return tooMany;
    }

    /** Deletes an existing topic; nothing more may be done to it in this command. */
    public void delete(long topic) {
        // What it would have lost does not matter any more.
        drafts.remove(topics.find(topic).orElseThrow().name);
        add(new TopicChange.Deleted(topic));
    }

    /** Appends a message without asking for limits or format; makes its topic when there is none. */
    public Accepted copy(TopicName name, Message message, int place) {
        TopicDraft topic = find(name).orElseGet(() -> create(name, TopicConfig.DEFAULT, place));
        return append(topic, message, 0, place);
    }

    /** The id of a topic as this command leaves it. */
    public long idOf(TopicName name) {
        return find(name).orElseThrow().id();
    }

    /** Decides one message of a publish; {@code place} is its place in the entry. */
    public Result publish(Publication publication, int place, boolean mayCreate) {
        Optional<Rejected> malformed = malformed(publication);
        if (malformed.isPresent()) {
            return new Refused(malformed.get());
        }
        TopicName name = publication.topic();
        Optional<TopicDraft> found = find(name);
        if (found.isEmpty()) {
            if (!mayCreate) {
                return refused(Rejection.UNKNOWN_TOPIC, "there is no topic " + quoted(name), -1);
            }
            Optional<Rejected> tooMany = tooMany(name);
            if (tooMany.isPresent()) {
                return new Refused(tooMany.get());
            }
        }
        TopicConfig config = found.map(TopicDraft::config).orElse(TopicConfig.DEFAULT);
        Message message = publication.message();
        Optional<Rejected> unfit = unfit(name, config, message);
        if (unfit.isPresent()) {
            return new Refused(unfit.get());
        }
        if (publication.delayMs() > 0) {
            return schedule(publication, place);
        }
        long next = found.map(TopicDraft::nextOffset).orElse(0L);
        if (publication.expectOffset() >= 0 && publication.expectOffset() != next) {
            return refused(
                    Rejection.WRONG_OFFSET,
                    "the next offset of topic " + quoted(name) + " is " + next + ", expected was "
                            + publication.expectOffset(),
                    next);
        }
        if (found.isPresent()) {
            Optional<Rejected> full = full(found.get(), message.size());
            if (full.isPresent()) {
                return new Refused(full.get());
            }
        }
        if (publication.ttlMs() > 0 && topics.ttls() + ttls >= limits.ttls()) {
            return refused(
                    Rejection.TOO_MANY_TTL,
                    limits.ttls() + " messages with a TTL of their own are kept already",
                    limits.ttls());
        }
        TopicDraft topic = found.orElseGet(() -> create(name, TopicConfig.DEFAULT, place));
        return append(topic, message, publication.ttlMs(), place);
    }

    /** Appends without asking for limits; the oldest give way where the topic says so. */
    Accepted append(TopicDraft topic, Message message, long ttlMs, int place) {
        long size = message.size();
        long expiresAt = ttlMs > 0 ? at.time() + ttlMs : Long.MAX_VALUE;
        if (topic.mustCut(size, at.time())) {
            add(topic.cut());
        }
        topic.trimOldest(1, size);
        if (topic != runTopic || expiresAt != runExpiresAt || place != runPlace + run.size()) {
            flush();
            runTopic = topic;
            runOffset = topic.nextOffset();
            runPlace = place;
            runExpiresAt = expiresAt;
        }
        run.add(message);
        runBytes += size;
        long offset = topic.nextOffset();
        topic.append(size, at.index(), place, at.time());
        if (ttlMs > 0) {
            ttls++;
        }
        return new Accepted(offset, new Cursor(at.index(), place), at.time());
    }

    private Result schedule(Publication publication, int place) {
        if (publication.expectOffset() >= 0) {
            return refused(Rejection.MALFORMED, "a delayed message has no offset yet that could be expected", -1);
        }
        if (scheduledBefore + scheduled >= limits.scheduled()) {
            return refused(
                    Rejection.TOO_MANY_SCHEDULED,
                    limits.scheduled() + " delayed messages wait already",
                    limits.scheduled());
        }
        scheduled++;
        var cursor = new Cursor(at.index(), place);
        long due = at.time() + publication.delayMs();
        add(new TopicChange.Scheduled(cursor, due, at.time(), publication));
        return new Delayed(cursor, due);
    }

    private void flush() {
        if (!run.isEmpty()) {
            changes.add(new TopicChange.Appended(
                    runTopic.id(),
                    runTopic.name(),
                    runOffset,
                    new Cursor(at.index(), runPlace),
                    at.time(),
                    runExpiresAt,
                    run,
                    runBytes));
            run.clear();
        }
        runTopic = null;
        runBytes = 0;
    }

    /** What no door lets through, refused here all the same: another node's word is not taken for it. */
    private static Optional<Rejected> malformed(Publication publication) {
        if (publication.topic().isSystem()) {
            return rejected(
                    Rejection.MALFORMED,
                    "topic " + quoted(publication.topic())
                            + " is the system's: names that begin with $ take no publish",
                    -1);
        }
        if (!isDuration(publication.delayMs()) || !isDuration(publication.ttlMs())) {
            return rejected(
                    Rejection.MALFORMED,
                    "delay and ttl are from 0 to " + Limits.MAX_DURATION_MS + " ms",
                    Limits.MAX_DURATION_MS);
        }
        Message message = publication.message();
        if (isLonger(message.key(), Limits.MAX_KEY_BYTES)) {
            return rejected(
                    Rejection.TOO_LARGE, "a key has at most " + Limits.MAX_KEY_BYTES + " bytes", Limits.MAX_KEY_BYTES);
        }
        if (message.headers().size() > Limits.MAX_HEADERS) {
            return rejected(
                    Rejection.TOO_LARGE,
                    "a message has at most " + Limits.MAX_HEADERS + " headers, not "
                            + message.headers().size(),
                    Limits.MAX_HEADERS);
        }
        return Optional.empty();
    }

    private static boolean isDuration(long ms) {
        return ms >= 0 && ms <= Limits.MAX_DURATION_MS;
    }

    static boolean isLonger(String text, int bytes) {
        return text.length() > bytes / 3 && text.getBytes(StandardCharsets.UTF_8).length > bytes;
    }

    /** What this topic does not take, whatever it holds already. */
    private static Optional<Rejected> unfit(TopicName name, TopicConfig config, Message message) {
        if (config.maxBytes() > 0 && message.size() > config.maxBytes()) {
            return rejected(
                    Rejection.TOO_LARGE,
                    "a message of " + message.size() + " bytes does not fit into topic " + quoted(name)
                            + ", which keeps " + config.maxBytes(),
                    config.maxBytes());
        }
        if (config.format().isPresent()) {
            Format format = config.format().get();
            Optional<String> problem = message.format() != format
                    ? Optional.of("this one says " + message.format())
                    : problem(format, message.body());
            if (problem.isPresent()) {
                return rejected(
                        Rejection.INVALID_FORMAT,
                        "topic " + quoted(name) + " takes " + format + ": " + problem.get(),
                        -1);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problem(Format format, byte[] body) {
        return switch (format) {
            case RAW -> Optional.empty();
            case JSON -> JsonText.problem(body);
            case XML -> XmlText.problem(body);
        };
    }

    private static Optional<Rejected> full(TopicDraft topic, long size) {
        TopicConfig config = topic.config();
        if (config.onFull() != OnFull.REJECT) {
            return Optional.empty();
        }
        if (config.maxMessages() > 0 && topic.live() >= config.maxMessages()) {
            return rejected(
                    Rejection.TOPIC_FULL,
                    "topic " + quoted(topic.name()) + " is full: " + topic.live() + " of " + config.maxMessages()
                            + " messages",
                    config.maxMessages());
        }
        if (config.maxBytes() > 0 && topic.bytes() + size > config.maxBytes()) {
            return rejected(
                    Rejection.TOPIC_FULL,
                    "topic " + quoted(topic.name()) + " is full: " + topic.bytes() + " of " + config.maxBytes()
                            + " bytes, " + size + " more do not fit",
                    config.maxBytes());
        }
        return Optional.empty();
    }

    static String quoted(TopicName name) {
        return '"' + name.value() + '"';
    }

    private static Refused refused(Rejection reason, String detail, long actual) {
        return new Refused(new Rejected(reason, detail, actual));
    }

    private static Optional<Rejected> rejected(Rejection reason, String detail, long actual) {
        return Optional.of(new Rejected(reason, detail, actual));
    }
}
