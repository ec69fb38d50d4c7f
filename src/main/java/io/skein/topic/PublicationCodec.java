package io.skein.topic;

import com.google.protobuf.UnsafeByteOperations;
import io.skein.wire.FormatProto;
import io.skein.wire.HeaderProto;
import io.skein.wire.PublicationProto;
import java.util.ArrayList;
import java.util.List;

/** Messages on their way into topics, as they stand in the log. */
public final class PublicationCodec {
    private static final Format[] FORMATS = Format.values();

    private PublicationCodec() {}

    /** A list, in which a topic is named once for messages that follow each other. */
    public static List<PublicationProto> toProto(List<Publication> publications) {
        List<PublicationProto> protos = new ArrayList<>(publications.size());
        String before = "";
        for (Publication publication : publications) {
            String topic = publication.topic().value();
            protos.add(toProto(publication, topic.equals(before) ? "" : topic).build());
            before = topic;
        }
        return protos;
    }

    /** @throws IllegalArgumentException when a message holds what none can */
    public static List<Publication> fromProto(List<PublicationProto> protos) {
        List<Publication> publications = new ArrayList<>(protos.size());
        TopicName topic = null;
        for (PublicationProto proto : protos) {
            if (topic == null || !proto.getTopic().isEmpty()) {
                topic = new TopicName(proto.getTopic());
            }
            publications.add(fromProto(proto, topic));
        }
        return publications;
    }

    static PublicationProto toProto(Publication publication) {
        return toProto(publication, publication.topic().value()).build();
    }

    static Publication fromProto(PublicationProto proto) {
        return fromProto(proto, new TopicName(proto.getTopic()));
    }

    /** @param topic empty for that of the message before */
    private static PublicationProto.Builder toProto(Publication publication, String topic) {
        return toProto(publication.message())
                .setTopic(topic)
                .setDelayMs(publication.delayMs())
                .setTtlMs(publication.ttlMs())
                .setExpectOffsetPlusOne(publication.expectOffset() + 1);
    }

    /** Only the message. */
    public static PublicationProto.Builder toProto(Message message) {
        var proto = PublicationProto.newBuilder()
                // Nobody changes a body (Message): no copy.
                .setBody(UnsafeByteOperations.unsafeWrap(message.body()))
                .setKey(message.key())
                .setFormatValue(message.format().ordinal())
                .setContentType(message.contentType());
        for (Header header : message.headers()) {
            proto.addHeaders(HeaderProto.newBuilder().setName(header.name()).setValue(header.value()));
        }
        return proto;
    }

    private static Publication fromProto(PublicationProto proto, TopicName topic) {
        return new Publication(
                topic, message(proto), proto.getDelayMs(), proto.getTtlMs(), proto.getExpectOffsetPlusOne() - 1);
    }

    /** Only the message. */
    public static Message message(PublicationProto proto) {
        if (proto.getFormat() == FormatProto.UNRECOGNIZED) {
            throw new IllegalArgumentException("format " + proto.getFormatValue());
        }
        List<Header> headers = List.of();
        if (proto.getHeadersCount() > 0) {
            headers = new ArrayList<>(proto.getHeadersCount());
            for (HeaderProto header : proto.getHeadersList()) {
                headers.add(new Header(header.getName(), header.getValue()));
            }
        }
        return new Message(
                proto.getKey(),
                headers,
                FORMATS[proto.getFormatValue()],
                proto.getContentType(),
                proto.getBody().toByteArray());
    }
}
