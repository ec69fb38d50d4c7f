package io.skein.store;

import java.nio.file.Path;

/** The database was written by a newer Skein, for another node, or by something else. */
public final class UnusableDatabase extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean isNewer;

    UnusableDatabase(Path file, String why) {
        this(file, why, false);
    }

    private UnusableDatabase(Path file, String why, boolean isNewer) {
        super("cannot open " + file + ": " + why);
        this.isNewer = isNewer;
    }

    /** This build is too old for it; in a data directory a line says which build was there last. */
    static UnusableDatabase newer(Path file, String why) {
        Path generation = file.toAbsolutePath().getParent();
        String by = generation == null || generation.getParent() == null
                ? ""
                : DataDirectory.build(generation.getParent())
                        .map(text -> ", last opened by " + text)
                        .orElse("");
        return new UnusableDatabase(
                file, why + by + "; run the newer Skein that wrote it, or restore a backup from before", true);
    }

    /** A newer build could open it. */
    public boolean isNewer() {
        return isNewer;
    }
}
