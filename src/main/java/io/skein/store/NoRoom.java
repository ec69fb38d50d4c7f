package io.skein.store;

import java.io.IOException;
import java.nio.file.Path;

/** A copy would not fit on its disk, or would leave too little of it; nothing was written. */
public final class NoRoom extends IOException {
    private static final long serialVersionUID = 1;

    private final long needed;
    private final long free;
    private final long kept;

    /**
     * @param needed bytes that it may take
     * @param free bytes that the disk has
     * @param kept bytes that are to stay free
     */
    NoRoom(Path target, long needed, long free, long kept) {
        super("no room for " + target + ": it may take " + needed + " bytes, " + free + " are free"
                + (kept > 0 ? " and " + kept + " are to stay free" : ""));
        this.needed = needed;
        this.free = free;
        this.kept = kept;
    }

    public long needed() {
        return needed;
    }

    public long free() {
        return free;
    }

    public long kept() {
        return kept;
    }
}
