package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.skein.topic.Format;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Cuts what a PAD publisher sends into frames. Bytes go in as they come, frames come out as soon as their end is certain;
 * how the bytes were split into segments makes no difference. No clock: the caller says when it was quiet ({@link #idle}).
 *
 * <p>A frame is {@code FORMAT:JSON|...}, {@code FORMAT:XML|...}, {@code FORMAT:RAW|...}, each also with {@code ;ACK} before
 * the bar, or any other text. It ends, whichever comes first:
 *
 * <ul>
 *   <li>JSON or XML: with its complete, well-formed document, over as many lines as it takes;
 *   <li>at a newline (in a document that is not complete yet only when {@code FORMAT:} follows the newline);
 *   <li>at the next {@code FORMAT:} (in an unfinished document not where a document may contain text: in JSON strings, in
 *       XML elements);
 *   <li>when it was quiet, or the stream ended; an unfinished document is then cut at every {@code FORMAT:} within.
 * </ul>
 *
 * What does not parse as its prefix says is RAW with the whole text, prefix included; a newline at its end is not part of
 * it. Blanks and newlines between frames are skipped. Nothing else of the stream is left out, except a frame above the limit:
 * then {@link #tooLong} is true for good and the rest is not looked at.
 */
final class PublisherFrames {
    /** What the stream waits for, so that the caller knows how much quiet means the end. */
    enum Waiting {
        NOTHING,
        /** The text so far may be a whole frame. */
        TEXT,
        /** More must come: a prefix, document or character has only begun. */
        REST
    }

    private enum Mode {
        BETWEEN,
        HEADER,
        /** After the bar of JSON or XML, before the document. */
        LEAD,
        DOCUMENT,
        TEXT
    }

    private static final byte[] FORMAT = "FORMAT:".getBytes(US_ASCII);
    /** {@code FORMAT:JSON;ACK|} and a little. */
    private static final int MAX_HEADER = 24;

    private static final int KEPT_CAPACITY = 16 << 10;

    private final int maxFrameBytes;
    private final Documents documents;

    private byte[] buffer = new byte[0];
    /** First byte of the frame being read. */
    private int start;
    /** Next byte to look at. */
    private int scan;
    /** After the last byte there is. */
    private int end;

    private boolean tooLong;

    private Mode mode = Mode.BETWEEN;
    private Header header = Header.NONE;
    private int bodyAt;
    private DocumentScanner scanner;
    /** The document was balanced but did not parse: no use trying again. */
    private boolean malformed;
    /** How many bytes of {@code FORMAT:} the bytes before {@code scan} are. */
    private int matched;

    private List<PublisherFrame> out = new ArrayList<>();

    PublisherFrames(int maxFrameBytes, Documents documents) {
        this.maxFrameBytes = maxFrameBytes;
        this.documents = documents;
    }

    /** @return the frames whose end is certain now, in order */
    List<PublisherFrame> feed(byte[] bytes) {
        if (!tooLong) {
            append(bytes, 0, bytes.length);
            advance();
            compact();
        }
        return taken();
    }

    /** It was quiet for long enough, or the stream ended: what is there is all there is. */
    List<PublisherFrame> idle() {
        if (!tooLong && mode != Mode.BETWEEN) {
            if (mode != Mode.DOCUMENT || !cutAtHeaders(true)) {
                text(start, end);
            }
            start = end;
            scan = end;
            mode = Mode.BETWEEN;
            compact();
        }
        return taken();
    }

    Waiting waiting() {
        if (mode == Mode.BETWEEN || tooLong) {
            return Waiting.NOTHING;
        }
        boolean begun = mode == Mode.DOCUMENT
                || mode == Mode.LEAD
                || mode == Mode.HEADER && isHeaderSoFar()
                || header.present && bodyAt == end
                || endsWithinCharacter();
        return begun ? Waiting.REST : Waiting.TEXT;
    }

    /** A frame was above the limit; nothing more comes out. */
    boolean tooLong() {
        return tooLong;
    }

    /** The unfinished frame shall be let go, as if it were above the limit. */
    void giveUp() {
        tooLong = true;
        compact();
    }

    /** Whether the frame that was above the limit asked for an answer. */
    boolean tooLongWantsAck() {
        return tooLong && header.ack;
    }

    /** Bytes held of a frame that has not ended. */
    int buffered() {
        return end - start;
    }

    private void advance() {
        while (scan < end && !tooLong) {
            byte b = buffer[scan];
            if (mode == Mode.BETWEEN) {
                if (isBlank(b)) {
                    scan++;
                    start = scan;
                    continue;
                }
                begin();
            }
            if (scan - start >= maxFrameBytes) {
                if (mode != Mode.DOCUMENT || !cutAtHeaders(false)) {
                    tooLong = true;
                }
                continue;
            }
            look(b);
        }
    }

    private void begin() {
        mode = Mode.HEADER;
        header = Header.NONE;
        bodyAt = -1;
        scanner = null;
        malformed = false;
        matched = 0;
    }

    private void look(byte b) {
        matched = b == FORMAT[matched] ? matched + 1 : b == FORMAT[0] ? 1 : 0;
        if (matched == FORMAT.length) {
            matched = 0;
            int at = scan + 1 - FORMAT.length;
            if (at > start && (mode != Mode.DOCUMENT || scanner.isOutside() || isNewline(buffer[at - 1]))) {
                cut(at);
                return;
            }
        }
        if (b == '\n' && mode != Mode.DOCUMENT) {
            cut(scan);
            return;
        }
        switch (mode) {
            case HEADER -> header(b);
            case LEAD -> lead(b);
            case DOCUMENT -> document(b);
            default -> {}
        }
        scan++;
    }

    private void header(byte b) {
        if (b == '|') {
            header = Header.of(new String(buffer, start, scan + 1 - start, US_ASCII));
            bodyAt = scan + 1;
            mode = header.present && header.format != Format.RAW ? Mode.LEAD : Mode.TEXT;
        } else if (scan - start >= MAX_HEADER) {
            mode = Mode.TEXT;
        }
    }

    private void lead(byte b) {
        if (b == ' ' || b == '\t') {
            return;
        }
        boolean json = header.format == Format.JSON;
        if (json ? b == '{' || b == '[' : b == '<') {
            scanner = json ? new DocumentScanner.Json() : new DocumentScanner.Xml();
            bodyAt = scan;
            mode = Mode.DOCUMENT;
            document(b);
        } else {
            mode = Mode.TEXT;
        }
    }

    private void document(byte b) {
        if (!scanner.ends(b)) {
            return;
        }
        Optional<String> topic = topic(bodyAt, scan + 1);
        if (topic.isPresent()) {
            out.add(new PublisherFrame(header.format, topic.get(), header.ack, copy(bodyAt, scan + 1)));
            start = scan + 1;
            mode = Mode.BETWEEN;
        } else {
            malformed = true;
            mode = Mode.TEXT;
        }
    }

    /** The frame ends before {@code at}; the next begins there. */
    private void cut(int at) {
        text(start, at);
        start = at;
        scan = at;
        mode = Mode.BETWEEN;
    }

    /** A frame that was ended from outside: newline, next header, quiet. */
    private void text(int from, int to) {
        int last = to;
        while (last > from && isNewline(buffer[last - 1])) {
            last--;
        }
        if (header.present && header.format == Format.RAW) {
            out.add(new PublisherFrame(Format.RAW, "", header.ack, copy(bodyAt, Math.max(bodyAt, last))));
            return;
        }
        boolean mayParse = header.present && !malformed && mode != Mode.DOCUMENT; // an unbalanced document does not
        if (mayParse && bodyAt < last) {
            Optional<String> topic = topic(bodyAt, last);
            if (topic.isPresent()) {
                out.add(new PublisherFrame(header.format, topic.get(), header.ack, copy(bodyAt, last)));
                return;
            }
        }
        out.add(new PublisherFrame(Format.RAW, "", header.ack, copy(from, last)));
    }

    /**
     * A document did not end: what looked like its text may be the frames after it. Cuts at every {@code FORMAT:} and reads
     * each piece by itself, so that the work stays linear in the bytes however they are made.
     *
     * @param ended nothing follows the last piece; else it is the frame being read from now on
     * @return false when there is no {@code FORMAT:} to cut at
     */
    private boolean cutAtHeaders(boolean ended) {
        int to = ended ? end : scan;
        int next = headerAfter(start, to);
        if (next < 0) {
            return false;
        }
        int from = start;
        while (next >= 0) {
            piece(from, next);
            from = next;
            next = headerAfter(from, to);
        }
        if (ended) {
            piece(from, to);
        } else {
            start = from;
            scan = from;
            mode = Mode.BETWEEN;
        }
        return true;
    }

    private void piece(int from, int to) {
        PublisherFrames alone = new PublisherFrames(maxFrameBytes, documents);
        out.addAll(alone.feed(copy(from, to)));
        out.addAll(alone.idle());
    }

    private int headerAfter(int from, int to) {
        for (int i = from + 1; i + FORMAT.length <= to; i++) {
            if (buffer[i] == FORMAT[0] && Arrays.equals(buffer, i, i + FORMAT.length, FORMAT, 0, FORMAT.length)) {
                return i;
            }
        }
        return -1;
    }

    private Optional<String> topic(int from, int to) {
        return header.format == Format.JSON
                ? documents.jsonTopic(buffer, from, to)
                : documents.xmlTopic(buffer, from, to);
    }

    private boolean isHeaderSoFar() {
        String so = new String(buffer, start, end - start, US_ASCII);
        return Header.isBegunBy(so);
    }

    /** Whether the last bytes are the beginning of a UTF-8 character. */
    private boolean endsWithinCharacter() {
        for (int back = 1; back <= 3 && end - back >= start; back++) {
            int b = buffer[end - back] & 0xFF;
            if (b >= 0xC0) {
                int length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return back < length;
            }
            if (b < 0x80) {
                return false;
            }
        }
        return false;
    }

    private void append(byte[] bytes, int from, int length) {
        if (end + length > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(end + length, Math.min(2 * buffer.length, end + maxFrameBytes)));
        }
        System.arraycopy(bytes, from, buffer, end, length);
        end += length;
    }

    private void compact() {
        if (tooLong || start == end) {
            start = 0;
            scan = 0;
            end = 0;
            if (buffer.length > KEPT_CAPACITY) {
                buffer = new byte[0];
            }
        } else if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            scan -= start;
            end -= start;
            bodyAt -= start;
            start = 0;
        }
    }

    private List<PublisherFrame> taken() {
        if (out.isEmpty()) {
            return List.of();
        }
        List<PublisherFrame> frames = out;
        out = new ArrayList<>();
        return frames;
    }

    private byte[] copy(int from, int to) {
        return Arrays.copyOfRange(buffer, from, to);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || isNewline(b);
    }

    private static boolean isNewline(byte b) {
        return b == '\n' || b == '\r';
    }

    /** What stands before the bar. */
    private record Header(boolean present, Format format, boolean ack) {
        static final Header NONE = new Header(false, Format.RAW, false);

        private static final List<String> KNOWN = Arrays.stream(Format.values())
                .flatMap(format -> List.of("FORMAT:" + format + "|", "FORMAT:" + format + ";ACK|").stream())
                .toList();

        static Header of(String text) {
            if (!KNOWN.contains(text)) {
                return NONE;
            }
            boolean ack = text.endsWith(";ACK|");
            String name = text.substring("FORMAT:".length(), text.length() - (ack ? ";ACK|" : "|").length());
            return new Header(true, Format.valueOf(name), ack);
        }

        static boolean isBegunBy(String text) {
            return KNOWN.stream().anyMatch(known -> known.startsWith(text));
        }
    }
}
