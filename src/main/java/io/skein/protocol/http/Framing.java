package io.skein.protocol.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;

/** How what happens on a stream is written down. */
enum Framing {
    /** Server-sent events (HTML standard §9.2). */
    EVENTS("sse", HttpHeaders.createOptimized("text/event-stream")) {
        @Override
        void open(Buffer out, long retryMs) {
            out.appendString("retry: ").appendString(Long.toString(retryMs)).appendString("\n\n");
        }

        /**
         * An id without data dispatches nothing but is remembered: a client that loses the connection before its first
         * message resumes where it began, not where the stream is then.
         */
        @Override
        void start(Buffer out, String cursor) {
            out.appendString("id: ").appendString(cursor).appendString("\n\n");
        }

        @Override
        void message(Buffer out, String cursor, byte[] json) {
            out.appendString("id: ").appendString(cursor).appendString("\nevent: message\n");
            data(out, json);
            out.appendByte((byte) '\n');
        }

        @Override
        void gap(Buffer out, String cursor, JsonObject gap) {
            // No id: of other topics there may be messages before the place where this one goes on, and who resumes
            // there would miss them. After a resume the gap is said again.
            out.appendString("event: gap\n");
            data(out, gap.toBuffer().getBytes());
            out.appendByte((byte) '\n');
        }

        @Override
        void status(Buffer out, JsonObject status) {
            out.appendString("event: status\n");
            data(out, status.toBuffer().getBytes());
            out.appendByte((byte) '\n');
        }

        @Override
        void heartbeat(Buffer out) {
            out.appendString(":\n\n");
        }
    },
    /** One JSON object a line. What is no message has a member that no message has. */
    LINES("ndjson", HttpHeaders.createOptimized("application/x-ndjson")) {
        @Override
        void open(Buffer out, long retryMs) {}

        @Override
        void start(Buffer out, String cursor) {}

        @Override
        void message(Buffer out, String cursor, byte[] json) {
            out.appendBytes(json).appendByte((byte) '\n');
        }

        @Override
        void gap(Buffer out, String cursor, JsonObject gap) {
            out.appendBuffer(new JsonObject().put("gap", gap).toBuffer()).appendByte((byte) '\n');
        }

        @Override
        void status(Buffer out, JsonObject status) {
            out.appendBuffer(new JsonObject().put("status", status).toBuffer()).appendByte((byte) '\n');
        }

        /** A space before the next object: every parser passes over it, an empty line not every one. */
        @Override
        void heartbeat(Buffer out) {
            out.appendByte((byte) ' ');
        }
    };

    private final String door;
    private final CharSequence contentType;

    Framing(String door, CharSequence contentType) {
        this.door = door;
        this.contentType = contentType;
    }

    /** As people are shown it. */
    String door() {
        return door;
    }

    CharSequence contentType() {
        return contentType;
    }

    abstract void open(Buffer out, long retryMs);

    /** Where the stream began, as soon as that is known. */
    abstract void start(Buffer out, String cursor);

    abstract void message(Buffer out, String cursor, byte[] json);

    /** @param cursor resumes after the gap */
    abstract void gap(Buffer out, String cursor, JsonObject gap);

    abstract void status(Buffer out, JsonObject status);

    abstract void heartbeat(Buffer out);

    /**
     * The data of an event. A message's JSON holds no line break; were there one, each line would need its own
     * {@code data:}, and a bare CR ends a line too.
     */
    static void data(Buffer out, byte[] bytes) {
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                out.appendString("data: ").appendBytes(bytes, start, i - start).appendByte((byte) '\n');
                if (bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        out.appendString("data: ")
                .appendBytes(bytes, start, bytes.length - start)
                .appendByte((byte) '\n');
    }
}
