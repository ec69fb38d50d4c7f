package io.skein.cli;

import java.net.http.HttpRequest;
import java.util.Set;

/** What it comes to when a request is asked of a second node, after the first took it and did not answer. */
enum Again {
    /** It changes nothing: whoever answers tells. */
    CHANGES_NOTHING,
    /** Its key has the first answer given again. */
    KEYED,
    /** Done twice it is done once; a refusal may be about what the first one made of it. */
    ONCE_ALL_THE_SAME,
    /** The same, and nothing but such a request makes go what it deletes: what is not there (404) is deleted. */
    DELETES,
    /** It would be done twice. */
    TWICE,
    /** It is about that node alone: of another it asks something else, also when this one can do nothing now, or is not there. */
    OF_ONE_NODE;

    static final String KEY = "Idempotency-Key";

    private static final int BAD_REQUEST = 400;
    /** Whoever asks, too much is asked, or not now: at the door, before anybody looks what is asked. */
    private static final Set<Integer> NOT_ASKED = Set.of(401, 403, 429);

    static Again of(HttpRequest request) {
        String path = request.uri().getPath();
        String method = request.method();
        // A question in SQL is posted.
        if (method.equals("GET") || path.equals("/v1/sql")) {
            return CHANGES_NOTHING;
        }
        if (path.startsWith("/v1/connections") || path.equals("/v1/log")) {
            return OF_ONE_NODE;
        }
        if (request.headers().firstValue(KEY).isPresent()) {
            return KEYED;
        }
        if (method.equals("POST")) {
            return TWICE;
        }
        // What falls due goes by itself.
        return method.equals("DELETE") && !path.startsWith("/v1/scheduled") ? DELETES : ONCE_ALL_THE_SAME;
    }

    boolean isWorthAsking() {
        return this != TWICE && this != OF_ONE_NODE;
    }

    /** Whether an answer of the second one tells what became of it. */
    boolean isTold(int status) {
        return this == CHANGES_NOTHING || status < BAD_REQUEST || this == KEYED && !NOT_ASKED.contains(status);
    }
}
