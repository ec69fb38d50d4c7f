package io.skein.client;

import io.skein.frame.Delivered;
import io.skein.frame.PublishItem;
import io.skein.frame.Push;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The examples of the Javadoc and of README.md: {@link ExamplesTest} compares their texts with the regions here, and runs
 * them.
 */
final class Examples {
    private Examples() {}

    static long publish(String... nodes) {
        // example: publish
        try (PlainClient skein = PlainClient.connect(nodes)) {
            Published stored = skein.publish("orders/7", "{\"id\":7}").join();
            return stored.offset();
        }
        // end
    }

    static List<Published> publishMany(PlainClient skein) {
        // example: publish-many
        List<CompletableFuture<Published>> answers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            answers.add(skein.publish("orders/7", "number " + i)); // waits when too much is not answered yet
        }
        return answers.stream().map(CompletableFuture::join).toList();
        // end
    }

    static boolean once(PlainClient skein) {
        // example: once
        PublishItem order = PublishItem.of("orders/8", "{\"id\":8}").withId("order-8");
        skein.publish(order).join();
        return skein.publish(order).join().isReplayed(); // stored once
        // end
    }

    static Published producer(String... nodes) {
        // example: producer
        ClientOptions options = ClientOptions.of(nodes).withProducer("till-3", -1);
        try (PlainClient skein = PlainClient.connect(options)) {
            return skein.publish("sales", "4.20").join(); // stored exactly once and in order, however often nodes die
        }
        // end
    }

    static Subscription subscribe(PlainClient skein, List<String> seen) {
        // example: subscribe
        SubscribeOptions orders = SubscribeOptions.of("orders/#").from("earliest");
        return skein.subscribe(orders, new MessageHandler() {
            @Override
            public void message(Delivered message) {
                seen.add(message.topic() + " " + message.offset()); // on a thread of the client's: it may block
            }

            @Override
            public void gap(Push.Gap gap) {
                seen.add("retention took " + gap.lost());
            }
        });
        // end
    }

    static String read(PlainClient skein) throws InterruptedException {
        // example: read
        try (Reader reader = skein.read(SubscribeOptions.of("orders/#").from("earliest"))) {
            Optional<Delivered> first = reader.next(Duration.ofSeconds(5));
            return first.map(Delivered::text).orElse("nothing came");
        }
        // end
    }

    static Worker work(PlainClient skein, List<String> done) {
        // example: work
        WorkOptions billing = WorkOptions.of("billing").credit(8); // eight at a time
        return skein.process(billing, message -> {
            if (message.text().isEmpty()) {
                throw new IllegalArgumentException("nothing to bill"); // comes again, at last to the dead letters
            }
            done.add(message.text()); // acknowledged when this returns
        });
        // end
    }

    static String errors(PlainClient skein) {
        // example: errors
        return skein.publish("no/+/topic", "x")
                .handle((stored, failure) -> {
                    if (failure == null) {
                        return "stored";
                    } else if (failure instanceof SkeinException.Refused no) {
                        return "never: " + no.code();
                    } else if (failure instanceof SkeinException.Unavailable later) {
                        return "not stored, later perhaps: " + later.code();
                    } else {
                        return "nobody knows"; // SkeinException.Unknown: only with an id it may be published again
                    }
                })
                .join();
        // end
    }

    static Future<Long> reactive(Vertx vertx, String... nodes) {
        // example: reactive
        return SkeinClient.connect(vertx, ClientOptions.of(nodes))
                .compose(skein -> skein.room() // back-pressure: completes when there is room
                        .compose(free -> skein.publish("orders/9", "{\"id\":9}"))
                        .map(Published::offset)
                        .eventually(skein::close));
        // end
    }
}
