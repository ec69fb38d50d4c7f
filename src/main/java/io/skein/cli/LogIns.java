package io.skein.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The sessions that {@code login} began, one for each node's URL, in a file that only its owner can read: {@code
 * {"http://127.0.0.1:8080":{"username","token","expires"}}}, {@code expires} in epoch milliseconds.
 */
record LogIns(Path file) {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNERS_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    record LogIn(String username, String token, long expires) {
        @Override
        public String toString() {
            return "login of " + username;
        }
    }

    /** {@code $XDG_CONFIG_HOME/skein/sessions.json}, else below {@code ~/.config}. */
    static LogIns of(Map<String, String> environment) {
        String home = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path base = home.isEmpty() ? Path.of(System.getProperty("user.home"), ".config") : Path.of(home);
        return new LogIns(base.resolve("skein").resolve("sessions.json"));
    }

    /** @return empty also when it has ended by itself */
    Optional<LogIn> find(String url) {
        JsonObject entry = read().getJsonObject(key(url));
        return entry == null
                ? Optional.empty()
                : Optional.of(new LogIn(
                                entry.getString("username", ""),
                                entry.getString("token", ""),
                                entry.getLong("expires", 0L)))
                        .filter(in -> !in.token().isEmpty() && in.expires() > System.currentTimeMillis());
    }

    /** Where else than at that URL the session counts. */
    List<String> urls(String token) {
        JsonObject all = read();
        return all.fieldNames().stream()
                .filter(url -> token.equals(all.getJsonObject(url).getString("token")))
                .toList();
    }

    /** @param urls of the nodes of one cluster: a session is known to all of them */
    void put(Collection<String> urls, LogIn in) {
        JsonObject all = read();
        urls.forEach(url -> all.put(
                key(url),
                new JsonObject()
                        .put("username", in.username())
                        .put("token", in.token())
                        .put("expires", in.expires())));
        write(all);
    }

    /** That session is over, at whichever node it was begun. */
    void forget(String token) {
        JsonObject all = read();
        boolean isKnown = false;
        for (String url : List.copyOf(all.fieldNames())) {
            if (token.equals(all.getJsonObject(url).getString("token"))) {
                all.remove(url);
                isKnown = true;
            }
        }
        if (isKnown) { // Otherwise what another command writes meanwhile would be undone for nothing.
            write(all);
        }
    }

    /** One node has two names on its own machine. */
    private static String key(String url) {
        return url.replace("://localhost:", "://127.0.0.1:");
    }

    private JsonObject read() {
        try {
            return Files.exists(file) ? new JsonObject(Files.readString(file)) : new JsonObject();
        } catch (IOException | DecodeException unreadable) {
            throw new CommandProblem(1, file + " cannot be read; remove it and log in again");
        }
    }

    /** Whole or not at all, and at no moment readable for others. */
    private void write(JsonObject all) {
        Path directory = file.getParent();
        try {
            if (isPosix(directory)) {
                Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNERS_DIRECTORY));
            } else {
                Files.createDirectories(directory);
            }
            FileAttribute<?>[] rights = isPosix(directory)
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)}
                    : new FileAttribute<?>[0];
            Path next = Files.createTempFile(directory, "sessions", ".tmp", rights);
            Files.writeString(next, all.encodePrettily() + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new CommandProblem(1, file + " cannot be written: " + failed.getMessage());
        }
    }

    private static boolean isPosix(Path directory) {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
