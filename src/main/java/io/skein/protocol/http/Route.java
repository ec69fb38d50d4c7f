package io.skein.protocol.http;

import io.vertx.core.http.HttpMethod;
import java.util.Optional;

/**
 * One method of one path.
 *
 * @param template the path, with at most one variable such as {@code {topic}} (slashes too): at its end, or with one more
 *     word behind it; also the label of its figures
 * @param habits whose habits it follows
 * @param entrance whom it serves
 * @param stays whether an answer stays open, and how it then tells what passes
 */
record Route(HttpMethod method, String template, Habits habits, Entrance entrance, Stays stays, Action action) {
    /** Who may come in where a token is asked for. */
    enum Entrance {
        /** Whoever shows a good one. */
        KNOWN,
        /** Whoever may what is no matter of topics. */
        ADMIN,
        /** Everybody; who shows a good one is known. */
        ALL,
        /** Everybody, and nobody is asked. */
        OPEN
    }

    enum Habits {
        /** Own origin unless configured; errors are problem+json. */
        SKEIN,
        /** Readable from every origin. */
        OPEN,
        /** Readable and writable from every origin; errors are {@code {"success":false}} with a sentence. */
        PAD,
        /** Own origin unless configured; errors are {@code {"success":false}} and nothing else. */
        RRMQ
    }

    /** Answers the exchange, now or later; what it throws is answered too. */
    @FunctionalInterface
    interface Action {
        void take(Exchange exchange);
    }

    /** Empty for an exchange whose answer does not stay open. */
    @FunctionalInterface
    interface Stays {
        Stays NEVER = exchange -> Optional.empty();

        Optional<Framing> how(Exchange exchange);
    }

    static Route of(HttpMethod method, String template, Action action) {
        return new Route(method, template, Habits.SKEIN, Entrance.KNOWN, Stays.NEVER, action);
    }

    static Route open(HttpMethod method, String template, Action action) {
        return new Route(method, template, Habits.OPEN, Entrance.OPEN, Stays.NEVER, action);
    }

    static Route pad(HttpMethod method, String template, Action action) {
        return new Route(method, template, Habits.PAD, Entrance.KNOWN, Stays.NEVER, action);
    }

    static Route rrmq(HttpMethod method, String template, Action action) {
        return new Route(method, template, Habits.RRMQ, Entrance.KNOWN, Stays.NEVER, action);
    }

    /** The same for everybody: who shows a good token is known. */
    Route forAll() {
        return new Route(method, template, habits, Entrance.ALL, stays, action);
    }

    Route forAdmins() {
        return new Route(method, template, habits, Entrance.ADMIN, stays, action);
    }

    /** The same for those who are known. */
    Route forKnown() {
        return new Route(method, template, habits, Entrance.KNOWN, stays, action);
    }

    /** The same with answers that stay open. */
    Route thatStays(Stays how) {
        return new Route(method, template, habits, entrance, how, action);
    }

    boolean isOpen() {
        return habits == Habits.OPEN || habits == Habits.PAD;
    }

    boolean speaksRrmq() {
        return habits == Habits.RRMQ;
    }

    boolean speaksPad() {
        return habits == Habits.PAD;
    }

    /** The path up to its variable; the whole path when there is none. */
    String prefix() {
        int brace = template.indexOf('{');
        return brace < 0 ? template : template.substring(0, brace);
    }

    /** What stands behind the variable; mostly nothing. */
    String suffix() {
        int brace = template.indexOf('}');
        return brace < 0 ? "" : template.substring(brace + 1);
    }

    boolean hasVariable() {
        return template.indexOf('{') >= 0;
    }
}
