package io.skein.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
            out.ascii(",\"cursor\":");
            out.string(subscribed.cursor());
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
        Json.read(utf8, 0, utf8.length, parser -> {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                Json.objectBegins(token);
                new Answer(parser).give(taker);
            }
            return null;
        });
    }

    /** One object from a server: what kind it is shows at its end. */
    private static final class Answer {
        private String id = "";
        private String sub = "";
        private String cursor = "";
        private String producer = "";
        private long epoch = -1;
        private long offset = -1;
        private long due = -1;
        private boolean replayed;
        private boolean inMemory;
        private List<PublishResult> results;
        private Problem error;
        private List<Delivered> messages;
        private Push.Gap gap;
        private String status;
        private String ended;
        private boolean retry;

        Answer(JsonParser parser) throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "id" -> id = id(parser);
                    case "sub" -> sub = Json.text(parser, name, Integer.MAX_VALUE);
                    case "messages" -> messages = MessageJson.readList(parser);
                    case "offset" -> offset = Json.number(parser, name, 0, Long.MAX_VALUE);
                    case "cursor" -> cursor = Json.text(parser, name, Integer.MAX_VALUE);
                    case "due" -> due = Json.number(parser, name, 0, Long.MAX_VALUE);
                    case "results" -> results = results(parser);
                    case "error" -> error = readProblem(parser);
                    case "replayed" -> replayed = Json.truth(parser, name);
                    case "durable" -> inMemory = Json.text(parser, name, 64).equals("memory");
                    case "producer" -> producer = Json.text(parser, name, Integer.MAX_VALUE);
                    case "epoch" -> epoch = Json.number(parser, name, 0, Long.MAX_VALUE);
                    case "gap" -> gap = gap(parser);
                    case "status" -> status = Json.text(parser, name, Integer.MAX_VALUE);
                    case "ended" -> ended = Json.text(parser, name, Integer.MAX_VALUE);
                    case "retry" -> retry = Json.truth(parser, name);
                    default -> parser.skipChildren();
                }
            }
        }

        private static String id(JsonParser parser) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                return parser.getText();
            }
            var json = new Utf8Buffer(32);
            json.string(Json.text(parser, "id", Integer.MAX_VALUE));
            return json.toString();
        }

        private static List<PublishResult> results(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw Json.wrong(parser, "results", "a list of objects");
            }
            List<PublishResult> results = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                Json.objectBegins(parser.currentToken());
                results.add(readResult(parser));
            }
            return results;
        }

        private static PublishResult readResult(JsonParser parser) throws IOException {
            long offset = -1;
            long due = -1;
            String cursor = "";
            Problem error = null;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "offset" -> offset = Json.number(parser, name, 0, Long.MAX_VALUE);
                    case "cursor" -> cursor = Json.text(parser, name, Integer.MAX_VALUE);
                    case "due" -> due = Json.number(parser, name, 0, Long.MAX_VALUE);
                    case "error" -> error = readProblem(parser);
                    default -> parser.skipChildren();
                }
            }
            return result(offset, cursor, due, error);
        }

        private static PublishResult result(long offset, String cursor, long due, Problem error) {
            if (error != null) {
                return new PublishResult.Refused(error);
            }
            return due >= 0 ? new PublishResult.Delayed(cursor, due) : new PublishResult.Stored(offset, cursor);
        }

        private static Problem readProblem(JsonParser parser) throws IOException {
            Json.objectBegins(parser.currentToken());
            String code = "";
            String message = "";
            boolean retryable = false;
            boolean isUnknown = false;
            Map<String, Object> facts = new HashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "code" -> code = Json.text(parser, name, Integer.MAX_VALUE);
                    case "message" -> message = Json.text(parser, name, Integer.MAX_VALUE);
                    case "retryable" -> retryable = Json.truth(parser, name);
                    case "outcome" -> isUnknown = parser.getText().equals("unknown");
                    default -> {
                        if (token == JsonToken.VALUE_NUMBER_INT) {
                            facts.put(name, Json.number(parser, name, Long.MIN_VALUE, Long.MAX_VALUE));
                        } else if (token == JsonToken.VALUE_STRING) {
                            facts.put(name, parser.getText());
                        } else {
                            parser.skipChildren();
                        }
                    }
                }
            }
            return new Problem(code, message, retryable, isUnknown, facts);
        }

        private static Push.Gap gap(JsonParser parser) throws IOException {
            Json.objectBegins(parser.currentToken());
            String requested = "";
            String resumedAt = "";
            long lost = 0;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "requested" -> requested = Json.text(parser, name, Integer.MAX_VALUE);
                    case "resumedAt" -> resumedAt = Json.text(parser, name, Integer.MAX_VALUE);
                    case "lost" -> lost = Json.number(parser, name, Long.MIN_VALUE, Long.MAX_VALUE);
                    default -> parser.skipChildren();
                }
            }
            return new Push.Gap("", requested, resumedAt, lost);
        }

        void give(Taker taker) {
            if (id.isEmpty() && error == null) {
                give(taker, sub);
            } else if (error != null) {
                taker.reply(new Reply.Failed(id, error));
            } else if (!sub.isEmpty()) {
                taker.reply(new Reply.Subscribed(id, sub, cursor));
            } else if (results != null) {
                taker.reply(new Reply.Published(id, true, results, replayed, inMemory));
            } else if (epoch >= 0) {
                taker.reply(new Reply.Welcome(id, producer, epoch));
            } else if (offset >= 0 || due >= 0 || replayed) {
                var result = List.of(result(offset, cursor, due, null));
                taker.reply(new Reply.Published(id, false, result, replayed, inMemory));
            } else {
                taker.reply(new Reply.Done(id));
            }
        }

        private void give(Taker taker, String sub) {
            if (messages != null) {
                taker.push(new Push.Messages(sub, messages));
            } else if (gap != null) {
                taker.push(new Push.Gap(sub, gap.requested(), gap.resumedAt(), gap.lost()));
            } else if (status != null) {
                taker.push(new Push.Status(sub, status));
            } else if (ended != null) {
                taker.push(new Push.Ended(sub, ended, retry));
            }
        }
    }
}
