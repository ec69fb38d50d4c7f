package io.skein.dashboard;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/** One static file of the page, as it is and packed (RFC 9110 §8.4.1.3). */
final class Asset {
    private final Buffer content;
    private final String contentType;
    private final String etag;
    private final String cacheControl;
    /** Made when somebody first asks for it: a node that starts has other work. Made twice by two at once, it is the same. */
    private volatile Buffer packed;

    /**
     * @param etag strong, quoted: it is made of the content
     * @param cacheControl files with a version in their name never change, all others are asked for again each time
     */
    Asset(Buffer content, String contentType, String etag, String cacheControl) {
        this.content = content;
        this.contentType = contentType;
        this.etag = etag;
        this.cacheControl = cacheControl;
    }

    String contentType() {
        return contentType;
    }

    String cacheControl() {
        return cacheControl;
    }

    /** The packed form is another representation with a tag of its own (RFC 9110 §8.8.3.3). */
    String etag(boolean isPacked) {
        return isPacked ? etag.substring(0, etag.length() - 1) + "-gzip\"" : etag;
    }

    Buffer content(boolean isPacked) {
        if (!isPacked) {
            return content;
        }
        Buffer known = packed;
        if (known == null) {
            known = pack(content.getBytes());
            packed = known;
        }
        return known;
    }

    private static Buffer pack(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 2);
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        return Buffer.buffer(out.toByteArray());
    }
}
