package io.skein.dashboard;

import io.skein.account.AccountName;
import io.skein.broker.Guest;
import io.skein.machine.Lineage;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One page that somebody has open: its event stream. Lives on its connection's context; only {@link #offer} and
 * {@link #end} are called from elsewhere. Whatever finds the socket's queue full is dropped, so that a page that reads
 * slowly, or not at all, costs {@link ConsoleLimits#queueBytes} and no more.
 */
final class OpenPage implements Tail.Screen {
    private final Context context;
    private final HttpServerResponse response;
    private final Sampler sampler;
    private final ConsoleLimits limits;
    private final Guest guest;
    private final String peer;
    /** The newest state that the context has not yet come to; an older one is replaced, never queued. */
    private final AtomicReference<Buffer> offered = new AtomicReference<>();

    private Optional<Tail> tail = Optional.empty();
    private int statesDropped;
    private boolean closed;

    OpenPage(
            Context context,
            HttpServerResponse response,
            Guest guest,
            Sampler sampler,
            ConsoleLimits limits,
            String peer) {
        this.context = context;
        this.response = response;
        this.sampler = sampler;
        this.limits = limits;
        this.guest = guest;
        this.peer = peer;
    }

    /** On the connection's context; the head of the answer is set but not sent. */
    void begin(String version) {
        response.setWriteQueueMaxSize(limits.queueBytes());
        response.exceptionHandler(ignored -> close());
        response.closeHandler(ignored -> close());
        guest.whenNoAdmin(() -> {
            close();
            response.end().onFailure(gone -> {});
        });
        write(StateJson.event(
                "hello",
                new JsonObject()
                        .put("version", version)
                        .put("user", guest.name().map(AccountName::value).orElse(null))
                        .put("history", StateJson.history(sampler.history()))));
        sampler.latest().ifPresent(this::write);
    }

    /** @param after where a tail that was interrupted goes on */
    void follow(String filter, Optional<Lineage.Text> after) {
        Tail following = new Tail(guest.broker(), limits, this, System::nanoTime, filter, after, peer);
        tail = Optional.of(following);
        following.begin();
    }

    /** From any context. */
    void offer(Buffer state) {
        if (offered.getAndSet(state) == null) {
            context.runOnContext(ignored -> show(offered.getAndSet(null)));
        }
    }

    /** From any context: the node goes. */
    void end() {
        context.runOnContext(ignored -> {
            if (!closed) {
                close();
                response.end().onFailure(gone -> {});
            }
        });
    }

    private void show(Buffer state) {
        if (closed) {
            return;
        }
        if (!isFull()) {
            statesDropped = 0;
            write(state);
            tail.ifPresent(Tail::tick);
        } else if (++statesDropped >= limits.stuckStates()) {
            close();
            response.reset().onFailure(ignored -> {});
        }
    }

    @Override
    public boolean isFull() {
        return closed || response.writeQueueFull();
    }

    @Override
    public void write(Buffer event) {
        if (!closed) {
            response.write(event).onFailure(ignored -> close());
        }
    }

    private void close() {
        if (!closed) {
            closed = true;
            sampler.remove(this);
            tail.ifPresent(Tail::close);
            guest.leave();
        }
    }
}
