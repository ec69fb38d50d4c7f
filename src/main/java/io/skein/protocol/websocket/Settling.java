package io.skein.protocol.websocket;

import io.skein.broker.Settlement;
import io.skein.broker.Subscriptions;
import io.skein.frame.Command;
import io.skein.frame.Malformed;
import io.skein.frame.Reply;
import io.skein.subscription.Leases;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An ack, a nack or an extend of one client, and its answer. */
final class Settling {
    private final Subscriptions subscriptions;
    private final Worker worker;
    private final Command.Settling command;
    private final List<Leases> leases;

    /** @throws Malformed when a lease is none */
    Settling(Subscriptions subscriptions, Worker worker, Command.Settling command) {
        this.subscriptions = subscriptions;
        this.worker = worker;
        this.command = command;
        this.leases = new ArrayList<>(command.leases().size());
        for (String text : command.leases()) {
            leases.add(Leases.parse(text)
                    .orElseThrow(() -> Malformed.of(
                            "malformed", "leases[" + leases.size() + "] is no lease of a message", command.id())));
        }
    }

    Future<Reply> run() {
        Future<Settlement> done;
        if (command instanceof Command.Ack) {
            done = subscriptions.ack(worker.name(), leases, Optional.empty());
        } else if (command instanceof Command.Nack nack) {
            done = subscriptions.nack(worker.name(), leases, nack.delayMs(), nack.reason(), Optional.empty());
        } else if (command instanceof Command.Extend extend) {
            done = subscriptions.extend(worker.name(), leases, extend.leaseMs(), Optional.empty());
        } else {
            throw new AssertionError("unhandled " + command);
        }
        return done.map(settled -> {
            if (command instanceof Command.Extend extend) {
                worker.extended(leases, extend.leaseMs());
            } else {
                worker.settled(leases);
            }
            return new Reply.Settled(
                    command.id(),
                    settled.done(),
                    settled.refused().stream()
                            .map(refused -> new Reply.RefusedLease(
                                    refused.leases().text(), refused.reason().code()))
                            .toList());
        });
    }
}
