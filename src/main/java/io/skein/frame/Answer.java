package io.skein.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One object from a server: what kind it is shows at its end. */
final class Answer {
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
    private long settled = -1;
    private List<Reply.RefusedLease> refused = List.of();
    private Push.Gap gap;
    private String status;
    private String ended;
    private boolean retry;
    private Push.Mail mail;
    private Push.MailTouched touched;
    private String accountGone;
    private boolean mailGap;

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
                case "done" -> settled = Json.number(parser, name, 0, Long.MAX_VALUE);
                case "refused" -> refused = refused(parser);
                case "gap" -> gap = gap(parser);
                case "status" -> status = Json.text(parser, name, Integer.MAX_VALUE);
                case "ended" -> ended = Json.text(parser, name, Integer.MAX_VALUE);
                case "mail" -> mail = MailPushes.mail(parser);
                case MailPushes.READ, MailPushes.DELETED -> touched = MailPushes.touched(parser, name);
                case "accountGone" -> accountGone = Json.text(parser, name, Integer.MAX_VALUE);
                case "mailGap" -> mailGap = Json.truth(parser, name);
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

    private static List<Reply.RefusedLease> refused(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw Json.wrong(parser, "refused", "a list of objects");
        }
        List<Reply.RefusedLease> refused = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Json.objectBegins(parser.currentToken());
            String lease = "";
            String code = "";
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "lease" -> lease = Json.text(parser, name, Integer.MAX_VALUE);
                    case "code" -> code = Json.text(parser, name, Integer.MAX_VALUE);
                    default -> parser.skipChildren();
                }
            }
            refused.add(new Reply.RefusedLease(lease, code));
        }
        return refused;
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

    void give(AnswerJson.Taker taker) {
        if (id.isEmpty() && error == null) {
            give(taker, sub);
        } else if (error != null) {
            taker.reply(new Reply.Failed(id, error));
        } else if (!sub.isEmpty()) {
            taker.reply(new Reply.Subscribed(id, sub, cursor));
        } else if (settled >= 0) {
            taker.reply(new Reply.Settled(id, settled, refused));
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

    private void give(AnswerJson.Taker taker, String sub) {
        if (messages != null) {
            taker.push(new Push.Messages(sub, messages));
        } else if (gap != null) {
            taker.push(new Push.Gap(sub, gap.requested(), gap.resumedAt(), gap.lost()));
        } else if (status != null) {
            taker.push(new Push.Status(sub, status));
        } else if (ended != null) {
            taker.push(new Push.Ended(sub, ended, retry));
        } else if (mail != null) {
            taker.push(new Push.Mail(sub, mail.id(), mail.from(), mail.to(), mail.content(), mail.time()));
        } else if (touched != null) {
            taker.push(new Push.MailTouched(sub, touched.what(), touched.by(), touched.ids()));
        } else if (accountGone != null) {
            taker.push(new Push.AccountGone(sub, accountGone));
        } else if (mailGap) {
            taker.push(new Push.MailGap(sub));
        }
    }
}
