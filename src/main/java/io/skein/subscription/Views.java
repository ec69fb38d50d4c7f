package io.skein.subscription;

import io.skein.machine.Cursor;
import io.skein.subscription.Run.State;
import io.skein.subscription.SubscriptionChange.Counted;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicReach;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/** What others are told. Made when it is asked for: nothing here is kept up to date with every message. */
final class Views {
    private final TopicMachine topics;
    private final SubscriptionRegister register;
    private final SubscriptionLimits limits;

    Views(TopicMachine topics, SubscriptionRegister register, SubscriptionLimits limits) {
        this.topics = topics;
        this.register = register;
        this.limits = limits;
    }

    SubscriptionTotals totals() {
        return new SubscriptionTotals(
                register.size(),
                register.positions(),
                register.runs(),
                register.marks().size(),
                register.stretches());
    }

    List<SubscriptionView> all() {
        List<SubscriptionView> views = new ArrayList<>(register.size());
        for (SubscriptionState subscription : register.all()) {
            views.add(of(subscription));
        }
        views.sort(Comparator.comparing(view -> view.name().value()));
        return views;
    }

    List<SubscriptionView> after(long id, int looks) {
        return after(id, looks, each -> true);
    }

    List<SubscriptionView> after(long id, int looks, LongPredicate wanted) {
        return some(register.after(id), Integer.MAX_VALUE, looks, wanted);
    }

    List<SubscriptionView> after(String name, int most, int looks) {
        return some(register.after(name), most, looks, each -> true);
    }

    private List<SubscriptionView> some(
            Iterable<SubscriptionState> subscriptions, int most, int looks, LongPredicate wanted) {
        List<SubscriptionView> views = new ArrayList<>();
        int looked = 0;
        for (SubscriptionState subscription : subscriptions) {
            boolean isWanted = wanted.test(subscription.id);
            looked += isWanted ? 1 + subscription.positions.size() + subscription.marks.size() : 1;
            if (views.size() == most || looked > looks && !views.isEmpty()) {
                break;
            }
            if (isWanted) {
                views.add(of(subscription));
            }
        }
        return views;
    }

    /** With everything, also what is found by a look at each run. */
    SubscriptionView whole(SubscriptionState subscription) {
        long next = Long.MAX_VALUE;
        for (Position position : subscription.positions.values()) {
            for (Run run : position.runs().values()) {
                next = run.isTimed() ? Math.min(next, run.time()) : next;
            }
        }
        return of(subscription, next);
    }

    private SubscriptionView of(SubscriptionState subscription) {
        return of(subscription, Long.MAX_VALUE);
    }

    private SubscriptionView of(SubscriptionState subscription, long nextReturn) {
        long waiting = 0;
        int followed = 0;
        long[] gone = new long[State.values().length];
        for (Position position : subscription.positions.values()) {
            if (position.follows) {
                followed++;
                waiting += position.topic.count(position.next(), position.topic.nextOffset());
            }
            long lowWater = position.topic.lowWater();
            // What retention took is no longer in flight, even if its run is still there.
            for (Run run : position.runs().headMap(lowWater, false).values()) {
                gone[run.state().ordinal()] += Math.min(run.end(), lowWater) - run.first();
            }
        }
        Counted counted = subscription.counted();
        return new SubscriptionView(
                subscription.id,
                subscription.name,
                subscription.config(),
                subscription.created,
                subscription.createdTime,
                waiting,
                messages(subscription, gone, State.READY),
                messages(subscription, gone, State.DELAYED),
                messages(subscription, gone, State.LEASED),
                messages(subscription, gone, State.PACED) + messages(subscription, gone, State.UNREAD),
                subscription.marks.values().stream().mapToLong(Mark::count).sum(),
                dead(subscription),
                counted.delivered(),
                counted.redelivered(),
                counted.acknowledged(),
                followed,
                subscription.keys.blocked(),
                register.isReady(subscription),
                subscription.held() >= limits.held() || subscription.passed() >= limits.passed(),
                nextReturn,
                counted.rate());
    }

    long deliverable(SubscriptionState subscription, long most, int looks) {
        long back = 0;
        long fresh = 0;
        int looked = 0;
        long room = register.room(subscription);
        for (Position position : subscription.ready.values()) {
            register.look();
            for (Run run : position.available().values()) {
                back += run.count();
                if (back >= most || ++looked >= looks) {
                    return most;
                }
            }
            if (position.hasFresh()) {
                fresh += position.topic.nextOffset() - position.fresh();
            }
            fresh += position.hasUnread() ? 1 : 0;
            if (back + Math.min(fresh, room) >= most || ++looked >= looks) {
                return most;
            }
        }
        return back + Math.max(0, Math.min(fresh, room));
    }

