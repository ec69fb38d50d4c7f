package io.skein.sim;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The {@link Links} of a cluster, on an event loop of their own. By one thread at a time, which waits for what it asks. A node
 * that is alone has no links: nothing is made, and nothing happens.
 */
final class Network {
    private record Loop(Vertx vertx, Context context, Links links) {
        static Loop begin() {
            Vertx vertx = Vertx.vertx(SimNode.options());
            Context context = vertx.getOrCreateContext();
            return new Loop(vertx, context, new Links(context));
        }
    }

    private Optional<Loop> loop = Optional.empty();

    /** What {@code from} says to {@code to}, which listens at that port, goes through the port that is returned. */
    int open(String from, String to, int port) {
        Loop open = loop.orElseGet(Loop::begin);
        loop = Optional.of(open);
        return Hand.await(open.links().open(from, to, port));
    }

    void run(Consumer<Links> task) {
        ask(
                links -> {
                    task.accept(links);
                    return true;
                },
                true);
    }

    Set<Links.Direction> cuts() {
        return ask(Links::cuts, Set.of());
    }

    /** In milliseconds. */
    Map<Links.Direction, Long> delays() {
        return ask(Links::delays, Map.of());
    }

    private <T> T ask(Function<Links, T> question, T alone) {
        if (loop.isEmpty()) {
            return alone;
        }
        Loop asked = loop.get();
        return Hand.await(Future.future(done -> asked.context().runOnContext(v -> {
            try {
                done.complete(question.apply(asked.links()));
            } catch (RuntimeException failed) {
                done.fail(failed);
            }
        })));
    }

    /** Begins to end. */
    Future<Void> close() {
        return loop.map(open -> open.vertx().close()).orElseGet(Future::succeededFuture);
    }
}
