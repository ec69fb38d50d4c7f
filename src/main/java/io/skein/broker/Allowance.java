package io.skein.broker;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Bytes that strangers may make this node hold, over all connections and doors together. Each connection has bounds of its
 * own; this one is for all of them, so that many cannot do together what none may alone (CLAIMS 9).
 *
 * <p>When more is held than allowed, whoever has given nothing back for the longest must give way, and the others go on.
 * Refusing the newcomer instead, or letting him wait, would hand the node to those who began something and stopped: they
 * keep what they have, and a few of them would keep everybody else out. Redis evicts its clients for the same reason.
 *
 * <p>What a connection holds up to {@link #UNCOUNTED} is its own and costs no lock, so that whatever comes or goes in one
 * piece costs a comparison; the number of connections bounds that part. Safe from any thread; a {@link Share} belongs to
 * its connection's event loop.
 */
public final class Allowance {
    /** Bytes of a share that do not count; above them it counts in steps of as much. */
    public static final int UNCOUNTED = 16 << 10;

    private final String name;
    private final long bytes;
    /** Whose shares count, the one that gave nothing back for the longest first. Also the lock of what follows. */
    private final Set<Share> holders = new LinkedHashSet<>();

    private long held;
    private long gaveWay;
    private volatile boolean isShort;

    /** @param name what is allowed, as a sentence for clients says it: "unfinished requests" */
    public Allowance(String name, long bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    public long bytes() {
        return bytes;
    }

    /** More than half is held: who can do with less takes less. */
    public boolean isShort() {
        return isShort;
    }

    /** Shares that had to go, ever. */
    public long gaveWay() {
        synchronized (holders) {
            return gaveWay;
        }
    }

    /** Counted now. */
    public long held() {
        synchronized (holders) {
            return held;
        }
    }

    /** Why a share had to go, for its client. */
    public String why() {
        return name + " fill the " + bytes + " bytes that this node has for them, and this one stood still the longest";
    }

    /**
     * A part of it for one connection, which holds nothing yet.
     *
     * @param giveWay called on the context, once at most: what the share holds is to be let go. It counts no longer
     */
    public Share share(Context context, Runnable giveWay) {
        return new Share(context, giveWay);
    }

    /** What one connection holds. */
    public final class Share {
        private final Context context;
        private final Runnable giveWay;
        /** As of the last call, in steps; only for the event loop. */
        private long told;

        private boolean ended;
        /** Under the lock. */
        private long counted;

        private boolean mustGo;

        private Share(Context context, Runnable giveWay) {
            this.context = context;
            this.giveWay = giveWay;
        }

        /** So much is held now. */
        public void hold(long now) {
            long steps = ended || now <= UNCOUNTED ? 0 : (now - 1) / UNCOUNTED * UNCOUNTED;
            if (steps != told) {
                told = steps;
                change(this, steps);
            }
        }

        /** Nothing is held from now on, whatever {@link #hold} says, and nobody is called. */
        public void end() {
            hold(0);
            ended = true;
        }
    }

    private void change(Share share, long counted) {
        List<Share> leaving = new ArrayList<>(0);
        synchronized (holders) {
            if (share.mustGo) {
                return;
            }
            if (counted < share.counted) {
                holders.remove(share); // it moves: to the end, if it stays
            }
            if (counted > 0) {
                holders.add(share);
            }
            held += counted - share.counted;
            share.counted = counted;
            while (held > bytes) {
                Share longest = holders.iterator().next();
                holders.remove(longest);
                held -= longest.counted;
                longest.counted = 0;
                longest.mustGo = true;
                gaveWay++;
                leaving.add(longest);
            }
            isShort = held > bytes / 2;
        }
        for (Share gone : leaving) {
            gone.context.runOnContext(v -> {
                if (!gone.ended) {
                    gone.giveWay.run();
                }
            });
        }
    }
}
