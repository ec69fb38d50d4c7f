package io.skein.store;

import java.nio.file.Path;

/** The database was written by a newer Skein, or by something else. */
public final class UnknownSchema extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnknownSchema(Path file, String why) {
        super("cannot open " + file + ": " + why);
    }
}
