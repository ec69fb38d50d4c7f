package io.skein.frame;

import com.fasterxml.jackson.core.JsonToken;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Replies and pushes as JSON. Reading is tolerant of fields that are not known: a newer server may say more. */
public final class AnswerJson {
    private static final byte[] SUB = ascii("{\"sub\":");
    private static final byte[] MESSAGES = ascii(",\"messages\":[");
    private static final byte[] OK = ascii(",\"ok\":true");

    private AnswerJson() {}

    /** Takes what was read, in order. */
    public interface Taker {
        void reply(Reply reply);

        void push(Push push);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    public static void write(Utf8Buffer out, Reply reply) {
        out.put('{');
        if (!reply.id().isEmpty()) {
            out.ascii("\"id\":");
            out.ascii(reply.id());
        }
        if (reply instanceof Reply.Failed failed) {
            out.ascii(reply.id().isEmpty() ? "\"error\":" : ",\"error\":");
            problem(out, failed.problem());
            out.put('}');
            return;
        }
        assert !reply.id().isEmpty() : "who gave no id wants no reply";
        out.raw(OK);
        if (reply instanceof Reply.Published published) {
            published(out, published);
        } else if (reply instanceof Reply.Subscribed subscribed) {
            out.ascii(",\"sub\":");
            out.string(subscribed.sub());
            if (!subscribed.cursor().isEmpty()) {
                out.ascii(",\"cursor\":");
                out.string(subscribed.cursor());
            }
        } else if (reply instanceof Reply.Settled settled) {
            settled(out, settled);
        } else if (reply instanceof Reply.Welcome welcome) {
            out.ascii(",\"producer\":");
            out.string(welcome.producer());
            out.ascii(",\"epoch\":");
            out.number(welcome.epoch());
        } else if (!(reply instanceof Reply.Done)) {
            throw new AssertionError(reply);
        }
        out.put('}');
    }

    private static void settled(Utf8Buffer out, Reply.Settled settled) {
        out.ascii(",\"done\":");
        out.number(settled.done());
        out.ascii(",\"refused\":[");
        for (int i = 0; i < settled.refused().size(); i++) {
            Reply.RefusedLease refused = settled.refused().get(i);
            out.ascii(i == 0 ? "{\"lease\":" : ",{\"lease\":");
            out.string(refused.lease());
            out.ascii(",\"code\":");
            out.string(refused.code());
            out.put('}');
        }
        out.put(']');
    }

    private static void published(Utf8Buffer out, Reply.Published published) {
        if (published.replayed()) {
            out.ascii(",\"replayed\":true");
        }
        if (published.inMemory()) {
            out.ascii(",\"durable\":\"memory\"");
        }
        if (!published.isList()) {
            out.put(',');
            result(out, published.results().get(0));
            return;
        }
        out.ascii(",\"results\":[");
        List<PublishResult> results = published.results();
        for (int i = 0; i < results.size(); i++) {
            out.ascii(i == 0 ? "{" : ",{");
            result(out, results.get(i));
            out.put('}');
        }
        out.put(']');
    }

    /** At least one field, without braces and comma. */
    private static void result(Utf8Buffer out, PublishResult result) {
        if (result instanceof PublishResult.Stored stored) {
            if (stored.offset() >= 0) {
                out.ascii("\"offset\":");
                out.number(stored.offset());
                out.ascii(",\"cursor\":");
                out.string(stored.cursor());
            } else {
                out.ascii("\"cursor\":\"\"");
            }
        } else if (result instanceof PublishResult.Delayed delayed) {
            out.ascii("\"cursor\":");
            out.string(delayed.cursor());
            out.ascii(",\"due\":");
            out.number(delayed.due());
        } else if (result instanceof PublishResult.Refused refused) {
            out.ascii("\"error\":");
            problem(out, refused.problem());
        } else {
            throw new AssertionError(result);
        }
    }

    private static void problem(Utf8Buffer out, Problem problem) {
        out.ascii("{\"code\":");
        out.string(problem.code());
        out.ascii(",\"message\":");
        out.string(problem.message());
        out.ascii(problem.retryable() ? ",\"retryable\":true" : ",\"retryable\":false");
        out.ascii(problem.isUnknown() ? ",\"outcome\":\"unknown\"" : ",\"outcome\":\"not-applied\"");
        problem.facts().forEach((name, value) -> {
            out.put(',');
            out.string(name);
            out.put(':');
            if (value instanceof Number number) {
                out.number(number.longValue());
            } else {
                out.string(value.toString());
            }
        });
        out.put('}');
    }

    public static void write(Utf8Buffer out, Push push) {
        out.raw(SUB);
        out.string(push.sub());
        if (push instanceof Push.Gap gap) {
            out.ascii(",\"gap\":{\"requested\":");
            out.string(gap.requested());
            out.ascii(",\"resumedAt\":");
            out.string(gap.resumedAt());
            out.ascii(",\"lost\":");
            out.number(gap.lost());
            out.put('}');
        } else if (push instanceof Push.Mail mail) {
            MailPushes.write(out, mail);
        } else if (push instanceof Push.MailTouched touched) {
            MailPushes.write(out, touched);
        } else if (push instanceof Push.AccountGone gone) {
            out.ascii(",\"accountGone\":");
            out.string(gone.username());
        } else if (push instanceof Push.MailGap) {
            out.ascii(",\"mailGap\":true");
        } else if (push instanceof Push.Status status) {
            out.ascii(",\"status\":");
            out.string(status.health());
        } else if (push instanceof Push.Ended ended) {
            out.ascii(",\"ended\":");
            out.string(ended.reason());
            out.ascii(ended.retry() ? ",\"retry\":true" : ",\"retry\":false");
        } else {
            throw new AssertionError("messages are written from their bytes: " + push);
        }
        out.put('}');
    }

    /** Begins a push of messages: then each message's own JSON, commas between, and {@link #endMessages}. */
    public static void beginMessages(Utf8Buffer out, String sub) {
        out.raw(SUB);
        out.string(sub);
        out.raw(MESSAGES);
    }

    public static void endMessages(Utf8Buffer out) {
        out.put(']');
        out.put('}');
    }

    /**
     * Reads one WebSocket message: any number of objects.
     *
     * @throws Malformed when it is none; what came before it was given to the taker
     */
    public static void read(byte[] utf8, Taker taker) {
        int from = StoredReplies.read(utf8, taker);
        if (from > 0 && from == utf8.length) {
            return;
        }
        Json.read(utf8, from, utf8.length, parser -> {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                Json.objectBegins(token);
                new Answer(parser).give(taker);
            }
            return null;
        });
    }
}
