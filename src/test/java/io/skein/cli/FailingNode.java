package io.skein.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A node that does as a test says, and remembers what it was asked. */
final class FailingNode implements AutoCloseable {
    /** {@code METHOD /path}, each time. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    private FailingNode(HttpHandler does) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            exchange.getRequestBody().readAllBytes();
            does.handle(exchange);
        });
        server.setExecutor(threads);
        server.start();
    }

    static FailingNode that(HttpHandler does) throws IOException {
        return new FailingNode(does);
    }

    static FailingNode answers(int status, String json) throws IOException {
        return new FailingNode(exchange -> answer(exchange, status, json));
    }

    /** It takes what it is asked and breaks off. */
    static FailingNode mute() throws IOException {
        return new FailingNode(HttpExchange::close);
    }

    /** It begins to answer, and never goes on. */
    static FailingNode stopsBehindTheHead() throws IOException {
        return new FailingNode(exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
        });
    }

    /** It takes what it is asked and says nothing. */
    static FailingNode silent() throws IOException {
        return new FailingNode(exchange -> {});
    }

    static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    String url() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
