package io.skein.protocol.tcp;

/**
 * What one publisher holds: a part of what all hold, or, from the moment a limit lets no more of it through until nothing
 * is left, of what those hold who wait for limits. They may wait for long, and nobody else is to wait with them. Where
 * there is no room for it aside it stays where it was.
 */
final class HeldShare {
    private final HeldBytes all;
    private final HeldBytes aside;
    private HeldBytes in;
    private long bytes;
    private boolean waits;

    HeldShare(HeldBytes all, HeldBytes aside) {
        this.all = all;
        this.aside = aside;
        this.in = all;
    }

    long bytes() {
        return bytes;
    }

    /** A limit let no more through, and not all that was there then has gone. */
    boolean waits() {
        return waits;
    }

    void add(long more) {
        bytes += more;
        in.add(more);
        if (bytes == 0) {
            waits = false;
            in = all;
        }
    }

    void setAside() {
        waits = bytes > 0;
        if (waits && in == all && !aside.isFull()) {
            in = aside;
            aside.add(bytes);
            // Last: it wakes those who waited for room.
            all.add(-bytes);
        }
    }
}
