package io.skein.protocol.http;

import io.skein.broker.NodeStatus;
import io.skein.broker.NodeStatus.MemberStatus;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** {@code /v1/cluster/members} and {@code /v1/cluster/transfer}: who belongs to the cluster, and who leads it. */
final class MemberRoutes {
    private static final int MAX_BODY_BYTES = 4 << 10;
    /** How often a request that waits looks whether the new member votes. */
    private static final long LOOK_MS = 20;

    private final HttpConfig config;

    MemberRoutes(HttpConfig config) {
        this.config = config;
    }

    static JsonArray members(NodeStatus status) {
        JsonArray members = new JsonArray();
        status.members().forEach(member -> members.add(json(member)));
        return members;
    }

    private static JsonObject json(MemberStatus member) {
        JsonObject json = new JsonObject().put("id", member.id()).put("address", member.address());
        if (!member.httpAddress().isEmpty()) {
            json.put("httpAddress", member.httpAddress());
        }
        if (!member.version().isEmpty()) {
            json.put("version", member.version());
        }
        if (member.featureLevel() > 0) {
            json.put("featureLevel", member.featureLevel());
        }
        return json.put("voter", member.voter())
                .put("matchIndex", member.matchIndex())
                .put("reachable", member.reachable());
    }

    /** 202 once it is in the log; with {@code wait} 200 once it is what it was asked to be. */
    void add(Exchange exchange) {
        long waitMs = exchange.query().allow(List.of("wait")).duration("wait", 0, config.maxWaitMs());
        body(exchange, List.of("id", "address", "voter"), json -> {
            String id = text(json, "id");
            String address = address(text(json, "address"));
            boolean voter = flag(json, "voter", true);
            exchange.proposed();
            exchange.broker().addMember(id, address, voter).onComplete(done -> {
                if (done.failed()) {
                    exchange.fail(done.cause());
                } else if (waitMs > 0) {
                    exchange.patient();
                    wait(exchange, id, address, voter, System.nanoTime() + waitMs * 1_000_000);
                } else {
                    exchange.json(202, added(exchange, id, address));
                }
            });
        });
    }

    private void wait(Exchange exchange, String id, String address, boolean voter, long untilNanos) {
        boolean is =
                member(exchange, id).filter(member -> member.voter() || !voter).isPresent();
        if (is || System.nanoTime() - untilNanos >= 0) {
            exchange.json(is ? 200 : 202, added(exchange, id, address));
        } else if (!exchange.isAnswered()) {
            exchange.door.after(LOOK_MS, () -> wait(exchange, id, address, voter, untilNanos));
        }
    }

    /** As this node sees it; what it has not yet heard of is a learner that was not heard of. */
    private static JsonObject added(Exchange exchange, String id, String address) {
        return json(member(exchange, id).orElse(new MemberStatus(id, address, "", false, -1, false)));
    }

    private static Optional<MemberStatus> member(Exchange exchange, String id) {
        // Not the exchange's own, which stays as it was: this is asked again and again.
        return exchange.door.gate().status().members().stream()
                .filter(member -> member.id().equals(id))
                .findFirst();
    }

    void remove(Exchange exchange) {
        exchange.query().allow(List.of());
        String id = Percent.decode(exchange.rest);
        List<MemberStatus> voters =
                exchange.status().members().stream().filter(MemberStatus::voter).toList();
        if (voters.size() == 1 && voters.get(0).id().equals(id)) {
            exchange.problem(Problem.of(409, "last-voter", id + " is the only member that votes; it cannot leave"));
            return;
        }
        exchange.proposed();
        exchange.broker().removeMember(id).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
            } else {
                exchange.json(200, new JsonObject().put("id", id).put("removed", true));
            }
        });
    }

    /** Without {@code to} whoever is best placed leads; with {@code from} only if that one leads now. */
    void transfer(Exchange exchange) {
        exchange.query().allow(List.of());
        body(exchange, List.of("to", "from"), json -> {
            if (!json.containsKey("to")) {
                Optional<String> from = json.containsKey("from") ? Optional.of(text(json, "from")) : Optional.empty();
                exchange.proposed();
                answer(exchange, exchange.broker().handOver(from));
                return;
            }
            if (json.containsKey("from")) {
                throw Query.malformed("to and from are both given; one of them is meant");
            }
            String to = text(json, "to");
            if (member(exchange, to).filter(member -> !member.voter()).isPresent()) {
                exchange.problem(Problem.of(409, "not-a-voter", to + " is a learner; only a voter can lead"));
                return;
            }
            exchange.proposed();
            answer(exchange, exchange.broker().transfer(to));
        });
    }

    private static void answer(Exchange exchange, Future<Void> transferred) {
        transferred.onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
            } else {
                NodeStatus status = exchange.door.gate().status();
                exchange.json(
                        200,
                        new JsonObject()
                                .put("leader", status.leader().isEmpty() ? null : status.leader())
                                .put("term", status.term()));
            }
        });
    }

    private interface Taker {
        void take(JsonObject json);
    }

    private static void body(Exchange exchange, List<String> known, Taker then) {
        if (!TopicRoutes.isJson(exchange)) {
            return;
        }
        RequestBody.read(exchange, "this request", MAX_BODY_BYTES, body -> {
            JsonObject json =
                    body.length == 0 ? new JsonObject() : JsonBody.object(new String(body, StandardCharsets.UTF_8));
            for (String name : json.fieldNames()) {
                if (!known.contains(name)) {
                    throw Query.malformed("there is no field " + name + " here" + Spelling.among(name, known));
                }
            }
            then.take(json);
        });
    }

    private static String text(JsonObject json, String name) {
        if (json.getValue(name) instanceof String text && !text.isBlank()) {
            return text.strip();
        }
        throw Query.malformed(name + " is a text, and needed");
    }

    private static boolean flag(JsonObject json, String name, boolean preset) {
        Object value = json.getValue(name);
        if (value == null) {
            return preset;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw Query.malformed(name + " is true or false, not " + value);
    }

    private static String address(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("[1-9][0-9]{0,4}")) {
            throw Query.malformed("address is host:port of the node's Raft port, not \"" + text + "\"");
        }
        return text;
    }
}
