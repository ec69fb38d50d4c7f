package io.skein.broker;

import io.skein.account.AccountName;
import io.skein.account.Permit;
import io.skein.account.Principal;
import io.skein.mailbox.Unread;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The mail of one guest, and of nobody else. */
final class GuardedMail implements Mailbox {
    private final LocalGuest guest;
    private final Mail mail;

    GuardedMail(LocalGuest guest, Mail mail) {
        this.guest = guest;
        this.mail = mail;
    }

    /** Null when he has a mailbox. */
    private Refusal whyNot(Permit permit) {
        if (permit == null) {
            return guest.unknown();
        }
        return permit.isWhole()
                ? null
                : Refusal.forbidden("a token for some topics has no mail; log in, or make one for all that you may");
    }

    private <T> Future<T> mine(Function<Principal, Future<T>> then) {
        // Once: it may be taken from him at any moment.
        Permit permit = guest.permit();
        Refusal no = whyNot(permit);
        return no == null ? then.apply(permit.principal()) : Future.failedFuture(no);
    }

    @Override
    public Future<MailAck> send(AccountName to, String content, Optional<String> idempotencyKey) {
        return mine(me -> mail.send(me, to, content, idempotencyKey));
    }

    @Override
    public Future<MailPage> list(Mail.Which which, Freshness freshness) {
        return mine(me -> mail.list(me, which, freshness));
    }

    @Override
    public Future<Unread> unread(int senders, Freshness freshness) {
        return mine(me -> mail.unread(me, senders, freshness));
    }

    @Override
    public Future<MailsAck> markRead(List<Long> ids, Optional<String> idempotencyKey) {
        return mine(me -> mail.markRead(me, ids, idempotencyKey));
    }

    @Override
    public Future<MailsAck> delete(List<Long> ids, Optional<String> idempotencyKey) {
        return mine(me -> mail.delete(me, ids, idempotencyKey));
    }

    @Override
    public Future<List<AccountName>> present(List<AccountName> names) {
        return mine(me -> mail.present(names));
    }

    @Override
    public Future<MailWatch> watch(MailWatcher watcher) {
        return mine(me -> {
            Guarded guarded = new Guarded(watcher);
            return mail.watch(me, guarded).compose(guarded::opened);
        });
    }

    private final class Guarded implements MailWatcher, MailWatch, LocalGuest.Stake {
        private final MailWatcher watcher;
        /** Null until it has begun. */
        private MailWatch watch;

        private boolean over;

        Guarded(MailWatcher watcher) {
            this.watcher = watcher;
        }

        /** Fails when the guest may no longer have it by now. */
        Future<MailWatch> opened(MailWatch begun) {
            watch = begun;
            if (over) {
                // Its end was told before its beginning.
                begun.close();
                return Future.succeededFuture(this);
            }
            Refusal no = whyNot(guest.permit());
            if (no != null) {
                over = true;
                begun.close();
                return Future.failedFuture(no);
            }
            guest.hold(this);
            return Future.succeededFuture(this);
        }

        @Override
        public void look() {
            Refusal no = over ? null : whyNot(guest.permit());
            if (no != null) {
                close();
                watcher.on(new MailEvent.Ended(no.code()));
            }
        }

        @Override
        public boolean on(MailEvent event) {
            // It may have been taken from him when this loop had mail to tell of already.
            look();
            if (over) {
                return true;
            }
            if (event instanceof MailEvent.Ended) {
                over = true;
                guest.drop(this);
            }
            return watcher.on(event);
        }

        @Override
        public void resume() {
            watch.resume();
        }

        @Override
        public void close() {
            if (!over) {
                over = true;
                guest.drop(this);
                if (watch != null) {
                    watch.close();
                }
            }
        }
    }
}
