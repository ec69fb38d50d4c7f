package io.skein.store;

import java.nio.file.Path;

/** Another process works on this data directory. */
public final class DataDirectoryInUse extends RuntimeException {
    private static final long serialVersionUID = 1;

    DataDirectoryInUse(Path path) {
        super("data directory in use by another process: " + path);
    }
}
