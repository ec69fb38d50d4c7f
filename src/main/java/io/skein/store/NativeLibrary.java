package io.skein.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * SQLite itself, which lies in the jar and is loaded from a file. The driver would unpack it too, and then compare the file with
 * the jar byte by byte, which takes a new JVM 50 ms; and it would leave the file until the process ends as it should.
 */
final class NativeLibrary {
    private static final String PATH = "org.sqlite.lib.path";
    private static final String NAME = "org.sqlite.lib.name";
    private static final String DIRECTORY = "org.sqlite.tmpdir";

    private NativeLibrary() {}

    /** Once. Where this cannot be done the driver does it its own way, and says why it cannot. */
    static void load() {
        // Windows holds on to a file from which it has loaded something.
        boolean removes = !System.getProperty("os.name").startsWith("Windows");
        if (removes && System.getProperty(PATH) == null && System.getProperty(NAME) == null) {
            try {
                loadFrom(Path.of(System.getProperty(DIRECTORY, System.getProperty("java.io.tmpdir"))));
            } catch (Exception | LinkageError otherwise) {
                return;
            }
        }
    }

    private static void loadFrom(Path directory) throws Exception {
        Path file = Files.createTempFile(directory, "skein-sqlite", ".lib");
        try {
            unpack(file);
            System.setProperty(PATH, directory.toString());
            System.setProperty(NAME, file.getFileName().toString());
            SQLiteJDBCLoader.initialize();
        } finally {
            System.clearProperty(PATH);
            System.clearProperty(NAME);
            Files.deleteIfExists(file);
        }
    }

    private static void unpack(Path file) throws IOException {
        String name = LibraryLoaderUtil.getNativeLibResourcePath() + '/' + LibraryLoaderUtil.getNativeLibName();
        try (InputStream packed = NativeLibrary.class.getResourceAsStream(name)) {
            if (packed == null) {
                throw new NoSuchFileException(name);
            }
            // Into the file that is there, which is nobody else's: a copy would be a new one with whatever rights are
            // usual.
            try (OutputStream unpacked = Files.newOutputStream(file)) {
                packed.transferTo(unpacked);
            }
        }
    }
}
