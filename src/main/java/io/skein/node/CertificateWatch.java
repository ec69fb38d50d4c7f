package io.skein.node;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads certificates again and again, off the event loop, for they are renewed while a node runs. What it reads are a few
 * kilobytes: their content says more than the time of their last change, which links and copies keep. Files that cannot be
 * used change nothing and are complained of once.
 */
final class CertificateWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

    private final Vertx vertx;
    private final CertificateFiles files;
    private final Function<Certificates, Future<Void>> renewed;
    private volatile Certificates current;
    private volatile String complaint = "";
    private long timer = -1;
    private boolean isClosed;

    private CertificateWatch(
            Vertx vertx, CertificateFiles files, Certificates first, Function<Certificates, Future<Void>> renewed) {
        this.vertx = vertx;
        this.files = files;
        this.current = first;
        this.renewed = renewed;
    }

    /**
     * Fails with a {@link ConfigurationProblem} when the files cannot be used now.
     *
     * @param renewed shows what is there instead, after the first; when that fails it is asked again at the next look
     */
    static Future<CertificateWatch> begin(
            Vertx vertx, CertificateFiles files, long everyMs, Function<Certificates, Future<Void>> renewed) {
        return vertx.executeBlocking(() -> files.read(vertx)).map(first -> {
            var watch = new CertificateWatch(vertx, files, first, renewed);
            watch.later(everyMs);
            return watch;
        });
    }

    Certificates current() {
        return current;
    }

    /** Why what stands there now is not shown; empty when it is. */
    String complaint() {
        return complaint;
    }

    private synchronized void later(long everyMs) {
        if (!isClosed) {
            timer = vertx.setTimer(
                    everyMs,
                    id -> vertx.executeBlocking(() -> files.read(vertx)).onComplete(read -> {
                        later(everyMs);
                        if (read.succeeded()) {
                            take(read.result());
                        } else {
                            complain(read.cause());
                        }
                    }));
        }
    }

    private void take(Certificates read) {
        if (read.equals(current)) {
            complaint = "";
            return;
        }
        Future.succeededFuture(read)
                .compose(renewed)
                .onSuccess(shown -> {
                    complaint = "";
                    current = read;
                    LOG.info("new certificates are shown from now on: {}", files);
                })
                .onFailure(this::complain);
    }

    private void complain(Throwable cause) {
        String why = cause instanceof ConfigurationProblem ? cause.getMessage() : files + " cannot be used: " + cause;
        if (!why.equals(complaint)) {
            complaint = why;
            LOG.warn("{}; the certificates read before still count", why);
        }
    }

    synchronized void close() {
        isClosed = true;
        vertx.cancelTimer(timer);
    }
}
