package io.skein.subscription;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.topic.CommandDraft;
import io.skein.topic.TopicMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What one command has come to so far, without moving the state: its part in topics, and in each subscription it touches. */
final class Draft {
    final Moment at;
    private final TopicMachine topics;
    private final TreeMap<Long, SubscriptionDraft> drafts = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private CommandDraft topicDraft;
    private int places;

    /** @param messages places that the command's own messages take */
    Draft(Moment at, TopicMachine topics, int messages) {
        this.at = at;
        this.topics = topics;
        this.places = messages;
    }

    long time() {
        return at.time();
    }

    /** Topics as this command leaves them. */
    CommandDraft topics() {
        if (topicDraft == null) {
            topicDraft = topics.draft(at);
        }
        return topicDraft;
    }

    SubscriptionDraft of(SubscriptionState subscription) {
        return drafts.computeIfAbsent(subscription.id, id -> new SubscriptionDraft(this, subscription));
    }

    /** A place in the log that is this command's and nobody else's. */
    Cursor nextPlace() {
        return new Cursor(at.index(), at.place() + places++);
    }

    int placesTaken() {
        return places;
    }

    /** A step that stands before those of the drafts. */
    void add(SubscriptionChange change) {
        changes.add(change);
    }

    Decision as(Outcome outcome) {
        return new Decision(outcome, changes());
    }

    /** Topics first: what subscriptions do then may be about a topic that was just made. */
    private List<Change> changes() {
        List<Change> all = new ArrayList<>();
        if (topicDraft != null) {
            all.addAll(topicDraft.changes());
        }
        all.addAll(changes);
        drafts.values().forEach(draft -> draft.changes(all));
        return all;
    }
}
