package io.skein.protocol.http;

import io.skein.broker.Backup;
import io.skein.broker.Freshness;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** {@code GET /v1/backup}: what this node has, as one SQLite file. */
final class BackupRoute {
    private static final CharSequence SQLITE = HttpHeaders.createOptimized("application/vnd.sqlite3");
    private static final CharSequence DIGEST = HttpHeaders.createOptimized("Repr-Digest");

    /** Of nodes whose state is not to be had. */
    private static final Set<String> UNFIT = Set.of("catching-up", "amnesiac", "corrupt", "removed", "draining");

    /** The file of one answer, from when it is there until nobody needs it. */
    private static final class Held {
        private Backup backup;
        private boolean over;

        void is(Backup made) {
            if (over) {
                made.end().run();
            } else {
                backup = made;
            }
        }

        void end() {
            over = true;
            if (backup != null) {
                backup.end().run();
                backup = null;
            }
        }
    }

    void get(Exchange exchange) {
        Freshness freshness = exchange.freshness(exchange.query().allow(List.of("level")));
        String health = exchange.status().health();
        if (UNFIT.contains(health)) {
            exchange.problem(
                    Problem.of(503, health, "this node is " + health + " and gives no backup; ask another one"));
            return;
        }
        if (exchange.isHead()) {
            // Nobody can say how large it would be without making it.
            exchange.begin(SQLITE, -1, exchange.status().appliedIndex());
            exchange.response.end().onFailure(Exchange.GONE_CLIENT);
            return;
        }
        Held held = new Held();
        FileAnswer answer = new FileAnswer(exchange, held::end);
        if (!exchange.door.opened(answer)) {
            answer.giveUp();
            exchange.problem(Problem.of(503, "overloaded", "this node has as many answers open as it may"));
            return;
        }
        exchange.guest().whenNoAdmin(answer::cut);
        exchange.broker().backup(freshness, answer::isOver).onComplete(made -> {
            if (made.succeeded()) {
                held.is(made.result());
                if (!answer.isOver()) {
                    head(exchange, made.result());
                    answer.send(made.result().file(), made.result().bytes());
                }
            } else if (!answer.isOver()) {
                answer.giveUp();
                exchange.fail(made.cause());
            }
        });
    }

    private static void head(Exchange exchange, Backup backup) {
        MultiMap headers = exchange.response.headers();
        String digest = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(backup.sha256()));
        headers.set(DIGEST, "sha-256=:" + digest + ":");
        headers.set("Content-Disposition", "attachment; filename=\"" + backup.name() + "\"");
        exchange.begin(SQLITE, backup.bytes(), backup.index());
    }
}
