package io.skein.cli;

import io.skein.node.ExitCode;
import java.net.URI;
import picocli.CommandLine.Option;

/** Where the node is that a command talks to. */
final class Server {
    @Option(names = "--url", paramLabel = "URL", description = "the node (default: SKEIN_URL, else 127.0.0.1:8080)")
    private String url = System.getenv().getOrDefault("SKEIN_URL", "http://127.0.0.1:8080");

    static Server at(String url) {
        Server server = new Server();
        server.url = url;
        return server;
    }

    /** {@code http://host:port}, without a path. */
    String url() {
        URI uri = uri();
        return "http://" + uri.getHost() + ":" + port();
    }

    String host() {
        return uri().getHost();
    }

    int port() {
        int port = uri().getPort();
        return port < 0 ? 80 : port;
    }

    static CommandProblem silent(String url) {
        return new CommandProblem(
                1, "no node answers at " + url + "; start one (" + Program.line("serve") + "), or name it with --url");
    }

    private URI uri() {
        String text = url.contains("://") ? url : "http://" + url;
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && "http".equals(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException malformed) {
            // Said below.
        }
        throw new CommandProblem(ExitCode.USAGE, "--url is http://host:port, not \"" + url + "\"");
    }
}
