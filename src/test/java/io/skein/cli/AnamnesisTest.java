package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.skein.doctor.NodeFacts;
import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members that answer as nobody should. */
@Timeout(60)
class AnamnesisTest {
    private static final JsonObject STRANGER =
            new JsonObject().put("code", "unauthenticated").put("detail", "nobody knows you");

    private final List<HttpServer> servers = new ArrayList<>();
    private final JsonArray members = new JsonArray();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    /** Says the same of its cluster to whoever asks, and nothing else. */
    private String serve(int status, JsonObject cluster) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean isAsked = exchange.getRequestURI().getPath().equals("/v1/cluster");
            byte[] body = (isAsked ? cluster.encode() : "{}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(isAsked ? status : 404, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void member(String id, String httpAddress) {
        members.add(new JsonObject().put("id", id).put("address", id + ":6000").put("httpAddress", httpAddress));
    }

    private Map<String, NodeFacts> ask() throws IOException {
        String url = serve(200, new JsonObject().put("node", "n1").put("members", members));
        return new Anamnesis(asked(url))
                .ask().nodes().stream().collect(Collectors.toMap(NodeFacts::name, Function.identity()));
    }

    private static Server asked(String url) {
        return Server.at(url, Optional.of(new Token.Shown("secret", "--token")));
    }

    @Test
    void aMemberThatRefusesWhoAsksIsOneThatSaysNothing() throws Exception {
        member("n2", serve(401, STRANGER));
        member("n3", serve(403, new JsonObject().put("code", "forbidden")));
        member("n4", serve(200, new JsonObject().put("node", "n4")));
        Map<String, NodeFacts> nodes = ask();
        assertTrue(nodes.get("n2").silence().orElse("").contains("401"), nodes.toString());
        assertTrue(nodes.get("n3").silence().orElse("").contains("403"), nodes.toString());
        assertTrue(nodes.get("n4").said().isPresent(), nodes.toString());
    }

    @Test
    void aMemberWhoseAnswerOrAddressMakesNoSenseIsOneThatSaysNothing() throws Exception {
        member("n2", serve(200, new JsonObject().put("node", "n2").put("members", 7)));
        member("n3", "somewhere else");
        member("n4", "http://127.0.0.1:99999");
        Map<String, NodeFacts> nodes = ask();
        assertEquals(4, nodes.size());
        assertTrue(nodes.get("n1").said().isPresent());
        for (String odd : List.of("n2", "n3", "n4")) {
            assertTrue(nodes.get(odd).silence().isPresent(), nodes.toString());
        }
        assertTrue(nodes.get("n3").silence().get().contains("somewhere else"));
    }

    @Test
    void whoIsRefusedByTheNodeThatIsNamedIsTold() throws Exception {
        Anamnesis refused = new Anamnesis(asked(serve(401, STRANGER)));
        assertEquals(
                ExitCode.DENIED,
                assertThrows(CommandProblem.class, refused::ask).exitCode());
    }
}
