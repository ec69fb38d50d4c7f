package io.skein.client;

import io.skein.frame.Delivered;
import java.time.Duration;

/** What a user's program would do; {@link LonelyTest} runs it where nothing else is. */
public final class LonelyProgram {
    private LonelyProgram() {}

    /** @return what came back of what was published */
    public static String run(String url) throws InterruptedException {
        try (PlainClient skein = PlainClient.connect(url)) {
            skein.publish("lonely", "published").join();
            try (Reader reader = skein.read(SubscribeOptions.of("lonely").from("earliest"))) {
                return reader.next(Duration.ofSeconds(10)).map(Delivered::text).orElse("nothing");
            }
        }
    }
}
