package io.skein.protocol.http;

import io.skein.account.AccountName;
import io.skein.broker.Mail;
import io.skein.broker.MailMessage;
import io.skein.broker.Mailbox;
import io.skein.broker.MailsAck;
import io.skein.mailbox.Unread;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code /v1/mail}: the mail of whoever asks. */
final class MailRoutes {
    /** Of 64 KiB of text every byte may be an escape of six. */
    private static final int MAX_BODY_BYTES = 512 << 10;

    private static final int MAX_SENDERS = 1_000;

    void send(Exchange exchange) {
        Optional<String> key = TopicRoutes.idempotencyKey(exchange);
        JsonFields.read(exchange, List.of("to", "content"), MAX_BODY_BYTES, fields -> {
            AccountName to = AccountRoutes.name(fields.text("to"));
            String content = fields.text("content");
            exchange.proposed();
            mail(exchange)
                    .send(to, content, key)
                    .onSuccess(ack -> exchange.decided(
                            201,
                            new JsonObject().put("id", ack.id()).put("time", ack.time()),
                            ack.index(),
                            ack.replayed()))
                    .onFailure(exchange::fail);
        });
    }

    void list(Exchange exchange) {
        Query query = exchange.query().allow(List.of("with", "unread", "limit", "before", "level"));
        OptionalLong before =
                query.get("before").map(text -> OptionalLong.of(id(text))).orElse(OptionalLong.empty());
        Mail.Which which = new Mail.Which(
                query.get("with").map(AccountRoutes::name),
                query.is("unread"),
                query.number("limit", 100, 1, ReadRoute.MAX_LIMIT),
                before);
        mail(exchange)
                .list(which, exchange.freshness(query))
                .onSuccess(page -> {
                    JsonArray messages = new JsonArray();
                    page.messages().forEach(message -> messages.add(json(message)));
                    exchange.json(
                            200,
                            new JsonObject()
                                    .put("messages", messages)
                                    .put(
                                            "next",
                                            page.next().isPresent()
                                                    ? page.next().getAsLong()
                                                    : null));
                })
                .onFailure(exchange::fail);
    }

    /** {@code byAccount} names the first thousand senders; {@code more} says that there are others. */
    void unread(Exchange exchange) {
        Query query = exchange.query().allow(List.of("level"));
        mail(exchange)
                .unread(MAX_SENDERS, exchange.freshness(query))
                .onSuccess(unread -> exchange.json(200, json(unread)))
                .onFailure(exchange::fail);
    }

    private static JsonObject json(Unread unread) {
        JsonObject byAccount = new JsonObject();
        unread.senders().forEach(sender -> byAccount.put(sender.name().value(), sender.mails()));
        JsonObject json = new JsonObject().put("unread", unread.total()).put("byAccount", byAccount);
        return unread.more() ? json.put("more", true) : json;
    }

    /** {@code ?of=anna,bob}: those of them who are there. */
    void presence(Exchange exchange) {
        Query query = exchange.query().allow(List.of("of"));
        List<AccountName> names = new ArrayList<>();
        for (String name : query.get("of").orElse("").split(",")) {
            if (!name.isEmpty()) {
                names.add(AccountRoutes.name(name));
            }
        }
        mail(exchange)
                .present(names)
                .onSuccess(there -> {
                    JsonArray online = new JsonArray();
                    there.forEach(name -> online.add(name.value()));
                    exchange.json(200, new JsonObject().put("online", online));
                })
                .onFailure(exchange::fail);
    }

    /** Server-sent events: what happens to the mail of whoever asks, from now on. */
    void stream(Exchange exchange) {
        exchange.query().allow(List.of());
        if (exchange.isHead()) {
            exchange.stream(Framing.EVENTS.contentType());
            exchange.response.end().onFailure(Exchange.GONE_CLIENT);
            return;
        }
        new MailStream(exchange).begin();
    }

    void read(Exchange exchange) {
        ids(exchange, (ids, key) -> mail(exchange).markRead(ids, key));
    }

    void delete(Exchange exchange) {
        ids(exchange, (ids, key) -> mail(exchange).delete(ids, key));
    }

    private interface Touch {
        Future<MailsAck> these(List<Long> ids, Optional<String> key);
    }

    private static void ids(Exchange exchange, Touch touch) {
        Optional<String> key = TopicRoutes.idempotencyKey(exchange);
        JsonFields.read(exchange, List.of("ids"), fields -> {
            List<Long> ids = new ArrayList<>();
            for (Object id : fields.list("ids")) {
                // What is not whole or too large for a long is parsed to other kinds of numbers.
                if (!(id instanceof Integer || id instanceof Long) || ((Number) id).longValue() < 1) {
                    throw Query.malformed("ids are whole numbers from 1");
                }
                ids.add(((Number) id).longValue());
            }
            exchange.proposed();
            touch.these(ids, key)
                    .onSuccess(ack -> exchange.decided(200, json(ack), ack.index(), ack.replayed()))
                    .onFailure(exchange::fail);
        });
    }

    private static JsonObject json(MailsAck ack) {
        JsonArray refused = new JsonArray();
        ack.refused().forEach(id -> refused.add(new JsonObject().put("id", id).put("code", "not-found")));
        return new JsonObject().put("done", ack.done()).put("refused", refused);
    }

    private static Mailbox mail(Exchange exchange) {
        return exchange.guest().mail();
    }

    private static long id(String text) {
        try {
            long id = Long.parseLong(text);
            if (id >= 1) {
                return id;
            }
        } catch (NumberFormatException notANumber) {
            // the same sentence
        }
        throw Query.malformed("before is an id, a whole number from 1, not \"" + text + "\"");
    }

    static JsonObject json(MailMessage message) {
        return new JsonObject()
                .put("id", message.id())
                .put("from", message.from().value())
                .put("to", message.to().value())
                .put("content", message.content())
                .put("time", message.time())
                .put("read", message.read());
    }
}
