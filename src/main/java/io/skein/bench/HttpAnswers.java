package io.skein.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Cuts the bytes of a connection into HTTP/1.1 answers that have a Content-Length, which is all that POSTs here get. */
final class HttpAnswers {
    private static final int MAX_BYTES = 4 << 20;
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[8192];
    private int length;
    private int status;
    private String body = "";
    private boolean broken;

    void clear() {
        length = 0;
        broken = false;
    }

    void add(byte[] more) {
        if (length + more.length > MAX_BYTES) {
            broken = true;
            return;
        }
        if (length + more.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more.length));
        }
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    /** Whether there is another whole answer; it is then the one that {@link #status} and {@link #body} tell. */
    boolean next() {
        int head = endOfHead();
        if (broken || head < 0) {
            return false;
        }
        // HTTP/1.1 201 Created
        status = number(9, head);
        int size = contentLength(head);
        if (size < 0 && status != 204) {
            // Chunked: nothing that answers a publish does so.
            broken = true;
            return false;
        }
        int end = head + Math.max(0, size);
        if (end > length) {
            return false;
        }
        body = new String(bytes, head, end - head, StandardCharsets.UTF_8);
        System.arraycopy(bytes, end, bytes, 0, length - end);
        length -= end;
        return true;
    }

    int status() {
        return status;
    }

    String body() {
        return body;
    }

    /** This connection says what is not understood here and must be given up. */
    boolean isBroken() {
        return broken;
    }

    private int endOfHead() {
        for (int i = 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private int contentLength(int head) {
        for (int line = 0; line < head; line++) {
            if ((line == 0 || bytes[line - 1] == '\n') && startsWith(line, head)) {
                int at = line + LENGTH.length;
                while (at < head && bytes[at] == ' ') {
                    at++;
                }
                return number(at, head);
            }
        }
        return -1;
    }

    private boolean startsWith(int line, int head) {
        if (line + LENGTH.length > head) {
            return false;
        }
        for (int i = 0; i < LENGTH.length; i++) {
            if ((bytes[line + i] | 0x20) != (LENGTH[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    private int number(int from, int head) {
        int value = 0;
        for (int at = from; at < head && bytes[at] >= '0' && bytes[at] <= '9' && value < MAX_BYTES; at++) {
            value = value * 10 + bytes[at] - '0';
        }
        return value;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "HttpAnswers[%d bytes, last status %d]", length, status);
    }
}
