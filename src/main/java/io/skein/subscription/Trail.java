package io.skein.subscription;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.subscription.Standing.Status;
import io.skein.subscription.SubscriptionCommand.Ack;
import io.skein.subscription.SubscriptionCommand.Acks;
import io.skein.subscription.SubscriptionCommand.Configure;
import io.skein.subscription.SubscriptionCommand.DeadLetter;
import io.skein.subscription.SubscriptionCommand.Extend;
import io.skein.subscription.SubscriptionCommand.Nack;
import io.skein.subscription.SubscriptionCommand.Nacks;
import io.skein.subscription.SubscriptionCommand.Pull;
import io.skein.subscription.SubscriptionCommand.Redrive;
import io.skein.subscription.SubscriptionCommand.Seek;
import io.skein.subscription.SubscriptionCommand.Settle;
import io.skein.subscription.SubscriptionCommand.Transact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The deliveries of one message to one subscription, as the log tells them. The log holds what was asked, not what was
 * decided: a pull does not say what it lent. But whatever ends a delivery names its lease, and a lease is the place of
 * the pull. So first all commands after the message are {@link #see seen}, in the log's order, and then the pulls that
 * {@link #leases} are places of are {@link #pulled told}.
 *
 * <p>Bounds: the last {@value #MOST} deliveries are remembered. What the log cannot say is left open: a transaction counts
 * as done unless what follows contradicts it.
 */
public final class Trail {
    /** Deliveries that are remembered. */
    public static final int MOST = 100;

    /** How a delivery ended. */
    public enum End {
        /** Not that it is known. */
        OPEN,
        ACKNOWLEDGED,
        NACKED,
        EXPIRED,
        /** The position was moved, or another delivery followed and nothing says why. */
        LOST
    }

    /**
     * One delivery.
     *
     * @param number 1 for the first; 0: not known
     * @param leased when it began, epoch milliseconds; 0: the log does not hold its pull any more
     * @param until when its lease ends or was to end; 0: not known
     * @param consumer who pulled; empty when nobody said
     * @param reason of a nack; may be empty
     * @param ended when it ended; 0: it did not, or it is not known when
     */
    public record Delivery(int number, long leased, long until, String consumer, End end, String reason, long ended) {}

    private static final class Told {
        long leased;
        /** Since the pull: how long it asked for; 0: as the subscription says. */
        long leaseMs;

        long extended;
        String consumer = "";
        End end = End.OPEN;
        /** An ack in a transaction, which may have been refused as a whole. */
        boolean isUnsure;

        String reason = "";
        Moment ended;
        /** An ack after the lease had ended. */
        Moment late;
    }

    private record Configured(Cursor at, long leaseMs) {}

    private final long topic;
    private final long offset;
    private final Standing standing;
    private final long leaseMs;
    private final boolean isLetter;
    private final TreeMap<Cursor, Told> leases = new TreeMap<>();
    private final List<Configured> configured = new ArrayList<>();
    /** Where deliveries began to be counted anew. */
    private final List<Cursor> restarts = new ArrayList<>();
    /** By mark. */
    private final Map<Cursor, Cursor> copies = new HashMap<>();

    private boolean isWhole = true;
    /** Index of the first entry that was seen. */
    private long firstSeen = Long.MAX_VALUE;

    /**
     * @param standing what the message is now
     * @param leaseMs as the subscription is configured now
     * @param isLetter the message is one of the subscription's dead letters, or was
     */
    public Trail(long topic, long offset, Standing standing, long leaseMs, boolean isLetter) {
        this.topic = topic;
        this.offset = offset;
        this.standing = standing;
        this.leaseMs = leaseMs;
        this.isLetter = isLetter;
        if (standing.lease().place() != Cursor.END) {
            leases.put(standing.lease(), new Told());
        }
    }

    /** The log does not hold everything since the message any more. */
    public void begunLate() {
        isWhole = false;
    }

    /** No delivery is missing. */
    public boolean isWhole() {
        return isWhole;
    }

    /** The next command of the log. */
    public void see(Moment at, Command command) {
        firstSeen = Math.min(firstSeen, at.index());
        if (command instanceof Ack ack && isOurs(ack.name())) {
            ack.leases().forEach(lease -> acknowledged(at, lease, false));
        } else if (command instanceof Nack nack && isOurs(nack.name())) {
            nack.leases().forEach(lease -> ended(at, lease, End.NACKED, nack.reason()));
        } else if (command instanceof Extend extend && isOurs(extend.name())) {
            extend.leases().forEach(lease -> extended(at, lease, extend.leaseMs()));
        } else if (command instanceof Settle settle) {
            settle.ended().forEach(lease -> ended(at, lease, End.EXPIRED, ""));
        } else if (command instanceof Transact transact) {
            for (Acks acks : transact.acks()) {
                acks.leases().forEach(lease -> acknowledged(at, lease, true));
            }
            for (Nacks nacks : transact.nacks()) {
                nacks.leases().forEach(lease -> ended(at, lease, End.NACKED, nacks.reason()));
            }
        } else if (command instanceof Seek seek && isOurs(seek.name())) {
            sought(at);
        } else if (command instanceof Configure configure && isOurs(configure.name())) {
            keep(configured, new Configured(place(at), configure.config().leaseMs()));
        } else if (command instanceof Redrive redrive && isOurs(redrive.name()) && isLetter) {
            keep(restarts, place(at));
        } else if (command instanceof DeadLetter letter) {
            buried(at, letter);
        }
    }

    private boolean isOurs(SubscriptionName name) {
        return name.equals(standing.subscription());
    }

    private static Cursor place(Moment at) {
        return new Cursor(at.index(), at.place());
    }

    private Optional<Told> told(Leases lease) {
        if (lease.subscription() != standing.id()
                || lease.topic() != topic
                || offset < lease.first()
                || offset >= lease.end()) {
            return Optional.empty();
        }
        Told told = leases.computeIfAbsent(lease.lease(), none -> new Told());
        if (leases.size() > MOST) {
            Cursor first = leases.firstKey();
            leases.remove(first.equals(standing.lease()) ? leases.higherKey(first) : first);
            isWhole = false;
        }
        return Optional.of(told);
    }

    private void acknowledged(Moment at, Leases lease, boolean isUnsure) {
        told(lease).ifPresent(told -> {
            if (told.end == End.OPEN || told.isUnsure) {
                told.end = End.ACKNOWLEDGED;
                told.ended = at;
                told.isUnsure = isUnsure;
            } else if (told.end == End.EXPIRED && told.late == null) {
                told.late = at;
            }
        });
    }

    private void ended(Moment at, Leases lease, End end, String reason) {
        told(lease).ifPresent(told -> {
            if (told.end == End.OPEN || told.isUnsure) {
                told.end = end;
                told.reason = reason;
                told.ended = at;
                told.isUnsure = false;
            }
        });
    }

    private void extended(Moment at, Leases lease, long forMs) {
        told(lease).filter(told -> told.end == End.OPEN).ifPresent(told -> {
            told.extended = at.time() + (forMs > 0 ? forMs : leaseMs(place(at)));
        });
    }

    private static <T> void keep(List<T> last, T one) {
        last.add(one);
        if (last.size() > MOST) {
            last.remove(0);
        }
    }

    private void sought(Moment at) {
        keep(restarts, place(at));
        leases.values().stream().filter(told -> told.end == End.OPEN).forEach(told -> {
            told.end = End.LOST;
            told.ended = at;
        });
    }

    private void buried(Moment at, DeadLetter letter) {
        long place = offset - letter.first();
        boolean isOfInterest = leases.values().stream()
                .anyMatch(told -> told.ended != null
                        && told.ended.index() == letter.mark().index());
        if (isOfInterest && place >= 0 && place < letter.messages().size()) {
            copies.put(letter.mark(), new Cursor(at.index(), at.place() + (int) place));
        }
    }

    /** Places of the pulls that lent the message, as far as the log names them. */
    public List<Cursor> leases() {
        return List.copyOf(leases.keySet());
    }

    /** What stands at the place of a lease. */
    public void pulled(Moment at, Command command) {
        Told told = leases.get(place(at));
        if (told != null && command instanceof Pull pull && isOurs(pull.name())) {
            told.leased = at.time();
            told.leaseMs = pull.leaseMs();
            told.consumer = pull.consumer();
        }
    }

    /** How long leases lasted at this place of the log, unless who pulled said otherwise; 0: not known. */
    private long leaseMs(Cursor at) {
        long ms = configured.isEmpty() ? leaseMs : 0;
        for (Configured one : configured) {
            ms = at.isAfter(one.at) ? one.leaseMs : ms;
        }
        return ms;
    }

    /** Whoever names a lease may have made it up: there is none where no pull stands. */
    private void forgetMadeUp() {
        leases.entrySet()
                .removeIf(lease -> lease.getValue().leased == 0
                        && lease.getKey().index() >= firstSeen
                        && !lease.getKey().equals(standing.lease()));
    }

    /** All that is known, the first delivery first. Once the pulls were told. */
    public List<Delivery> deliveries() {
        forgetMadeUp();
        List<Cursor> places = leases();
        List<Delivery> deliveries = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            Cursor next = i + 1 < places.size() ? places.get(i + 1) : null;
            deliveries.add(delivery(places.get(i), next, number(i)));
        }
        return deliveries;
    }

    /** Counted back from the last where the state says which that was, else from the first if the log goes back so far. */
    private int number(int i) {
        int after = leases.size() - 1 - i;
        int count = standing.deliveries();
        if (count > 0) {
            boolean isGuess = count > leases.size() && after > 0;
            return isGuess ? 0 : Math.max(0, count - after);
        }
        if (!isWhole) {
            return 0;
        }
        Cursor place = leases().get(i);
        Cursor from = restarts.stream()
                .filter(restart -> !restart.isAfter(place))
                .reduce((earlier, later) -> later)
                .orElse(Cursor.ORIGIN);
        return leases.subMap(from, true, place, true).size();
    }

    private Delivery delivery(Cursor lease, Cursor next, int number) {
        Told told = leases.get(lease);
        End end = told.end;
        Moment ended = told.ended;
        boolean isHeld = standing.status() == Status.LEASED && standing.lease().equals(lease);
        if (isLateTaken(told, next)) {
            end = End.ACKNOWLEDGED;
            ended = told.late;
        } else if (isHeld) {
            // Whatever was asked was refused.
            end = End.OPEN;
            ended = null;
        } else if (next != null && isContradicted(told, next)) {
            end = End.LOST;
            ended = null;
        }
        return new Delivery(
                number,
                told.leased,
                isHeld ? standing.until() : until(lease, told),
                told.consumer,
                end,
                end == told.end ? told.reason : "",
                ended == null ? 0 : ended.time());
    }

    /** An ack that comes after the end of its lease is taken until somebody else gets the message, or it is given up. */
    private boolean isLateTaken(Told told, Cursor next) {
        return told.late != null
                && (next == null || next.isAfter(place(told.late)))
                && copies(told).isEmpty();
    }

    private static boolean isContradicted(Told told, Cursor next) {
        return told.end == End.OPEN || told.isUnsure || !next.isAfter(place(told.ended));
    }

    private long until(Cursor lease, Told told) {
        if (told.extended > 0 || told.leased == 0) {
            return told.extended;
        }
        long ms = told.leaseMs > 0 ? told.leaseMs : leaseMs(lease);
        return ms > 0 ? told.leased + ms : 0;
    }

    private List<Cursor> copies(Told told) {
        List<Cursor> found = new ArrayList<>();
        copies.forEach((mark, copy) -> {
            if (told.ended != null && mark.index() == told.ended.index()) {
                found.add(copy);
            }
        });
        return found;
    }

    /**
     * Places in the log of messages that may be this one's copy among the dead letters: marks that one entry made are not
     * told apart here, but the copy's headers say whose it is.
     */
    public List<Cursor> copies() {
        forgetMadeUp();
        return leases.isEmpty() ? List.of() : copies(leases.lastEntry().getValue());
    }

    /** Whether the last that is known of the message is that it was acknowledged. */
    public boolean isAcknowledged() {
        List<Delivery> all = deliveries();
        return !all.isEmpty() && all.get(all.size() - 1).end() == End.ACKNOWLEDGED;
    }
}
