package io.skein.dashboard;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.List;

/**
 * {@code GET /client.js}, the browser client: one of the console's files, at an address that is part of the contract, and
 * there whether the node has the console or not.
 */
public final class ClientScript {
    public static final String PATH = "/client.js";

    /** Lets the pages that may use this node read the answer. */
    @FunctionalInterface
    public interface Sharing {
        void share(HttpServerRequest request);
    }

    /** Read when somebody first asks for it: a node that starts has other work. */
    private static final class File {
        private static final String NAME = PATH.substring(1);
        static final Asset SCRIPT =
                new Assets("console", List.of(NAME)).find(NAME).orElseThrow();
    }

    private final Sharing sharing;

    /** @param sharing who else than this node's own pages may import it */
    public ClientScript(Sharing sharing) {
        this.sharing = sharing;
    }

    public void mount(Router router) {
        router.route(PATH).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(ctx -> {
            sharing.share(ctx.request());
            Dashboard.serve(ctx, File.SCRIPT);
        });
    }
}
