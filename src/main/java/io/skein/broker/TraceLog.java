package io.skein.broker;

import io.skein.frame.Delivered;
import io.skein.frame.MessageJson;
import io.skein.frame.TraceContext;
import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.store.StoredMessage;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Says, step by step and node by node, what becomes of messages that carry a {@code traceparent}: a search for the trace's
 * id in the logs of all nodes follows them. By the logger {@code io.skein.trace}: at debug of traces whose sampled flag is
 * set, at trace of all. While that is off, and it is unless somebody asks for it, nothing is looked at.
 */
public final class TraceLog {
    public static final String LOGGER = "io.skein.trace";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
    private static final byte[] PARENT = "traceparent\"".getBytes(StandardCharsets.US_ASCII);

    private TraceLog() {}

    static boolean isOn() {
        return LOG.isDebugEnabled();
    }

    /** The parent, where what becomes of it is to be said; else null. */
    private static String said(String parent) {
        boolean wanted = TraceContext.isValid(parent) && (TraceContext.isSampled(parent) || LOG.isTraceEnabled());
        return wanted ? parent : null;
    }

    private static String of(Message message) {
        for (Header header : message.headers()) {
            if (header.name().equalsIgnoreCase(TraceContext.PARENT)) {
                return said(header.value());
            }
        }
        return null;
    }

    /** Null also where the word stands but in the message's body. */
    static String of(StoredMessage message) {
        if (!holds(message.json())) {
            return null;
        }
        Delivered delivered = MessageJson.decode(message.json());
        return TraceContext.traceparent(delivered.headers()).map(TraceLog::said).orElse(null);
    }

    /** Decoding every message to find that it has none would cost what the log is worth. */
    private static boolean holds(byte[] json) {
        for (int i = 0; i + PARENT.length <= json.length; i++) {
            int at = 0;
            while (at < PARENT.length && (json[i + at] | 0x20) == (PARENT[at] | 0x20)) {
                at++;
            }
            if (at == PARENT.length) {
                return true;
            }
        }
        return false;
    }

    private static LoggingEventBuilder line(String parent) {
        return (TraceContext.isSampled(parent) ? LOG.atDebug() : LOG.atTrace())
                .addKeyValue("trace", TraceContext.traceId(parent));
    }

    /** By a door, of a guest who may. */
    static void taken(Publish publish, String principal) {
        for (Publication publication : publish.messages()) {
            String parent = of(publication.message());
            if (parent != null) {
                line(parent)
                        .addKeyValue("principal", principal)
                        .addKeyValue("topic", publication.topic().value())
                        .log(
                                "{}: taken in for {} by the {} door from {}, span {}",
                                TraceContext.traceId(parent),
                                publication.topic().value(),
                                publish.door(),
                                principal,
                                parent.substring(36, 52));
            }
        }
    }

    /** @param to the leader's id, or empty when nobody leads; @param here this node leads */
    static void proposed(List<Publication> messages, String to, boolean here) {
        for (Publication publication : messages) {
            String parent = of(publication.message());
            if (parent != null) {
                line(parent)
                        .log(
                                "{}: {}",
                                TraceContext.traceId(parent),
                                here
                                        ? "proposed here, as this node leads"
                                        : to.isEmpty() ? "waits for a leader" : "handed on to " + to + ", which leads");
            }
        }
    }

    /** @param failure null when it was acknowledged */
    static void answered(List<Publication> messages, PublishAck ack, Throwable failure) {
        for (Publication publication : messages) {
            String parent = of(publication.message());
            if (parent != null && failure != null) {
                line(parent)
                        .addKeyValue("error", failure.toString())
                        .log("{}: not acknowledged: {}", TraceContext.traceId(parent), failure.getMessage());
            } else if (parent != null) {
                line(parent)
                        .addKeyValue("term", ack.term())
                        .addKeyValue("index", ack.index())
                        .log(
                                "{}: answered, entry {} of term {}{}",
                                TraceContext.traceId(parent),
                                ack.index(),
                                ack.term(),
                                ack.replayed() ? ", which is that of an earlier publish" : "");
            }
        }
    }

    /** On this node, which applies it: every node says so, and the leader is one of them. */
    public static void committed(TopicChange.Appended appended, Lineage lineage) {
        if (!isOn()) {
            return;
        }
        for (int i = 0; i < appended.messages().size(); i++) {
            String parent = of(appended.messages().get(i));
            if (parent != null) {
                String cursor = lineage.text(
                        new Cursor(appended.first().index(), appended.first().place() + i));
                line(parent)
                        .addKeyValue("index", appended.first().index())
                        .addKeyValue("topic", appended.name().value())
                        .addKeyValue("cursor", cursor)
                        .log(
                                "{}: committed in entry {}, {} offset {}, cursor {}",
                                TraceContext.traceId(parent),
                                appended.first().index(),
                                appended.name().value(),
                                appended.firstOffset() + i,
                                cursor);
            }
        }
    }

    /** To a live subscriber, or one that catches up: handed to its socket. */
    static void delivered(List<StoredMessage> messages, String door, String peer) {
        for (StoredMessage message : messages) {
            String parent = of(message);
            if (parent != null) {
                line(parent)
                        .addKeyValue("index", message.cursor().index())
                        .log(
                                "{}: delivered to {} by the {} door, {} offset {}",
                                TraceContext.traceId(parent),
                                peer,
                                door,
                                message.topic(),
                                message.offset());
            }
        }
    }

    static void lent(String parent, StoredMessage message, String subscription, String lease, int delivery) {
        line(parent)
                .addKeyValue("index", message.cursor().index())
                .log(
                        "{}: lent by {} under {}, delivery {}, {} offset {}",
                        TraceContext.traceId(parent),
                        subscription,
                        lease,
                        delivery,
                        message.topic(),
                        message.offset());
    }

    static void settled(String parent, String what, String subscription, String lease, long index, boolean refused) {
        line(parent)
                .addKeyValue("index", index)
                .log(
                        "{}: {} {} under {} in entry {}",
                        TraceContext.traceId(parent),
                        refused ? what + " refused by" : what + " of",
                        subscription,
                        lease,
                        index);
    }
}
