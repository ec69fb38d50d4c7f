package io.skein.broker;

import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How durable subscriptions of this node did in the last hour: one ring of moments for all, and for each of at most {@link
 * #MOST} subscriptions what it came to at each. 16 bytes a point: 6.3 KB for a subscription, 800 KB when all places are
 * taken, nothing where there are none. Once they are, a subscription that waits for something takes the place of the one
 * that has stood still for the longest. From any thread.
 */
final class LagHistory {
    static final int POINTS = 360;
    static final int MOST = 128;

    private static final class Track {
        final SubscriptionName name;
        final long[] lag = new long[POINTS];
        final int[] inFlight = new int[POINTS];
        final int[] dead = new int[POINTS];
        /** Of {@link SubscriptionView}, ever: when one of them moves, it moves. */
        long handedOut = -1;

        long acknowledged = -1;
        long movedTick;

        Track(SubscriptionName name) {
            this.name = name;
            Arrays.fill(lag, -1);
        }
    }

    private final int most;
    private final Map<Long, Track> tracks = new HashMap<>();
    private long[] times = {};
    /** Of the last moment, from 1; its place in the rings is the rest by {@link #POINTS}. */
    private long tick;

    LagHistory() {
        this(MOST);
    }

    LagHistory(int most) {
        this.most = most;
    }

    /** A new moment begins; what is {@link #note noted} from now on is of it. */
    synchronized void begin(long time) {
        tick++;
        if (tracks.isEmpty() && times.length == 0) {
            return;
        }
        times[place(tick)] = time;
        tracks.values().forEach(track -> track.lag[place(tick)] = -1);
    }

    private static int place(long tick) {
        return (int) (tick % POINTS);
    }

    /** Ids of those that are kept. */
    synchronized Set<Long> kept() {
        return Set.copyOf(tracks.keySet());
    }

    /** What this one comes to now; a new one is kept if there is a place for it. */
    synchronized void note(SubscriptionView view, long time) {
        Track track = tracks.get(view.id());
        if (track == null) {
            if (tracks.size() >= most && !makeRoom(view)) {
                return;
            }
            if (times.length == 0) {
                times = new long[POINTS];
                times[place(tick)] = time;
            }
            track = new Track(view.name());
            tracks.put(view.id(), track);
        }
        boolean moves = view.delivered() != track.handedOut || view.acknowledged() != track.acknowledged;
        if (moves || isBusy(view)) {
            track.movedTick = tick;
        }
        track.handedOut = view.delivered();
        track.acknowledged = view.acknowledged();
        track.lag[place(tick)] = view.lag();
        track.inFlight[place(tick)] = saturated(view.leased());
        track.dead[place(tick)] = saturated(view.dead());
    }

    private static int saturated(long count) {
        return (int) Math.min(count, Integer.MAX_VALUE);
    }

    private static boolean isBusy(SubscriptionView view) {
        return view.lag() > 0 || view.leased() > 0;
    }

    private boolean makeRoom(SubscriptionView by) {
        if (!isBusy(by)) {
            return false;
        }
        Map.Entry<Long, Track> stillest = null;
        for (Map.Entry<Long, Track> one : tracks.entrySet()) {
            if (one.getValue().movedTick < tick
                    && (stillest == null || one.getValue().movedTick < stillest.getValue().movedTick)) {
                stillest = one;
            }
        }
        if (stillest == null) {
            return false;
        }
        tracks.remove(stillest.getKey());
        return true;
    }

    synchronized void forget(long id) {
        tracks.remove(id);
    }

    /** Oldest first; empty when it is not among those that are kept. */
    synchronized List<SubscriptionHistory.Point> of(SubscriptionName name) {
        Optional<Track> found = tracks.entrySet().stream()
                .filter(one -> one.getValue().name.equals(name))
                .max(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue);
        List<SubscriptionHistory.Point> points = new ArrayList<>();
        found.ifPresent(track -> {
            for (long one = Math.max(1, tick - POINTS + 1); one <= tick; one++) {
                int at = place(one);
                if (track.lag[at] >= 0) {
                    points.add(new SubscriptionHistory.Point(
                            times[at], track.lag[at], track.inFlight[at], track.dead[at]));
                }
            }
        });
        return points;
    }
}
