package io.skein.frame;

import java.util.List;

/** Writes commands as {@link CommandReader} reads them. */
public final class CommandJson {
    private CommandJson() {}

    public static void write(Utf8Buffer out, Command command) {
        if (command instanceof Command.Publish publish) {
            publish(out, publish);
        } else if (command instanceof Command.Credit credit) {
            begin(out, credit, "credit");
            out.ascii(",\"sub\":");
            out.string(credit.sub());
            out.ascii(",\"n\":");
            out.number(credit.messages());
        } else if (command instanceof Command.Subscribe subscribe) {
            subscribe(out, subscribe);
        } else if (command instanceof Command.Unsubscribe unsubscribe) {
            begin(out, unsubscribe, "unsubscribe");
            out.ascii(",\"sub\":");
            out.string(unsubscribe.sub());
        } else if (command instanceof Command.Work work) {
            work(out, work);
        } else if (command instanceof Command.Ack ack) {
            settling(out, ack, "ack");
        } else if (command instanceof Command.Nack nack) {
            settling(out, nack, "nack");
            if (nack.delayMs() >= 0) {
                duration(out, "delay", nack.delayMs());
            }
            if (!nack.reason().isEmpty()) {
                out.ascii(",\"reason\":");
                out.string(nack.reason());
            }
        } else if (command instanceof Command.Extend extend) {
            settling(out, extend, "extend");
            if (extend.leaseMs() > 0) {
                duration(out, "lease", extend.leaseMs());
            }
        } else if (command instanceof Command.Hello hello) {
            hello(out, hello);
        } else if (command instanceof Command.WatchMail watch) {
            begin(out, watch, "mail");
        } else if (command instanceof Command.Ping ping) {
            begin(out, ping, "ping");
        } else {
            throw new AssertionError(command);
        }
        out.put('}');
    }

    private static void begin(Utf8Buffer out, Command command, String op) {
        out.put('{');
        if (!command.id().isEmpty()) {
            out.ascii("\"id\":");
            out.ascii(command.id());
            out.put(',');
        }
        out.ascii("\"op\":\"");
        out.ascii(op);
        out.put('"');
    }

    private static void hello(Utf8Buffer out, Command.Hello hello) {
        begin(out, hello, "hello");
        if (!hello.token().isEmpty()) {
            out.ascii(",\"token\":");
            out.string(hello.token());
        }
        if (!hello.producer().isEmpty()) {
            out.ascii(",\"producer\":");
            out.string(hello.producer());
        }
        if (hello.epoch() >= 0) {
            out.ascii(",\"epoch\":");
            out.number(hello.epoch());
        }
    }

    private static void subscribe(Utf8Buffer out, Command.Subscribe subscribe) {
        begin(out, subscribe, "subscribe");
        List<String> topics = subscribe.topics();
        out.ascii(",\"topic\":");
        for (int i = 0; i < topics.size(); i++) {
            out.put(i == 0 ? '[' : ',');
            out.string(topics.get(i));
        }
        out.put(']');
        if (!subscribe.from().isEmpty()) {
            out.ascii(",\"from\":");
            out.string(subscribe.from());
        }
        credit(out, subscribe.credit());
    }

    private static void work(Utf8Buffer out, Command.Work work) {
        begin(out, work, "subscribe");
        out.ascii(",\"subscription\":");
        out.string(work.subscription());
        if (!work.consumer().isEmpty()) {
            out.ascii(",\"consumer\":");
            out.string(work.consumer());
        }
        if (work.leaseMs() > 0) {
            duration(out, "lease", work.leaseMs());
        }
        credit(out, work.credit());
    }

    private static void credit(Utf8Buffer out, long credit) {
        out.ascii(",\"credit\":");
        if (credit == Command.Subscribe.AUTO) {
            out.string("auto");
        } else {
            out.number(credit);
        }
    }

    private static void settling(Utf8Buffer out, Command.Settling command, String op) {
        begin(out, command, op);
        out.ascii(",\"sub\":");
        out.string(command.sub());
        out.ascii(",\"leases\":[");
        for (int i = 0; i < command.leases().size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            out.string(command.leases().get(i));
        }
        out.put(']');
    }

    private static void duration(Utf8Buffer out, String name, long ms) {
        out.ascii(",\"");
        out.ascii(name);
        out.ascii("\":\"");
        out.number(ms);
        out.ascii("ms\"");
    }

    private static void publish(Utf8Buffer out, Command.Publish publish) {
        begin(out, publish, "publish");
        PublishBatch batch = publish.batch();
        if (!batch.idempotencyKey().isEmpty()) {
            out.ascii(",\"idempotencyKey\":");
            out.string(batch.idempotencyKey());
        }
        if (!batch.producer().isEmpty()) {
            out.ascii(",\"producer\":");
            out.string(batch.producer());
        }
        if (batch.epoch() >= 0) {
            out.ascii(",\"epoch\":");
            out.number(batch.epoch());
        }
        if (batch.sequence() >= 0) {
            out.ascii(",\"seq\":");
            out.number(batch.sequence());
        }
        if (batch.atomic()) {
            out.ascii(",\"atomic\":true");
        }
        List<PublishItem> items = batch.items();
        if (!publish.isList()) {
            assert items.size() == 1 && items.get(0).id().isEmpty() : "a message's id travels in a list only";
            out.ascii(",\"topic\":");
            out.string(items.get(0).topic());
            PublishJson.writeRest(out, items.get(0));
            return;
        }
        out.ascii(",\"messages\":");
        for (int i = 0; i < items.size(); i++) {
            out.put(i == 0 ? '[' : ',');
            PublishJson.write(out, items.get(i));
        }
        out.put(']');
    }
}
