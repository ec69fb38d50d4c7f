package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.skein.frame.Delivered;
import io.skein.frame.MessageJson;
import io.skein.store.StoredMessage;
import java.util.Arrays;

/**
 * What a PAD subscriber gets of a message: {@code FORMAT:<TYPE>|<BODY>} and a newline. A delivery is one line, so a line
 * break in the body becomes a blank: in JSON and XML it stands where a blank means the same, a RAW text loses the break.
 *
 * <p>The last lines are kept, because fan-out asks for the same message once for each subscriber. One event loop only.
 */
final class DeliveryLines {
    private static final int KEPT = 256;
    private static final int KEPT_BYTES = 16 << 10;

    private final StoredMessage[] messages = new StoredMessage[KEPT];
    private final byte[][] lines = new byte[KEPT][];

    byte[] of(StoredMessage message) {
        int slot = (message.cursor().hashCode() & Integer.MAX_VALUE) % KEPT;
        if (messages[slot] == message) {
            return lines[slot];
        }
        byte[] line = encode(message);
        if (line.length <= KEPT_BYTES) {
            messages[slot] = message;
            lines[slot] = line;
        }
        return line;
    }

    private static byte[] encode(StoredMessage message) {
        Delivered delivered = MessageJson.decode(message.json());
        byte[] prefix = ("FORMAT:" + delivered.format() + "|").getBytes(US_ASCII);
        byte[] body = delivered.body();
        byte[] line = new byte[prefix.length + body.length + 1];
        System.arraycopy(prefix, 0, line, 0, prefix.length);
        int end = prefix.length;
        for (int i = 0; i < body.length; i++) {
            byte b = body[i];
            if (b == '\r' && i + 1 < body.length && body[i + 1] == '\n') {
                continue;
            }
            line[end] = b == '\n' || b == '\r' ? (byte) ' ' : b;
            end++;
        }
        line[end] = '\n';
        return end + 1 == line.length ? line : Arrays.copyOf(line, end + 1);
    }
}
