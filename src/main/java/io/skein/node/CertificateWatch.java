package io.skein.node;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
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
    private final Consumer<Certificates> renewed;
    private volatile Certificates current;
    private String complaint = "";
    private long timer = -1;
    private boolean isClosed;

    private CertificateWatch(Vertx vertx, CertificateFiles files, Certificates first, Consumer<Certificates> renewed) {
        this.vertx = vertx;
        this.files = files;
        this.current = first;
        this.renewed = renewed;
    }

    /**
     * Fails with a {@link ConfigurationProblem} when the files cannot be used now.
     *
     * @param renewed told of what is there instead, after the first
     */
    static Future<CertificateWatch> begin(
            Vertx vertx, CertificateFiles files, long everyMs, Consumer<Certificates> renewed) {
        return vertx.executeBlocking(() -> files.read(vertx)).map(first -> {
            var watch = new CertificateWatch(vertx, files, first, renewed);
            watch.later(everyMs);
            return watch;
        });
    }

    Certificates current() {
        return current;
    }

    private synchronized void later(long everyMs) {
        if (!isClosed) {
            timer = vertx.setTimer(
                    everyMs,
                    id -> vertx.executeBlocking(() -> files.read(vertx)).onComplete(read -> {
                        if (read.succeeded()) {
                            take(read.result());
                        } else {
                            complain(read.cause().getMessage());
                        }
                        later(everyMs);
                    }));
        }
    }

    private void take(Certificates read) {
        complaint = "";
        if (!read.equals(current)) {
            current = read;
            LOG.info("new certificates are shown from now on: {}", files);
            renewed.accept(read);
        }
    }

    private void complain(String why) {
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
