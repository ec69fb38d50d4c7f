package io.skein.store;

import java.nio.file.Path;

/** The database was written by a newer Skein, for another node, or by something else. */
public final class UnusableDatabase extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnusableDatabase(Path file, String why) {
        super("cannot open " + file + ": " + why);
    }
}
