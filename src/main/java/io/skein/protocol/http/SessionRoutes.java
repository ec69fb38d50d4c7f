package io.skein.protocol.http;

import io.skein.account.AccountName;
import io.skein.broker.Accounts;
import io.skein.broker.Refusal;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** {@code /v1/sessions}: people come and go. */
final class SessionRoutes {
    /** With {@code "cookie":true} the token is the browser's to keep, and no script sees it. */
    void logIn(Exchange exchange) {
        exchange.query().allow(List.of());
        JsonFields.read(exchange, List.of("username", "password", "cookie"), fields -> {
            AccountName name = AccountRoutes.name(fields.text("username"));
            String password = fields.text("password");
            boolean cookie = fields.flag("cookie", false);
            exchange.proposed();
            AccountRoutes.accounts(exchange)
                    .logIn(name, password, AccountRoutes.peer(exchange))
                    .onSuccess(in -> answer(exchange, in, cookie))
                    .onFailure(exchange::fail);
        });
    }

    private static void answer(Exchange exchange, Accounts.LogIn in, boolean cookie) {
        JsonObject json = new JsonObject();
        if (cookie) {
            long seconds = Math.max(1, (in.expires() - exchange.nowMs()) / 1000);
            exchange.response.addCookie(cookie(exchange, in.token(), seconds));
        } else {
            json.put("token", in.token());
        }
        exchange.noStore();
        exchange.decided(
                201,
                json.put("username", in.name().value())
                        .put("expires", in.expires())
                        .put("unread", in.unread()),
                in.index(),
                false);
    }

    void current(Exchange exchange) {
        exchange.query().allow(List.of());
        AccountRoutes.accounts(exchange)
                .current()
                .onSuccess(standing -> exchange.json(
                        200,
                        new JsonObject()
                                .put("username", standing.name().value())
                                .put("role", AccountRoutes.text(standing.role()))
                                .put("session", standing.isSession())
                                .put("expires", standing.expires() == 0 ? null : standing.expires())))
                .onFailure(exchange::fail);
    }

    void logOut(Exchange exchange) {
        exchange.proposed();
        AccountRoutes.accounts(exchange).logOut().onComplete(done -> {
            if (exchange.isAnswered()) {
                return;
            }
            // Whoever does not know whether it was done keeps what he would have to show again.
            if (done.succeeded() || isNotGood(done.cause())) {
                forget(exchange);
            }
            if (done.succeeded()) {
                exchange.decided(204, null, done.result().index(), done.result().replayed());
            } else {
                exchange.fail(done.cause());
            }
        });
    }

    private static boolean isNotGood(Throwable cause) {
        return cause instanceof Refusal refusal && refusal.kind() == Refusal.Kind.UNAUTHENTICATED;
    }

    /** The cookie that this request showed; one that another site made the browser send is not its to take away. */
    private static void forget(Exchange exchange) {
        if (exchange.request.getCookie(Credentials.COOKIE) != null
                && Credentials.of(exchange.request, exchange.door.origins()).isPresent()) {
            exchange.response.addCookie(cookie(exchange, "", 0));
        }
    }

    /** RFC 6265bis: for this host only, on no request that another site caused, and hidden from scripts. */
    private static Cookie cookie(Exchange exchange, String token, long seconds) {
        return Cookie.cookie(Credentials.COOKIE, token)
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(exchange.request.isSSL())
                .setMaxAge(seconds);
    }
}
