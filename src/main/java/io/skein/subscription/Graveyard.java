package io.skein.subscription;

import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.machine.Rejection;
import io.skein.subscription.Run.State;
import io.skein.subscription.SubscriptionCommand.DeadLetter;
import io.skein.subscription.SubscriptionCommand.Discard;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionOutcome.Counted;
import io.skein.subscription.SubscriptionOutcome.Done;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicReach;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What becomes of dead letters: they are copied, handed out again, forgotten. */
final class Graveyard {
    /** Stretches that one redrive or discard takes; another goes on. */
    static final int STRETCHES = 1_000;

    private static final String HEADER = "skein-dead-";

    private final TopicMachine topics;
    private final SubscriptionRegister register;
    private final SubscriptionLimits limits;

    Graveyard(TopicMachine topics, SubscriptionRegister register, SubscriptionLimits limits) {
        this.topics = topics;
        this.register = register;
        this.limits = limits;
    }

    /** Never refused, unless the mark is not what it was when the bodies were read. */
    Decision bury(Moment at, DeadLetter letter) {
        SubscriptionState subscription = register.marks().get(letter.mark());
        Mark mark = subscription == null ? null : subscription.marks.get(letter.mark());
        int count = letter.messages().size();
        if (mark == null || mark.first() != letter.first() || count == 0 || count > mark.count()) {
            return Decision.rejected(Rejection.NO_MARK, "these messages are not marked: they were copied, or let go");
        }
        Draft draft = new Draft(at, topics, count);
        SubscriptionDraft of = draft.of(subscription);
        TopicName origin = topics.reach(mark.topic()).orElseThrow().name();
        TopicName dead = subscription.deadLetters();
        long first = -1;
        for (int i = 0; i < count; i++) {
            Message copy = withHeaders(letter.messages().get(i), subscription.name, origin, mark, mark.first() + i);
            Accepted accepted = draft.topics().copy(dead, copy, at.place() + i);
            first = i == 0 ? accepted.offset() : first;
        }
        of.bury(new OffsetRange(draft.topics().idOf(dead), first, count));
        forgetOldest(of, subscription);
        if (count < mark.count()) {
            draft.topics().pin(mark.topic(), mark.first() + count);
            of.set(mark.without(count));
        } else {
            of.remove(mark);
        }
        draft.topics().unpin(mark.topic(), mark.first());
        return draft.as(new Done(false));
    }

    /** When all subscriptions together remember too many stretches, this one lets its oldest go. */
    private void forgetOldest(SubscriptionDraft draft, SubscriptionState subscription) {
        if (register.stretches() >= limits.deadRanges() && subscription.dead.stretches() > 1) {
            long topic = subscription.dead.topics().get(0);
            draft.forgetDead(topic, subscription.dead.in(topic).firstKey());
        }
    }

    private static Message withHeaders(
            Message message, SubscriptionName subscription, TopicName origin, Mark mark, long offset) {
        List<Header> headers = new ArrayList<>();
        for (Header header : message.headers()) {
            if (!header.name().startsWith(HEADER)) {
                headers.add(header);
            }
        }
        headers.add(new Header(HEADER + "reason", mark.reason()));
        headers.add(new Header(HEADER + "subscription", subscription.value()));
        headers.add(new Header(HEADER + "topic", origin.value()));
        headers.add(new Header(HEADER + "offset", Long.toString(offset)));
        headers.add(new Header(HEADER + "deliveries", Integer.toString(mark.deliveries())));
        return new Message(message.key(), headers, message.format(), message.contentType(), message.body());
    }

    Decision redrive(Moment at, Redrive redrive) {
        Optional<SubscriptionState> found = register.find(redrive.name());
        if (found.isEmpty()) {
            return Refusals.unknown(redrive.name());
        }
        if (redrive.rate() < 0) {
            return Refusals.malformed("a rate is a number of messages a second, from 0 (at once)", 0);
        }
        Optional<Decision> tooMany = tooMany(redrive.chosen());
        if (tooMany.isPresent()) {
            return tooMany.get();
        }
        SubscriptionState subscription = found.get();
        Draft draft = new Draft(at, topics, 0);
        SubscriptionDraft of = draft.of(subscription);
        Exhumed exhumed = exhume(of, subscription, redrive.chosen());
        State state = subscription.isByKey() ? State.UNREAD : State.READY;
        // Those that an earlier redrive has not let go yet go before; the rate is the subscription's, theirs too.
        long before = subscription.messages(State.PACED);
        for (OffsetRange range : exhumed.ranges()) {
            if (redrive.rate() == 0) {
                of.redriven(range, state, 0);
            } else {
                of.redriven(range, State.PACED, at.time() + before * 1000 / redrive.rate());
                before += range.count();
            }
        }
        if (redrive.rate() > 0 && !exhumed.ranges().isEmpty()) {
            of.rate(redrive.rate());
        }
        return draft.as(new Counted(exhumed.count(), exhumed.more()));
    }