    private static long messages(SubscriptionState subscription, long[] gone, State state) {
        return subscription.messages(state) - gone[state.ordinal()];
    }

    private long dead(SubscriptionState subscription) {
        long dead = 0;
        for (long topic : subscription.dead.topics()) {
            dead += subscription.dead.count(topic, lowWater(topic));
        }
        return dead;
    }

    private long lowWater(long topic) {
        return topics.reach(topic).map(TopicReach::lowWater).orElse(Long.MAX_VALUE);
    }

    /** Stretches from an offset of a topic on, then those of topics with higher ids. */
    List<OffsetRange> dead(SubscriptionState subscription, long fromTopic, long fromOffset, int most) {
        List<OffsetRange> ranges = new ArrayList<>();
        for (long topic : subscription.dead.topics()) {
            if (topic < fromTopic) {
                continue;
            }
            long from = Math.max(topic == fromTopic ? fromOffset : 0, lowWater(topic));
            for (OffsetRange stretch : subscription.dead.from(topic, from)) {
                if (ranges.size() == most) {
                    return ranges;
                }
                register.look();
                long start = Math.max(from, stretch.first());
                ranges.add(new OffsetRange(topic, start, stretch.end() - start));
            }
        }
        return ranges;
    }

    List<Holder> holders(SubscriptionState subscription, int most) {
        Map<String, Holder> holders = new HashMap<>();
        for (Position position : subscription.positions.values()) {
            for (Run run : position.runs().values()) {
                if (run.state() == State.LEASED) {
                    holders.merge(
                            run.consumer(),
                            new Holder(run.consumer(), run.count(), run.time()),
                            (a, b) -> new Holder(
                                    a.consumer(), a.messages() + b.messages(), Math.min(a.until(), b.until())));
                }
            }
        }
        return holders.values().stream()
                .sorted(Comparator.comparingLong(Holder::messages).reversed().thenComparing(Holder::consumer))
                .limit(most)
                .toList();
    }

    List<Standing> standings(long topic, long offset) {
        Optional<Interest> interest = register.interest(topic);
        if (interest.isEmpty()) {
            return List.of();
        }
        List<Standing> standings = new ArrayList<>();
        for (SubscriptionState subscription : interest.get().concerned.values()) {
            standing(subscription, topic, offset).ifPresent(standings::add);
        }
        return standings;
    }

    private static Optional<Standing> standing(SubscriptionState subscription, long topic, long offset) {
        for (Mark mark : subscription.marks.values()) {
            if (mark.topic() == topic && mark.first() <= offset && offset < mark.end()) {
                return standing(subscription, Standing.Status.MARKED, 0, mark.deliveries(), "", Cursor.ORIGIN);
            }
        }
        if (subscription.dead.contains(topic, offset)) {
            return standing(subscription, Standing.Status.DEAD, 0, 0, "", Cursor.ORIGIN);
        }
        Position position = subscription.positions.get(topic);
        Run run = position == null ? null : position.at(offset);
        if (run != null) {
            Standing.Status status = switch (run.state()) {
                case LEASED -> Standing.Status.LEASED;
                case DELAYED -> Standing.Status.DELAYED;
                case READY, PACED, UNREAD -> Standing.Status.READY;
            };
            boolean isTimed = run.state() == State.LEASED || run.state() == State.DELAYED;
            return standing(
                    subscription, status, isTimed ? run.time() : 0, run.deliveries(), run.consumer(), run.lease());
        }
        if (position == null || !position.follows) {
            return Optional.empty();
        }
        boolean waits = offset >= position.next();
        return standing(
                subscription, waits ? Standing.Status.WAITING : Standing.Status.SETTLED, 0, 0, "", Cursor.ORIGIN);
    }

    private static Optional<Standing> standing(
            SubscriptionState subscription,
            Standing.Status status,
            long until,
            int deliveries,
            String consumer,
            Cursor lease) {
        return Optional.of(
                new Standing(subscription.name, subscription.id, status, until, deliveries, consumer, lease));
    }

    /** The first unsettled message of the topic where that is likely to be the oldest, by the stamps of stretches. */
    Optional<OffsetRange> oldest(SubscriptionState subscription) {
        OffsetRange oldest = null;
        long stamp = Long.MAX_VALUE;
        for (Position position : subscription.positions.values()) {
            long floor = Math.max(position.topic.lowWater(), position.floor());
            boolean isWaiting = position.follows
                    ? floor < position.topic.nextOffset()
                    : !position.runs().isEmpty();
            if (isWaiting && position.topic.timeNear(floor) < stamp) {
                stamp = position.topic.timeNear(floor);
                oldest = new OffsetRange(position.topic.id(), floor, 1);
            }
        }
        return Optional.ofNullable(oldest);
    }
}
