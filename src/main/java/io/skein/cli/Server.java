package io.skein.cli;

import io.skein.node.ExitCode;
import java.net.URI;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the node is that a command talks to, and who talks. */
final class Server {
    @Option(names = "--url", paramLabel = "URL", description = "the node (default: SKEIN_URL, else 127.0.0.1:8080)")
    private String url = System.getenv().getOrDefault("SKEIN_URL", "http://127.0.0.1:8080");

    @Mixin
    private Token token = new Token();

    private Optional<Token.Shown> known = Optional.empty();

    /** @param shown of who asks */
    static Server at(String url, Optional<Token.Shown> shown) {
        Server server = new Server();
        server.url = url;
        server.known = shown;
        return server;
    }

    /** What is shown of who asks; empty: nothing. */
    Optional<Token.Shown> shown() {
        if (known.isEmpty()) {
            known = token.at(url());
        }
        return known;
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

    /**
     * The node does not let one do what was asked.
     *
     * @param code of its answer
     * @return empty when that is about something else
     */
    Optional<CommandProblem> denied(String code, String detail) {
        return switch (code) {
            case "unauthenticated" -> Optional.of(new CommandProblem(ExitCode.DENIED, stranger(), code));
            case "wrong-password" -> Optional.of(new CommandProblem(ExitCode.DENIED, detail, code));
            case "forbidden" ->
                Optional.of(new CommandProblem(
                        ExitCode.DENIED,
                        detail + (detail.contains(" may not ") ? "; an admin can allow it (" + allowing() : ""),
                        code));
            default -> Optional.empty();
        };
    }

    private String allowing() {
        boolean hasScopes = shown().filter(token -> !token.isLogin()).isPresent();
        return Program.line("user allow") + ")" + (hasScopes ? ", unless the token's scopes leave it out" : "");
    }

    /** A login that does not hold would stand in the way of everything, also where no token is asked for. */
    private String stranger() {
        if (shown().filter(Token.Shown::isLogin).isPresent()) {
            LogIns.of(System.getenv()).forget(shown().get().secret());
            return url() + " does not take " + shown().get().source() + ", which is now forgotten; log in again ("
                    + Program.line("login --as NAME") + "), or go on without";
        }

        String login = Program.line("login --as NAME");
        return shown().map(token -> url() + " does not take " + token
                        + ": it is not known there, was revoked, or is over; give another, or none and log in (" + login
                        + ")")
                .orElse(url() + " wants to know who asks; log in (" + login + "), or set SKEIN_TOKEN");
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
