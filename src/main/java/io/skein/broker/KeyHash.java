package io.skein.broker;

import io.skein.frame.TraceContext;
import io.skein.machine.IdempotencyKey;
import io.skein.topic.Header;
import io.skein.topic.Publication;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** Makes a client's idempotency key small enough for the log and for memory (DESIGN D17). */
final class KeyHash {
    static final int MAX_KEY_LENGTH = 255;

    private KeyHash() {}

    /** A publish under a key: another list of messages under the same key is another body. */
    static IdempotencyKey of(String scope, String key, List<Publication> messages) {
        return of(scope, key, messages(messages));
    }

    /** The same of more than a publish. */
    static IdempotencyKey of(String scope, String key, List<Publication> messages, String rest) {
        MessageDigest digest = messages(messages);
        add(digest, rest);
        return of(scope, key, digest);
    }

    private static MessageDigest messages(List<Publication> messages) {
        MessageDigest digest = sha256();
        for (Publication publication : messages) {
            add(digest, publication.topic().value());
            add(digest, publication.message().key());
            add(digest, publication.message().contentType());
            add(digest, publication.message().format().name());
            for (Header header : publication.message().headers()) {
                // Whoever tries again is another span of the same trace, and means the same message.
                if (!TraceContext.isHeader(header.name())) {
                    add(digest, header.name());
                    add(digest, header.value());
                }
            }
            add(digest, publication.delayMs());
            add(digest, publication.ttlMs());
            add(digest, publication.expectOffset());
            add(digest, publication.message().body());
        }
        return digest;
    }

    /** Any other command under a key, told apart by its text. */
    static IdempotencyKey of(String scope, String key, String command) {
        MessageDigest digest = sha256();
        add(digest, command);
        return of(scope, key, digest);
    }

    private static IdempotencyKey of(String scope, String key, MessageDigest body) {
        MessageDigest digest = sha256();
        add(digest, scope);
        add(digest, key);
        ByteBuffer name = ByteBuffer.wrap(digest.digest());
        return new IdempotencyKey(
                name.getLong(), name.getLong(), ByteBuffer.wrap(body.digest()).getLong());
    }

    private static void add(MessageDigest digest, String text) {
        add(digest, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        add(digest, bytes.length);
        digest.update(bytes);
    }

    private static void add(MessageDigest digest, long number) {
        digest.update(ByteBuffer.allocate(8).putLong(0, number));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }
}
