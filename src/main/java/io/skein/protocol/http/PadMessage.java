package io.skein.protocol.http;

import io.skein.topic.Format;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The standard object of the PAD system: what a body that does not parse as its format is wrapped in, so that a
 * subscriber of that format can always parse what it gets.
 */
final class PadMessage {
    private static final String EVENT = "PublisherMessage";
    private static final XMLInputFactory XML = xml();

    private PadMessage() {}

    private static XMLInputFactory xml() {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        // No document type: entities that grow, and files and addresses named in them, stay closed.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory;
    }

    /** The text itself when it is of the format, else the standard object around it. */
    static String standard(Format format, String text, String topic, String id) {
        return switch (format) {
            case RAW -> text;
            case JSON -> isJson(text) ? text : wrappedInJson(text, topic, id);
            case XML -> isXml(text) ? text : wrappedInXml(text, topic, id);
        };
    }

    private static boolean isJson(String text) {
        try {
            Json.decodeValue(text);
            return !text.isBlank();
        } catch (DecodeException | StackOverflowError notJson) {
            return false;
        }
    }

    private static boolean isXml(String text) {
        try {
            XMLStreamReader reader = reader(text);
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamReader.DTD) {
                    return false;
                }
            }
            return true;
        } catch (XMLStreamException notXml) {
            return false;
        }
    }

    /** Doors of several event loops share the factory, which does not say that it may be shared. */
    private static XMLStreamReader reader(String text) throws XMLStreamException {
        synchronized (XML) {
            return XML.createXMLStreamReader(new StringReader(text));
        }
    }

    private static String wrappedInJson(String text, String topic, String id) {
        return new JsonObject()
                .put("Id", id)
                .put("EventName", EVENT)
                .put("Value", text)
                .put("Topic", topic)
                .encode();
    }

    private static String wrappedInXml(String text, String topic, String id) {
        return "<Message><Id>" + id + "</Id><EventName>" + EVENT + "</EventName><Value>" + escaped(text)
                + "</Value><Topic>" + escaped(topic) + "</Topic></Message>";
    }

    /** A repeat under the same key must be the same message. */
    static String id(Optional<String> idempotencyKey) {
        if (idempotencyKey.isPresent()) {
            return UUID.nameUUIDFromBytes(idempotencyKey.get().getBytes(StandardCharsets.UTF_8))
                    .toString();
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    /** Characters that XML cannot hold at all become U+FFFD. */
    private static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '\r' -> out.append("&#13;");
                default -> out.appendCodePoint(isXmlCharacter(point) ? point : 0xFFFD);
            }
        });
        return out.toString();
    }

    /** XML 1.0 §2.2. */
    private static boolean isXmlCharacter(int point) {
        return point == 0x9
                || point == 0xA
                || point >= 0x20 && point <= 0xD7FF
                || point >= 0xE000 && point <= 0xFFFD
                || point >= 0x10000;
    }
}
