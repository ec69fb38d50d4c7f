package io.skein.protocol.tcp;

import io.skein.frame.JsonScan;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Whether a body is the document that its prefix says, and which topic it names. Used by one event loop only. */
final class Documents {
    private static final String TOPIC = "Topic";

    private final XMLInputFactory xml = XMLInputFactory.newDefaultFactory();

    Documents() {
        // Bodies come from strangers: no document types, so no entities that grow and nothing fetched from elsewhere.
        xml.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        xml.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        xml.setXMLResolver((publicId, systemId, baseUri, namespace) -> {
            throw new XMLStreamException("no external entities");
        });
    }

    /** The top-level key {@code Topic}, empty text when there is none; empty when this is no JSON. */
    Optional<String> jsonTopic(byte[] bytes, int from, int to) {
        return text(bytes, from, to)
                .flatMap(text -> JsonScan.of(text, TOPIC))
                .map(JsonScan::member)
                .map(String::strip);
    }

    /** The text of the root's first child {@code Topic}, empty text when there is none; empty when this is no XML. */
    Optional<String> xmlTopic(byte[] bytes, int from, int to) {
        return text(bytes, from, to).flatMap(this::xmlTopic);
    }

    private Optional<String> xmlTopic(String text) {
        XMLStreamReader reader = null;
        try {
            reader = xml.createXMLStreamReader(new StringReader(text));
            StringBuilder topic = new StringBuilder();
            boolean seen = false;
            boolean inTopic = false;
            int depth = 0;
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        depth++;
                        inTopic = inTopic
                                || depth == 2 && !seen && reader.getLocalName().equals(TOPIC);
                        seen |= inTopic;
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        depth--;
                        inTopic = inTopic && depth >= 2;
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                        if (inTopic) {
                            topic.append(reader.getText());
                        }
                    }
                    case XMLStreamConstants.ENTITY_REFERENCE -> {
                        return Optional.empty(); // not one of the five that XML knows, and we read no definitions
                    }
                    default -> {}
                }
            }
            return Optional.of(topic.toString().strip());
        } catch (XMLStreamException malformed) {
            return Optional.empty();
        } finally {
            close(reader);
        }
    }

    private static void close(XMLStreamReader reader) {
        try {
            if (reader != null) {
                reader.close();
            }
        } catch (XMLStreamException ignored) {
            // it read from a string
        }
    }

    private static Optional<String> text(byte[] bytes, int from, int to) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }
}
