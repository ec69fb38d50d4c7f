package io.skein.frame;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Looks through a JSON text without building it: is it one well-formed document, and what does one member of its
 * top-level object say?
 *
 * @param member text of the member looked for; empty when the top level is no object, the member is missing or no string.
 *     Of a member that comes twice the last counts, as with most readers of JSON
 */
public record JsonScan(String member) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** @return empty when the text is not exactly one well-formed JSON document (blanks around it are allowed) */
    public static Optional<JsonScan> of(String text, String member) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return Optional.empty();
            }
            String found = "";
            if (first == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean wanted = member.equals(parser.currentName());
                    JsonToken value = parser.nextToken();
                    if (wanted) {
                        found = value == JsonToken.VALUE_STRING ? parser.getText() : "";
                    }
                    finish(parser, value);
                }
            } else {
                finish(parser, first);
            }
            return parser.nextToken() == null ? Optional.of(new JsonScan(found)) : Optional.empty();
        } catch (UncheckedIOException | IOException malformed) {
            return Optional.empty();
        }
    }

    /** Goes to the end of the value that began with {@code token}, reading strings and numbers through. */
    private static void finish(JsonParser parser, JsonToken token) throws IOException {
        int depth = 0;
        for (JsonToken at = token; at != null; at = parser.nextToken()) {
            if (at.isStructStart()) {
                depth++;
            } else if (at.isStructEnd()) {
                depth--;
            } else {
                parser.finishToken(); // strings are read lazily: without this a bad escape goes unseen
            }
            if (depth == 0) {
                return;
            }
        }
    }
}
