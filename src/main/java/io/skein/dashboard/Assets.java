package io.skein.dashboard;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A page's files, read from the class path once and kept: together some 160 KB. Not Vert.x's StaticHandler, which copies
 * them to a cache directory first (a read-only root file system has none) and leaks a gauge for each file served.
 */
final class Assets {
    static final String INDEX = "index.html";

    /** Whatever is not on this list is not served; a test compares it with the directory. */
    static final List<String> CONSOLE = List.of(
            INDEX,
            "console.css",
            "admin.css",
            "theme.css",
            "favicon.svg",
            "app.js",
            "ask.js",
            "attention.js",
            "browse.js",
            "charts.js",
            "client.js",
            "cluster.js",
            "confirm.js",
            "delayed.js",
            "dom.js",
            "doors.js",
            "elections.js",
            "entrance.js",
            "filter.js",
            "format.js",
            "head.js",
            "keys.js",
            "lag.js",
            "letters.js",
            "log.js",
            "members.js",
            "message.js",
            "overview.js",
            "plan.js",
            "publish.js",
            "route.js",
            "shell.js",
            "stream.js",
            "subscribers.js",
            "subscription.js",
            "subscriptions.js",
            "table.js",
            "tail.js",
            "theme.js",
            "topic.js",
            "topics.js",
            "pages/accounts.js",
            "pages/cluster.js",
            "pages/connections.js",
            "pages/overview.js",
            "pages/settings.js",
            "pages/sql.js",
            "pages/subscriptions.js",
            "pages/tail.js",
            "pages/topics.js",
            "vendor/uPlot-1.6.32.iife.min.js",
            "vendor/uPlot-1.6.32.min.css",
            "vendor/uPlot-LICENSE.txt");

    static final List<String> CHAT = List.of(
            INDEX,
            "chat.css",
            "account.js",
            "app.js",
            "book.js",
            "composer.js",
            "contacts.js",
            "conversation.js",
            "entry.js",
            "live.js",
            "mail.js",
            "nodes.js",
            "outbox.js",
            "presence.js",
            "route.js",
            "seen.js",
            "session.js",
            "walk.js",
            "words.js");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");

    private final Map<String, Asset> byName = new HashMap<>();

    /**
     * @param directory of the class path, and of the names
     * @throws IllegalStateException when a file is missing: the jar is broken
     */
    Assets(String directory, List<String> names) {
        names.forEach(name -> byName.put(name, load(directory, name)));
    }

    /** @param name below the directory; never a path into anything else */
    Optional<Asset> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Asset index() {
        return byName.get(INDEX);
    }

    private static Asset load(String directory, String name) {
        byte[] bytes = read("/" + directory + "/" + name);
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        boolean named = name.matches("vendor/.*-[0-9]+\\.[0-9].*");
        return new Asset(
                Buffer.buffer(bytes),
                type,
                '"' + sha256(bytes).substring(0, 32) + '"',
                named ? "public, max-age=31536000, immutable" : "no-cache");
    }

    private static byte[] read(String resource) {
        try (InputStream in = Assets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + resource);
            }
            return in.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }
}
