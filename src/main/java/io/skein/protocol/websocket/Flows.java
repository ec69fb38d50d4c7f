package io.skein.protocol.websocket;

import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.Guest;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriptions;
import io.skein.broker.WallClock;
import io.skein.frame.Command;
import io.skein.frame.Malformed;
import io.skein.frame.Reply;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What comes to the client of one connection, each {@link Flow} under the name by which the client speaks of it. Used on the
 * connection's context only.
 */
final class Flows {
    private final Vertx vertx;
    private final WallClock clock;
    private final WebSocketConfig config;
    private final String peer;
    private final Outbox outbox;
    private final Map<String, Flow> flows = new HashMap<>();
    /** Workers that take no more; what they have in hand may still be acknowledged. The oldest goes. */
    private final Map<String, Worker> former = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Worker> eldest) {
            return size() > config.maxSubscriptions();
        }
    };

    private List<Stream> refills = new ArrayList<>();
    /** Asked for, and not there yet. */
    private int opening;

    private long lastSub;
    private boolean leaving;
    private boolean closed;

    Flows(Vertx vertx, WallClock clock, WebSocketConfig config, String peer, Outbox outbox) {
        this.vertx = vertx;
        this.clock = clock;
        this.config = config;
        this.peer = peer;
        this.outbox = outbox;
    }

    /** Nothing comes, nor was asked for. */
    boolean isEmpty() {
        return flows.isEmpty() && opening == 0;
    }

    /** Of live messages. */
    List<String> filters() {
        List<String> filters = new ArrayList<>();
        flows.values().forEach(flow -> filters.addAll(flow.filters()));
        return filters;
    }

    /** Durable ones that are worked for. */
    List<String> subscriptions() {
        List<String> subscriptions = new ArrayList<>();
        flows.values().forEach(flow -> flow.subscription().ifPresent(subscriptions::add));
        return subscriptions;
    }

    /** @param guest who asks, here and below */
    void subscribe(Guest guest, Command.Subscribe command) {
        if (command.id().isEmpty()) {
            throw Malformed.of("malformed", "subscribe needs an id: the reply names the subscription", "");
        }
        List<TopicFilter> filters = new ArrayList<>();
        From from;
        try {
            for (String topic : command.topics()) {
                filters.add(new TopicFilter(topic));
            }
            from = command.from().isEmpty() ? From.LATEST : From.parse(command.from());
        } catch (IllegalArgumentException wrong) {
            throw Malformed.of("malformed", wrong.getMessage(), command.id());
        }
        if (from instanceof From.Offset
                && (filters.size() > 1 || !filters.get(0).isName())) {
            throw Malformed.of("malformed", "from an offset: only of a single topic", command.id());
        }
        String sub = nextSub(command.id());
        var stream = new Stream(this, outbox, sub, filters, command.credit(), config.autoCredit());
        long credit = command.credit() == Command.Subscribe.AUTO ? config.autoCredit() : command.credit();
        opening++;
        guest.broker()
                .subscribe(new Subscribe(filters, from, credit, "websocket", peer), stream)
                .onComplete(done -> {
                    opening--;
                    if (done.failed()) {
                        if (!closed) {
                            outbox.reply(new Reply.Failed(command.id(), Problems.of(done.cause())));
                        }
                    } else if (closed || leaving) {
                        done.result().close();
                    } else {
                        outbox.reply(new Reply.Subscribed(
                                command.id(), sub, done.result().start()));
                        flows.put(sub, stream);
                        stream.opened(done.result());
                    }
                });
    }

    void work(Guest guest, Command.Work command) {
        if (command.id().isEmpty()) {
            throw Malformed.of("malformed", "subscribe needs an id: the reply names the subscription", "");
        }
        Subscriptions subscriptions = guest.broker().subscriptions();
        SubscriptionName name;
        try {
            name = new SubscriptionName(command.subscription());
        } catch (IllegalArgumentException wrong) {
            throw Malformed.of("malformed", wrong.getMessage(), command.id());
        }
        String sub = nextSub(command.id());
        var worker = new Worker(vertx, clock, this, outbox, subscriptions, name, command, sub, config.autoWork());
        opening++;
        subscriptions.config(name, Freshness.LINEARIZABLE).onComplete(done -> {
            opening--;
            if (closed || leaving) {
                return;
            }
            if (done.failed()) {
                outbox.reply(new Reply.Failed(command.id(), Problems.of(done.cause())));
            } else {
                outbox.reply(new Reply.Subscribed(command.id(), sub, ""));
                flows.put(sub, worker);
                worker.begin(done.result().leaseMs());
            }
        });
    }

    void watch(Guest guest, Command.WatchMail command) {
        if (command.id().isEmpty()) {
            throw Malformed.of("malformed", "mail needs an id: the reply names what comes", "");
        }
        String sub = nextSub(command.id());
        MailFlow flow = new MailFlow(this, outbox, sub);
        opening++;
        guest.mail().watch(flow).onComplete(done -> {
            opening--;
            if (done.failed()) {
                if (!closed) {
                    outbox.reply(new Reply.Failed(command.id(), Problems.of(done.cause())));
                }
            } else if (closed || leaving) {
                done.result().close();
            } else {
                outbox.reply(new Reply.Subscribed(command.id(), sub, ""));
                flows.put(sub, flow);
                flow.opened(done.result());
            }
        });
    }

    /** The answer to what was done with messages that are in hand, also of one that takes no more. */
    Future<Reply> settle(Guest guest, Command.Settling command) {
        Flow flow = former.containsKey(command.sub()) ? former.get(command.sub()) : flow(command.sub(), command.id());
        if (!(flow instanceof Worker worker)) {
            throw Malformed.of("malformed", command.sub() + " is no durable subscription", command.id());
        }
        return new Settling(guest.broker().subscriptions(), worker, command).run();
    }

    void credit(Command.Credit command) {
        flow(command.sub(), command.id()).credit(command.messages());
    }

    void unsubscribe(Command.Unsubscribe command) {
        Flow flow = flow(command.sub(), command.id());
        flow.close();
        flows.remove(command.sub());
        if (flow instanceof Worker worker) {
            former.put(command.sub(), worker);
        }
    }

    private Flow flow(String sub, String id) {
        Flow flow = flows.get(sub);
        if (flow == null) {
            throw Malformed.of("not-found", "there is no subscription " + sub + " on this connection", id);
        }
        return flow;
    }

    private String nextSub(String id) {
        if (flows.size() + opening >= config.maxSubscriptions()) {
            throw Malformed.of(
                    "too-many-subscriptions",
                    "a connection has at most " + config.maxSubscriptions() + " subscriptions",
                    id);
        }
        return "s" + ++lastSub;
    }

    /** The node ended it; the client has been told. */
    void ended(String sub) {
        flows.remove(sub);
    }

    void refillAfterFlush(Stream stream) {
        refills.add(stream);
    }

    void flushed() {
        if (!refills.isEmpty()) {
            List<Stream> due = refills;
            refills = new ArrayList<>();
            due.forEach(Stream::refill);
        }
    }

    void drained() {
        for (Flow flow : List.copyOf(flows.values())) {
            flow.drained();
        }
    }

    /** Nothing more begins. */
    void leave() {
        leaving = true;
    }

    void close() {
        closed = true;
        flows.values().forEach(Flow::close);
        flows.clear();
    }
}
