package io.skein.dashboard;

import io.skein.broker.Broker;
import io.skein.broker.Guest;
import io.skein.broker.WallClock;
import io.skein.machine.Lineage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The console's routes and its one sampler, and beside it the {@link ChatPage}. Deploy it once per node and {@link #mount} it on the router of each HTTP
 * instance, in either order: requests before the deployment see a page without figures.
 *
 * <p>Routes: {@code GET /}, {@code GET /console/*} (files) and {@code GET /console/stream?tail=FILTER&after=CURSOR}. The
 * stream is for the console's page only and not part of the public contract.
 */
public final class Dashboard extends VerticleBase {
    /** How the node answers what goes wrong, so that every answer of it is alike. */
    @FunctionalInterface
    public interface Problems {
        void refuse(HttpServerRequest request, int status, String code, String detail);
    }

    /** Who asks; completes only for those who may ask at all, and has answered the others. */
    @FunctionalInterface
    public interface Entrance {
        Future<Guest> enter(HttpServerRequest request);
    }

    private static final String STREAM = "/console/stream";
    private static final String PREFLIGHT_SECONDS = "600";
    private static final Pattern GZIP_TAKEN = Pattern.compile("(?:gzip|\\*)(?:;q=(?!0(?:\\.0{0,3})?$).*)?");

    private final String version;
    private final Broker broker;
    private final ConsoleLimits limits;
    private final Assets assets = new Assets("console", Assets.CONSOLE);
    private final ChatPage chat;
    private final Sampler sampler;

    public Dashboard(String version, Broker broker, ConsoleFigures figures, ConsoleLimits limits) {
        this(version, broker, figures, limits, WallClock.SYSTEM);
    }

    public Dashboard(String version, Broker broker, ConsoleFigures figures, ConsoleLimits limits, WallClock clock) {
        this.version = version;
        this.broker = broker;
        this.limits = limits;
        this.sampler = new Sampler(broker, figures, limits, clock);
        this.chat = new ChatPage(broker);
    }

    @Override
    public Future<?> start() {
        sampler.start(vertx, context);
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        sampler.stop();
        return Future.succeededFuture();
    }

    public void mount(Router router, Problems problems, Entrance entrance) {
        router.route(STREAM)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(ctx -> stream(ctx, problems, entrance));
        router.route(STREAM).method(HttpMethod.OPTIONS).handler(this::preflight);
        router.route("/")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(ctx -> serve(
                        ctx,
                        assets.index(),
                        PagePolicy.of(broker.status(), ctx.request().isSSL()),
                        assets.index().cacheControl()));
        router.route("/console/*")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(ctx -> assets.find(name(ctx)).ifPresentOrElse(asset -> serve(ctx, asset), ctx::next));
        chat.mount(router);
    }

    /** Pages that are open now. */
    int openPages() {
        return sampler.openPages();
    }

    private static String name(RoutingContext ctx) {
        return ctx.request().path().substring("/console/".length());
    }

    static void serve(RoutingContext ctx, Asset asset) {
        guard(ctx.response());
        send(ctx, asset, asset.etag(takesGzip(ctx.request())), asset.cacheControl());
    }

    /** A page with a policy of its own; kept beyond it, it would go on with a policy that knows members of long ago. */
    static void serve(RoutingContext ctx, Asset asset, String policy, String cacheControl) {
        guard(ctx.response()).putHeader("Content-Security-Policy", policy);
        String tag = asset.etag(takesGzip(ctx.request())) + policy;
        send(
                ctx,
                asset,
                '"' + Assets.sha256(tag.getBytes(StandardCharsets.UTF_8)).substring(0, 32) + '"',
                cacheControl);
    }

    private static void send(RoutingContext ctx, Asset asset, String etag, String cacheControl) {
        HttpServerResponse response = ctx.response();
        boolean isPacked = takesGzip(ctx.request());
        response.putHeader(HttpHeaders.ETAG, etag).putHeader(HttpHeaders.CACHE_CONTROL, cacheControl);
        // Beside the origin, where whoever shares the file has named that.
        response.headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        if (isKnown(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH), etag)) {
            response.setStatusCode(304).end().onFailure(ignored -> {});
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, asset.contentType());
        if (isPacked) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        Buffer content = asset.content(isPacked);
        if (ctx.request().method() == HttpMethod.HEAD) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(content.length()));
            response.end().onFailure(ignored -> {});
        } else {
            response.end(content).onFailure(ignored -> {});
        }
    }

    /** RFC 9110 §12.5.3: named, or by a star, and not with a weight of 0. */
    static boolean takesGzip(HttpServerRequest request) {
        String accepted = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        return accepted != null
                && Arrays.stream(accepted.toLowerCase(Locale.ROOT).split(","))
                        .map(coding -> coding.replace(" ", "").replace("\t", ""))
                        .anyMatch(GZIP_TAKEN.asMatchPredicate());
    }

    static HttpServerResponse guard(HttpServerResponse response) {
        return response.putHeader("Content-Security-Policy", PagePolicy.SELF)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    /** RFC 9110 §13.1.2: a list of tags, compared weakly, or a star. */
    private static boolean isKnown(String ifNoneMatch, String etag) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(String::strip)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
    }

    /** A console that another member served, and whose node died, may read the stream here (Fetch standard: CORS). */
    private boolean openToMembers(RoutingContext ctx) {
        String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
        ctx.response().headers().add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        if (origin == null || !broker.status().isOfMember(origin)) {
            return false;
        }
        ctx.response()
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        return true;
    }

    private void preflight(RoutingContext ctx) {
        if (!openToMembers(ctx)) {
            ctx.next();
            return;
        }
        ctx.response()
                .setStatusCode(204)
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD")
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, HttpHeaders.AUTHORIZATION)
                .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS)
                .end()
                .onFailure(ignored -> {});
    }

    private void stream(RoutingContext ctx, Problems problems, Entrance entrance) {
        HttpServerRequest request = ctx.request();
        if (!openToMembers(ctx) && "cross-site".equals(request.getHeader("Sec-Fetch-Site"))) {
            // Another site could not read it, but it could hold all pages that there may be.
            problems.refuse(request, 403, "cross-site", "pages of other sites cannot open the console's stream");
            return;
        }
        entrance.enter(request)
                .onSuccess(guest -> {
                    if (guest.mayAdminister()) {
                        stream(ctx, problems, guest);
                    } else {
                        guest.leave();
                        problems.refuse(request, 403, "forbidden", "the console shows everything; it is for admins");
                    }
                })
                .onFailure(answeredAlready -> {});
    }

    private void stream(RoutingContext ctx, Problems problems, Guest guest) {
        HttpServerRequest request = ctx.request();
        HttpServerResponse response = ctx.response();
        if (request.method() == HttpMethod.HEAD) {
            guest.leave();
            streamHead(response).end().onFailure(ignored -> {});
            return;
        }
        String peer = String.valueOf(request.remoteAddress());
        OpenPage page = new OpenPage(ctx.vertx().getOrCreateContext(), response, guest, sampler, limits, peer);
        if (!sampler.add(page)) {
            guest.leave();
            response.putHeader(HttpHeaders.RETRY_AFTER, "10");
            problems.refuse(
                    request,
                    503,
                    "too-many-pages",
                    "this node has " + limits.pages() + " console pages open, its limit");
            return;
        }
        streamHead(response).setChunked(true);
        page.begin(version);
        String tail = request.getParam("tail", "");
        if (!tail.isEmpty()) {
            String lastEventId = request.getHeader("Last-Event-ID");
            page.follow(tail, Lineage.parse(lastEventId != null ? lastEventId : request.getParam("after", "")));
        }
    }

    private static HttpServerResponse streamHead(HttpServerResponse response) {
        return guard(response)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                // Proxies that collect or pack a stream would hold back what is meant for now.
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store, no-transform")
                .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY)
                .putHeader("X-Accel-Buffering", "no");
    }
}
