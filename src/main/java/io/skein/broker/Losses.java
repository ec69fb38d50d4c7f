package io.skein.broker;

import io.skein.machine.Cursor;
import io.skein.store.Reader;
import io.skein.store.Store;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicTrim;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one page's reader has lost to retention. First trims are gathered, on the replica's context and a bounded number
 * in each turn: those that the reader was not told of yet. In the turn that has all of them the page's content is decided
 * too, so the two fit. Then the page judges them: a trim's cursor may be late, and whether anything went that the reader
 * had not seen is proved by the first message of the topic in the page, or by where that of the trim stands.
 */
final class Losses {
    /** For a reader that comes with nothing but a cursor: every trim that ended after it is news. */
    static final long ALL_NEWS = -1;

    private static final int TRIMS_A_TURN = 512;
    /** Trims of a page that are looked up in rows; of those beyond any doubt counts as a loss. */
    private static final int LOOKED_UP = 1024;

    private static final int LOOKED_UP_AT_ONCE = 16;

    /** @param exact the cursor of the trim is that of the last message that went */
    private record Suspect(TopicTrim trim, boolean exact) {}

    private final TopicMachine topics;
    private final Store store;
    private final List<TopicFilter> filters;
    private final Cursor position;
    private final Map<Long, Suspect> suspects = new LinkedHashMap<>();
    /** The reader has seen nothing and was told of nothing: what went is what it lost. */
    private final boolean countable;

    private long told;

    /**
     * @param position everything of these topics up to here was seen
     * @param told trims that the reader knows of, by number, or {@link #ALL_NEWS}
     */
    Losses(TopicMachine topics, Store store, List<TopicFilter> filters, Cursor position, long told) {
        this.topics = topics;
        this.store = store;
        this.filters = filters;
        this.position = position;
        this.told = told;
        this.countable = told == ALL_NEWS && position.equals(Cursor.ORIGIN);
    }

    /** Trims that the reader knows of once it has been told. */
    long told() {
        return told;
    }

    /**
     * One turn's share, on the replica's context.
     *
     * @return whether these are all up to now; else there must be another turn
     */
    boolean gather() {
        if (told == ALL_NEWS) {
            told = topics.trimsEndedBy(position);
        }
        List<TopicTrim> since = topics.trimmedSince(told, TRIMS_A_TURN);
        since.forEach(this::suspect);
        if (!since.isEmpty()) {
            told = since.get(since.size() - 1).number();
        }
        return since.size() < TRIMS_A_TURN;
    }

    private void suspect(TopicTrim trim) {
        if (!trim.last().isAfter(position)
                || !Sessions.matches(filters, trim.name().value())) {
            return;
        }
        Optional<StoredMessage> last = store.tail().find(trim.topicId(), trim.lowWater() - 1);
        if (last.isPresent() && !last.get().cursor().isAfter(position)) {
            suspects.remove(trim.topicId());
        } else {
            suspects.put(trim.topicId(), new Suspect(trim, last.isPresent()));
        }
    }

    /**
     * What was lost between the position and the end of a page.
     *
     * @param messages all there are of these topics in between
     */
    Future<List<History.Loss>> judge(List<StoredMessage> messages, Cursor through) {
        if (suspects.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        Map<Long, StoredMessage> firsts = new HashMap<>();
        for (StoredMessage message : messages) {
            firsts.putIfAbsent(message.topicId(), message);
        }
        suspects.values()
                .removeIf(suspect -> isCleared(
                        suspect, Optional.ofNullable(firsts.get(suspect.trim().topicId()))));
        return cleared().map(cleared -> {
            List<History.Loss> losses = new ArrayList<>();
            for (Suspect suspect : suspects.values()) {
                if (!cleared.contains(suspect.trim().topicId())) {
                    StoredMessage first = firsts.get(suspect.trim().topicId());
                    losses.add(new History.Loss(
                            suspect.trim().name().value(),
                            first == null ? through : Reader.before(first.cursor()),
                            countable ? suspect.trim().lowWater() : -1));
                }
            }
            return losses;
        });
    }

    private boolean isCleared(Suspect suspect, Optional<StoredMessage> first) {
        if (suspect.exact() || first.isEmpty()) {
            return false;
        }
        long above = first.get().offset() - suspect.trim().lowWater();
        // The first message that is kept comes next, or one after it that was not the first before either.
        return above == 0 && !Reader.before(first.get().cursor()).isAfter(position)
                || above > 0 && !suspect.trim().hasHoles();
    }

    /** Topics of which rows show that the last message that went is not after the position. */
    private Future<Set<Long>> cleared() {
        List<TopicTrim> doubtful = suspects.values().stream()
                .filter(suspect -> !suspect.exact())
                .map(Suspect::trim)
                .limit(LOOKED_UP)
                .toList();
        return cleared(doubtful, 0, new HashSet<>());
    }

    private Future<Set<Long>> cleared(List<TopicTrim> doubtful, int from, Set<Long> cleared) {
        if (from == doubtful.size()) {
            return Future.succeededFuture(cleared);
        }
        List<TopicTrim> some = doubtful.subList(from, Math.min(doubtful.size(), from + LOOKED_UP_AT_ONCE));
        List<Future<Optional<Cursor>>> places = some.stream()
                .map(trim -> store.reader().locate(trim.topicId(), trim.lowWater() - 1))
                .toList();
        return Future.all(places).compose(all -> {
            for (int i = 0; i < some.size(); i++) {
                // Just before that message, or the first after it that is left.
                Optional<Cursor> place = places.get(i).result();
                if (place.isPresent() && position.isAfter(place.get())) {
                    cleared.add(some.get(i).topicId());
                }
            }
            return cleared(doubtful, from + some.size(), cleared);
        });
    }
}
