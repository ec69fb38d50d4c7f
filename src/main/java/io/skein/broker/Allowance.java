package io.skein.broker;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bytes that strangers may make this node hold, over all connections and doors together. Each connection has bounds of its
 * own; this one is for all of them, so that many cannot do together what none may alone (CLAIMS 9).
 *
 * <p>When more is held than allowed, whoever stood still for the longest must give way, and the others go on. Refusing the
 * newcomer instead, or letting him wait, would hand the node to those who began something and stopped: they keep what they
 * have, and a few of them would keep everybody else out. Redis evicts its clients for the same reason. Of what {@link
 * #arriving arrives}, who brings more or is served moves; of what {@link #leaving leaves}, only who takes something does,
 * since it is the node that makes it more. There, above half, who took nothing for {@link #STILL_MS} goes too: in that half
 * everybody is served in small pieces, and a few who sleep must not make it last.
 *
 * <p>What a connection holds up to {@link #UNCOUNTED} is its own and costs no lock, so that whatever comes or goes in one
 * piece costs a comparison; the number of connections bounds that part. Safe from any thread; a {@link Share} belongs to
 * its connection's event loop.
 */
public final class Allowance {
    /** Bytes of a share that do not count; above them it counts in steps of as much. */
    public static final int UNCOUNTED = 16 << 10;

    /** Enough for the largest page, which moves only as a whole, at 300 KB a second. */
    static final long STILL_MS = 30_000;

    private final String name;
    private final long bytes;
    private final boolean leaves;
    private final LongSupplier nanos;
    /** Whose shares count, the one that stood still for the longest first. Also the lock of what follows. */
    private final Set<Share> holders = new LinkedHashSet<>();

    private volatile long held;
    private long gaveWay;

    private Allowance(String name, long bytes, boolean leaves, LongSupplier nanos) {
        this.name = name;
        this.bytes = bytes;
        this.leaves = leaves;
        this.nanos = nanos;
    }

    /**
     * Of what clients bring.
     *
     * @param name what is allowed, as a sentence for clients says it: "unfinished requests"
     */
    public static Allowance arriving(String name, long bytes) {
        return new Allowance(name, bytes, false, System::nanoTime);
    }

    /** Of what clients are given; parameters as of {@link #arriving}. */
    public static Allowance leaving(String name, long bytes) {
        return leaving(name, bytes, System::nanoTime);
    }

    static Allowance leaving(String name, long bytes, LongSupplier nanos) {
        return new Allowance(name, bytes, true, nanos);
    }

    public long bytes() {
        return bytes;
    }

    /** More than half is held: who can do with less takes less. */
    public boolean isShort() {
        if (held > bytes / 2 && leaves) {
            List<Share> leaving;
            synchronized (holders) {
                leaving = dismiss();
            }
            leaving.forEach(Share::leave);
        }
        return held > bytes / 2;
    }

    /** Nobody would have to go for so many bytes more. */
    boolean hasRoomFor(long more) {
        return held + more <= bytes;
    }

    /** Shares that had to go, ever. */
    public long gaveWay() {
        synchronized (holders) {
            return gaveWay;
        }
    }

    /** Counted now. */
    public long held() {
        return held;
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
        /** Under the lock, with what follows. */
        private long counted;

        private long movedNanos;
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

        private void leave() {
            context.runOnContext(v -> {
                if (!ended) {
                    giveWay.run();
                }
            });
        }

        /** Nothing is held from now on, whatever {@link #hold} says, and nobody is called. */
        public void end() {
            hold(0);
            ended = true;
        }
    }

    private void change(Share share, long counted) {
        List<Share> leaving;
        synchronized (holders) {
            if (share.mustGo) {
                return;
            }
            boolean moves = !leaves || counted < share.counted || share.counted == 0;
            if (moves) {
                holders.remove(share); // to the end, if it stays
            }
            if (counted > 0) {
                holders.add(share);
            }
            if (moves && leaves) {
                share.movedNanos = nanos.getAsLong();
            }
            held += counted - share.counted;
            share.counted = counted;
            leaving = dismiss();
        }
        leaving.forEach(Share::leave);
    }

    /** Whoever must go, under the lock; to be told without it. */
    private List<Share> dismiss() {
        if (held <= bytes / 2) {
            return List.of();
        }
        List<Share> leaving = new ArrayList<>(0);
        while (held > bytes
                || held > bytes / 2 && leaves && isStill(holders.iterator().next())) {
            Share longest = holders.iterator().next();
            holders.remove(longest);
            held -= longest.counted;
            longest.counted = 0;
            longest.mustGo = true;
            gaveWay++;
            leaving.add(longest);
        }
        return leaving;
    }

    private boolean isStill(Share share) {
        return nanos.getAsLong() - share.movedNanos > TimeUnit.MILLISECONDS.toNanos(STILL_MS);
    }
}
