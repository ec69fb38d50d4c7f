package io.skein.cli;

import io.skein.node.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the node is that a command talks to, or several of one cluster, whose certificates are believed there, and who talks. */
final class Server {
    @Option(
            names = {"--url", "--server"},
            paramLabel = "URL",
            description = "the node, or several with commas between, of which the first that answers is asked"
                    + " (default: SKEIN_URL, else 127.0.0.1:8080)")
    private String url = System.getenv().getOrDefault("SKEIN_URL", "http://127.0.0.1:8080");

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "for https: who signs the nodes' certificates, PEM (default: SKEIN_CA, else those the JDK knows)")
    private String ca = System.getenv().getOrDefault("SKEIN_CA", "");

    @Mixin
    private Token token = new Token();

    private Optional<Token.Shown> known = Optional.empty();
    /** Who asks was decided, also when that is nobody: no variable and no login is looked at. */
    private boolean isTold;

    /** Signed by these, if that is not empty. */
    Server trusting(String file) {
        if (!file.isEmpty()) {
            ca = file;
        }
        return this;
    }

    /** @param shown of who asks */
    static Server at(String url, Optional<Token.Shown> shown) {
        Server server = new Server();
        server.url = url;
        server.known = shown;
        return server;
    }

    /** Those that were named, in their order, each asked as this one would be; at least one. */
    List<Server> each() {
        String[] named = url.split(",");
        if (named.length == 1) {
            return List.of(this);
        }
        return Arrays.stream(named)
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .map(this::alone)
                .toList();
    }

    /** One of those that were named. */
    private Server alone(String one) {
        Server server = new Server();
        server.url = one;
        server.ca = ca;
        server.token = token;
        server.known = known;
        server.isTold = isTold;
        return server;
    }

    /** What is shown of who asks; empty: nothing. */
    Optional<Token.Shown> shown() {
        if (known.isEmpty() && !isTold) {
            known = token.at(url());
        }
        return known;
    }

    /** Another node of the same cluster; the same asks, but what went over TLS is not shown in clear. */
    Server other(String address) {
        Server other = at(address, known.isEmpty() && url.isEmpty() ? Optional.empty() : shown());
        other.ca = ca;
        other.isTold = isTold;
        return isAsSafe(other) ? other : other.shownBy(Optional.empty());
    }

    /** What goes to this node may go to the other, too. */
    boolean isAsSafe(Server other) {
        return url.isEmpty() || !isTls() || other.isTls();
    }

    /** Nodes of the same cluster; somebody else asks. */
    Server among(List<String> urls, Optional<Token.Shown> who) {
        Server others = at(String.join(",", urls), who);
        others.ca = ca;
        others.isTold = true;
        return others;
    }

    /** The same node; somebody else asks. */
    Server shownBy(Optional<Token.Shown> who) {
        Server same = at(url, who);
        same.ca = ca;
        same.isTold = true;
        return same;
    }

    /** {@code http://host:port} or {@code https://host:port}, without a path; of several the first. */
    String url() {
        URI uri = uri();
        return uri.getScheme() + "://" + uri.getHost() + ":" + port();
    }

    /** Its URL is one. */
    boolean isSomewhere() {
        try {
            int port = port();
            return port > 0 && port < 1 << 16;
        } catch (CommandProblem noUrl) {
            return false;
        }
    }

    boolean isTls() {
        return uri().getScheme().equals("https");
    }

    /** {@code ws://host:port} or {@code wss://host:port}. */
    URI webSocket() {
        return URI.create((isTls() ? "wss" : "ws") + url().substring(url().indexOf(':')));
    }

    private int port() {
        int port = uri().getPort();
        return port >= 0 ? port : isTls() ? 443 : 80;
    }

    /** The authority's certificates, PEM; empty: those that the JDK knows are believed. */
    Optional<String> authority() {
        if (ca.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(Path.of(ca)));
        } catch (IOException unreadable) {
            throw new CommandProblem(ExitCode.USAGE, "--ca: " + ca + " cannot be read: " + unreadable.getMessage());
        }
    }

    /** For the JDK's client; empty: its usual one. */
    Optional<SSLContext> trust() {
        return authority().map(pem -> {
            try {
                KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
                trusted.load(null, null);
                int number = 0;
                for (Certificate one : CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
                    trusted.setCertificateEntry("ca" + number++, one);
                }
                if (number == 0) {
                    throw new GeneralSecurityException("it holds no certificate");
                }
                TrustManagerFactory managers =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                managers.init(trusted);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, managers.getTrustManagers(), null);
                return context;
            } catch (GeneralSecurityException | IOException unusable) {
                throw new CommandProblem(ExitCode.USAGE, "--ca: " + ca + " cannot be used: " + unusable.getMessage());
            }
        });
    }

    static CommandProblem silent(String url) {
        return new CommandProblem(
                ExitCode.UNREACHABLE,
                "no node answers at " + url + "; start one (" + Program.line("serve") + "), or name it with --url");
    }

    /** Nothing came of it, and why: whom one does not believe, or what broke off. */
    static CommandProblem silent(String url, IOException why) {
        if (why instanceof SSLException) {
            return doubtful(url, why.getMessage());
        }
        boolean isSilent =
                Nodes.isBeforeAsking(why) || why instanceof HttpTimeoutException || why instanceof EOFException;
        return isSilent
                ? silent(url)
                : new CommandProblem(ExitCode.UNREACHABLE, url + " broke off: " + why.getMessage());
    }

    /** It was asked to change something, and then nothing came back. */
    static CommandProblem mute(String url) {
        return new CommandProblem(
                ExitCode.UNKNOWN,
                url + " took the request and did not answer: it may have been done, or not; look before you ask again");
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
        return Program.line("users allow") + ")" + (hasScopes ? ", unless the token's scopes leave it out" : "");
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
                        + ": it is not known there, was deleted, or is over; give another, or none and log in (" + login
                        + ")")
                .orElse(url() + " wants to know who asks; log in (" + login + "), or set SKEIN_TOKEN");
    }

    /** There is somebody, but not one who is believed to be the node, or one that speaks otherwise. */
    private static CommandProblem doubtful(String url, String why) {
        return new CommandProblem(
                ExitCode.UNREACHABLE, "no TLS with " + url + ": " + why + "; a private authority is named with --ca");
    }

    private URI uri() {
        String first = url.split(",", 2)[0].strip();
        String text = first.contains("://") ? first : "http://" + first;
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException malformed) {
            // Said below.
        }
        throw new CommandProblem(ExitCode.USAGE, "--url is http://host:port or https://host:port, not \"" + url + "\"");
    }
}