    Decision discard(Moment at, Discard discard) {
        Optional<SubscriptionState> found = register.find(discard.name());
        if (found.isEmpty()) {
            return Refusals.unknown(discard.name());
        }
        Optional<Decision> tooMany = tooMany(discard.chosen());
        if (tooMany.isPresent()) {
            return tooMany.get();
        }
        Draft draft = new Draft(at, topics, 0);
        Exhumed exhumed = exhume(draft.of(found.get()), found.get(), discard.chosen());
        return draft.as(new Counted(exhumed.count(), exhumed.more()));
    }

    private static Optional<Decision> tooMany(Optional<List<OffsetRange>> chosen) {
        return chosen.isPresent() && chosen.get().size() > STRETCHES
                ? Optional.of(Refusals.malformed(
                        "at most " + STRETCHES + " stretches of dead letters are chosen at once", STRETCHES))
                : Optional.empty();
    }

    /** Dead letters that are none any more. */
    private record Exhumed(List<OffsetRange> ranges, long count, boolean more) {}

    /** Takes dead letters out, all or those chosen; those that retention took meanwhile are only forgotten. */
    private Exhumed exhume(
            SubscriptionDraft draft, SubscriptionState subscription, Optional<List<OffsetRange>> chosen) {
        Map<OffsetRange, List<OffsetRange>> found =
                chosen.isEmpty() ? whole(subscription) : parts(subscription, chosen.get());
        List<OffsetRange> taken = new ArrayList<>();
        long count = 0;
        int steps = 0;
        for (Map.Entry<OffsetRange, List<OffsetRange>> entry : found.entrySet()) {
            if (steps++ == STRETCHES) {
                return new Exhumed(taken, count, true);
            }
            OffsetRange stretch = entry.getKey();
            long lowWater =
                    topics.reach(stretch.topic()).map(TopicReach::lowWater).orElse(Long.MAX_VALUE);
            forget(draft, stretch, entry.getValue());
            for (OffsetRange part : entry.getValue()) {
                long start = Math.max(part.first(), lowWater);
                if (start < part.end()) {
                    taken.add(new OffsetRange(part.topic(), start, part.end() - start));
                    count += part.end() - start;
                }
            }
        }
        return new Exhumed(taken, count, false);
    }

    /** Stretches with themselves as their only part: one more than may be taken at once, if there are. */
    private Map<OffsetRange, List<OffsetRange>> whole(SubscriptionState subscription) {
        Map<OffsetRange, List<OffsetRange>> found = new LinkedHashMap<>();
        for (long topic : subscription.dead.topics()) {
            for (OffsetRange stretch : subscription.dead.from(topic, 0)) {
                register.look();
                found.put(stretch, List.of(stretch));
                if (found.size() > STRETCHES) {
                    return found;
                }
            }
        }
        return found;
    }

    /** Stretches, ascending, with the parts of them that are chosen, ascending, without overlap; as many as above. */
    private Map<OffsetRange, List<OffsetRange>> parts(SubscriptionState subscription, List<OffsetRange> chosen) {
        Map<OffsetRange, List<OffsetRange>> found = new LinkedHashMap<>();
        List<OffsetRange> sorted = new ArrayList<>(chosen);
        sorted.sort(Comparator.comparingLong(OffsetRange::topic).thenComparingLong(OffsetRange::first));
        long topic = -1;
        long seen = 0;
        for (OffsetRange range : sorted) {
            seen = range.topic() == topic ? seen : 0;
            topic = range.topic();
            long from = Math.max(seen, range.first());
            for (OffsetRange stretch : subscription.dead.from(topic, from)) {
                register.look();
                if (stretch.first() >= range.end() || found.size() > STRETCHES) {
                    break;
                }
                long start = Math.max(from, stretch.first());
                long end = Math.min(range.end(), stretch.end());
                if (start < end) {
                    found.computeIfAbsent(stretch, first -> new ArrayList<>())
                            .add(new OffsetRange(topic, start, end - start));
                }
            }
            seen = Math.max(seen, range.end());
        }
        return found;
    }

    /** What is left of a stretch without these parts of it. */
    private static void forget(SubscriptionDraft draft, OffsetRange stretch, List<OffsetRange> parts) {
        long from = stretch.first();
        boolean isFirst = true;
        for (OffsetRange part : parts) {
            if (part.first() > from) {
                draft.setDead(new OffsetRange(stretch.topic(), from, part.first() - from));
            } else if (isFirst) {
                draft.forgetDead(stretch.topic(), stretch.first());
            }
            isFirst = false;
            from = part.end();
        }
        if (from < stretch.end()) {
            draft.setDead(new OffsetRange(stretch.topic(), from, stretch.end() - from));
        }
    }
}
