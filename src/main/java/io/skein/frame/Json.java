package io.skein.frame;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The few ways in which this room reads JSON values, each with its limit. A value of the wrong kind is a {@link
 * Malformed} that names the field; the parser then stands on the value's last token, so that reading can go on.
 */
final class Json {
    /** Levels of arrays and objects in one document; the protocol needs four. */
    static final int MAX_DEPTH = 16;
    /** Characters of a field's name. */
    static final int MAX_NAME = 1024;
    /** Headers of one message; the state machine may allow fewer. */
    static final int MAX_HEADERS = 256;

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(64)
                    .maxNameLength(MAX_NAME)
                    // The caller bounds the document.
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // Hostile names may collide as they like: the table stops growing, nothing is thrown.
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .build();

    private Json() {}

    /** Something that reads with a parser. */
    interface Reading<T> {
        T read(JsonParser parser) throws IOException;
    }

    /**
     * Reads from UTF-8 bytes.
     *
     * @throws Malformed and nothing else for whatever the bytes are
     */
    static <T> T read(byte[] utf8, int from, int to, Reading<T> reading) {
        try (JsonParser parser = parser(utf8, from, to)) {
            return reading.read(parser);
        } catch (IOException wrong) {
            throw unreadable(wrong);
        }
    }

    /** A parser of these bytes. What it throws is to become {@link #unreadable}. */
    static JsonParser parser(byte[] utf8, int from, int to) {
        if (!Utf8.isWellFormed(utf8, from, to)) {
            throw Malformed.unreadable("this is no UTF-8");
        }
        // Jackson would take a byte order mark and UTF-16; JSON between systems is UTF-8 (RFC 8259 §8.1).
        if (to - from >= 2 && (utf8[from] == 0 || utf8[from + 1] == 0 || utf8[from] == (byte) 0xEF)) {
            throw Malformed.unreadable("this is no JSON");
        }
        try {
            return FACTORY.createParser(utf8, from, to - from);
        } catch (IOException wrong) {
            throw unreadable(wrong);
        }
    }

    static Malformed unreadable(IOException wrong) {
        String message = wrong instanceof JsonProcessingException json ? json.getOriginalMessage() : wrong.getMessage();
        return Malformed.unreadable(
                "this is no JSON: " + shown(String.valueOf(message).replaceFirst(" \\(start marker at .*", "")));
    }

    static void objectBegins(JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            throw Malformed.unreadable("a JSON object was expected");
        }
    }

    static String text(JsonParser parser, String name, int maxChars) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong(parser, name, "text");
        }
        if (parser.getTextLength() > maxChars) {
            throw Malformed.of(name + " is longer than " + maxChars + " characters");
        }
        String text = parser.getText();
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isHighSurrogate(text.charAt(i))
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(++i))) {
                    throw Malformed.of(name + " holds half a surrogate pair, which is no text");
                }
            }
        }
        return text;
    }

    /** A text's UTF-8 bytes. */
    static byte[] bytes(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong(parser, name, "text (give JSON as a string, other bytes as body64)");
        }
        return Utf8.encode(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }

    static byte[] base64(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong(parser, name, "text in base64");
        }
        try {
            return Base64.getDecoder().decode(parser.getText());
        } catch (IllegalArgumentException notBase64) {
            throw Malformed.of(name + " is no base64 (RFC 4648 §4)");
        }
    }

    static long number(JsonParser parser, String name, long min, long max) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrong(parser, name, "a whole number");
        }
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getLongValue() < min
                || parser.getLongValue() > max) {
            throw Malformed.of(name + " is a whole number from " + min + " to " + max);
        }
        return parser.getLongValue();
    }

    static boolean truth(JsonParser parser, String name) throws IOException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw wrong(parser, name, "true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    static long durationMs(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong(parser, name, "a duration like \"10s\"");
        }
        try {
            return Durations.parseMs(parser.getText());
        } catch (Malformed notADuration) {
            throw Malformed.of(name + ": " + notADuration.getMessage());
        }
    }

    /** One text, or an array of them. */
    static List<String> texts(JsonParser parser, String name, int max, int maxChars) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return List.of(text(parser, name, maxChars));
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrong(parser, name, "text or a list of texts");
        }
        List<String> texts = new ArrayList<>();
        Malformed problem = null;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (problem == null && texts.size() == max) {
                problem = Malformed.of(name + " has more than " + max + " entries");
            } else if (problem == null) {
                try {
                    texts.add(text(parser, name, maxChars));
                } catch (Malformed first) {
                    problem = first;
                }
            }
            parser.skipChildren();
        }
        if (problem != null) {
            throw problem;
        }
        return Collections.unmodifiableList(texts);
    }

    /** An object of texts, in its order. */
    static Map<String, String> headers(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrong(parser, name, "an object of texts");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        Malformed problem = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String header = parser.currentName();
            parser.nextToken();
            if (problem == null && headers.size() == MAX_HEADERS) {
                problem = Malformed.of(name + " has more than " + MAX_HEADERS + " entries");
            } else if (problem == null) {
                try {
                    if (headers.put(header, text(parser, "the header " + shown(header), Integer.MAX_VALUE)) != null) {
                        problem = Malformed.of("the header " + shown(header) + " is there twice");
                    }
                } catch (Malformed first) {
                    problem = first;
                }
            }
            parser.skipChildren();
        }
        if (problem != null) {
            throw problem;
        }
        return Collections.unmodifiableMap(headers);
    }

    /** Leaves the parser on the last token of the value that was not wanted. */
    static Malformed wrong(JsonParser parser, String name, String wanted) throws IOException {
        String found = switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "text";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + shown(parser.getText());
            case VALUE_NULL -> "null";
            default -> parser.getText();
        };
        parser.skipChildren();
        return Malformed.of(name + " is " + wanted + ", not " + found);
    }

    /** For messages: short, and without what would break a line. */
    static String shown(String text) {
        String line = text.length() <= 64 ? text : text.substring(0, 64) + "...";
        for (int i = 0; i < line.length(); i++) {
            if (Character.isISOControl(line.charAt(i)) || Character.isSurrogate(line.charAt(i))) {
                return line.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
            }
        }
        return line;
    }
}
