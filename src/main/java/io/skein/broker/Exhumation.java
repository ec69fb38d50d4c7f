package io.skein.broker;

import io.skein.cluster.Proposer;
import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.store.StoredMessage;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Counted;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * One redrive or discard, command by command until all dead letters that are meant are taken. With a filter this node
 * reads the letters and says which they are (DESIGN D17); those that become dead meanwhile may be left out.
 */
final class Exhumation {
    /** Stretches of dead letters that one command names, as a rule. */
    static final int STRETCHES = 1_000;

    private final Ground ground;
    private final Proposer proposer;
    private final Way way;
    private final SubscriptionName name;
    private final Optional<DeadLetterFilter> filter;
    private final Function<Optional<List<OffsetRange>>, Command> command;
    private final IntFunction<Optional<IdempotencyKey>> keys;
    private final int most;

    /** Where to look next: a topic's id and an offset in it. */
    private long topic;

    private long offset;
    private final List<OffsetRange> chosen = new ArrayList<>();
    private int part;
    private boolean replayed;
    /** Some command was repeated; some did what was not done before. */
    private boolean repeated;

    private boolean anew;
    private long done;
    private long index = -1;

    /**
     * @param keys of each command, by its number
     * @param most stretches that one command names
     */
    Exhumation(
            Ground ground,
            Proposer proposer,
            Way way,
            SubscriptionName name,
            Optional<DeadLetterFilter> filter,
            Function<Optional<List<OffsetRange>>, Command> command,
            IntFunction<Optional<IdempotencyKey>> keys,
            int most) {
        this.ground = ground;
        this.proposer = proposer;
        this.way = way;
        this.name = name;
        this.filter = filter;
        this.command = command;
        this.keys = keys;
        this.most = most;
    }

    Future<LettersAck> run() {
        return (filter.isEmpty() ? all() : look()).map(v -> new LettersAck(done, index, repeated && !anew));
    }

    private Future<Void> all() {
        return propose(Optional.empty()).compose(more -> more ? all() : Future.succeededFuture());
    }

    /** @return whether there are more for another command */
    private Future<Boolean> propose(Optional<List<OffsetRange>> some) {
        return way.propose(command.apply(some), keys.apply(part++)).map(committed -> {
            Counted counted = (Counted) committed.outcome();
            replayed = committed.replayed();
            repeated |= replayed;
            boolean onlyAsks = some.isPresent() && some.get().isEmpty();
            if (replayed || !onlyAsks) {
                anew |= !replayed;
                index = Math.max(index, committed.index());
            }
            done += counted.done();
            return counted.more();
        });
    }

    private Future<Void> look() {
        return proposer.ask(() -> ground.subscriptions().dead(name, topic, offset, 1))
                .compose(next -> {
                    if (next.isEmpty()) {
                        return take(true);
                    }
                    OffsetRange stretch = next.get(0);
                    return new Letters(ground, proposer).of(stretch).compose(letters -> {
                        judge(stretch, letters);
                        return chosen.size() < most ? look() : take(false);
                    });
                });
    }

    private Future<Void> take(boolean isLast) {
        // A repeat finds nothing left to choose, and asks under its keys what the first time came to.
        boolean asks = isLast && keys.apply(part).isPresent() && (part == 0 || replayed);
        if (chosen.isEmpty() && !asks) {
            return Future.succeededFuture();
        }
        List<OffsetRange> front = chosen.subList(0, Math.min(most, chosen.size()));
        List<OffsetRange> some = List.copyOf(front);
        front.clear();
        return propose(Optional.of(some)).compose(more -> {
            if (replayed || more) {
                // What an earlier try came to under this key says nothing of these; and a command takes only so many.
                chosen.addAll(0, some);
            }
            return isLast || chosen.size() >= most ? take(isLast) : look();
        });
    }

    private void judge(OffsetRange stretch, List<StoredMessage> letters) {
        topic = stretch.topic();
        offset = stretch.first() + Math.max(1, letters.size());
        for (StoredMessage letter : letters) {
            if (filter.orElseThrow().matches(letter)) {
                choose(letter);
            }
        }
    }

    private void choose(StoredMessage letter) {
        int last = chosen.size() - 1;
        if (last >= 0
                && chosen.get(last).topic() == letter.topicId()
                && chosen.get(last).end() == letter.offset()) {
            OffsetRange before = chosen.get(last);
            chosen.set(last, new OffsetRange(before.topic(), before.first(), before.count() + 1));
        } else {
            chosen.add(new OffsetRange(letter.topicId(), letter.offset(), 1));
        }
    }
}
