package io.skein.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The database holds less than this node had promised (DESIGN D10). A node of a cluster may go on as a new one, with a new
 * incarnation, after {@link Store#setAside}; what it promised under the old one only other nodes know.
 */
public final class WentBackwards extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long promisedIncarnation;
    private final long promisedBatch;
    private final long foundIncarnation;
    private final long foundBatch;

    private WentBackwards(String what, Sentinel.Mark promised, Sentinel.Mark found) {
        super(what);
        promisedIncarnation = promised.incarnation();
        promisedBatch = promised.batch();
        foundIncarnation = found.incarnation();
        foundBatch = found.batch();
    }

    static WentBackwards isGone(Path file, Optional<Sentinel.Mark> promised) {
        return new WentBackwards(
                "the database " + file + " is gone"
                        + promised.map(mark -> "; it had reached batch " + mark.batch())
                                .orElse(""),
                promised.orElse(Sentinel.Mark.NONE),
                Sentinel.Mark.NONE);
    }

    /** Empty when what is there keeps the promise. */
    static Optional<WentBackwards> between(Sentinel.Mark promised, Sentinel.Mark found, Path file, long lastIndex) {
        if (promised.incarnation() != found.incarnation()) {
            return Optional.of(new WentBackwards(
                    "the database " + file + " is not the one that was here before", promised, found));
        }
        if (promised.batch() > found.batch()) {
            return Optional.of(new WentBackwards(
                    "the database " + file + " went backwards: it ends with batch " + found.batch() + " (log index "
                            + lastIndex + "), but batch " + promised.batch() + " had been written; the last "
                            + (promised.batch() - found.batch()) + " are missing",
                    promised,
                    found));
        }
        return Optional.empty();
    }

    /** Under which this node made its promises; 0 when nothing says so. */
    public long promisedIncarnation() {
        return promisedIncarnation;
    }

    /** The last batch that was durable once; 0 when nothing says so. */
    public long promisedBatch() {
        return promisedBatch;
    }

    /** Of the database that is there; 0 when there is none. */
    public long foundIncarnation() {
        return foundIncarnation;
    }

    /** The last batch that is there; 0 when there is no database. */
    public long foundBatch() {
        return foundBatch;
    }
}
