package io.skein.broker;

import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;

/** A read, which may wait long, that ends when its guest may no longer have what it would give. */
final class GuardedRead implements LocalGuest.Stake {
    private final LocalGuest guest;
    private final List<TopicFilter> filters;
    private final Promise<Page> page = Promise.promise();

    private GuardedRead(LocalGuest guest, List<TopicFilter> filters) {
        this.guest = guest;
        this.filters = filters;
    }

    /** On the guest's context. */
    static Future<Page> of(LocalGuest guest, List<TopicFilter> filters, Future<Page> found) {
        GuardedRead read = new GuardedRead(guest, filters);
        guest.hold(read);
        found.onComplete(done -> {
            guest.drop(read);
            read.look();
            if (done.failed()) {
                read.page.tryFail(done.cause());
            } else {
                read.page.tryComplete(done.result());
            }
        });
        return read.page.future();
    }

    @Override
    public void look() {
        Refusal no = GuardedBroker.whyNotRead(guest, filters);
        if (no != null) {
            page.tryFail(no);
        }
    }
}
