package io.skein.broker;

import io.skein.account.AccountMachine;
import io.skein.cluster.NotExecuted;
import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Lineage;
import io.skein.mailbox.MailMachine;
import io.skein.store.Store;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.TopicMachine;
import io.vertx.core.http.ConnectionPoolTooBusyException;

/** What the node gives once its data is open, and gives anew when another state takes the place of all there was. */
record Ground(
        Store store,
        ReplicaVerticle replica,
        TopicMachine topics,
        SubscriptionMachine subscriptions,
        AccountMachine accounts,
        MailMachine mails,
        Lineage lineage,
        History history) {
    /**
     * Why what a committed command came to cannot be read here: the rows are busy, or another state takes the place of all
     * there was. Nobody can say then what the command did; a defect stays one.
     */
    Throwable unread(Throwable cause) {
        boolean isPassing =
                cause instanceof NotExecuted || cause instanceof ConnectionPoolTooBusyException || store.isClosed();
        return isPassing
                ? Refusal.of(
                        Refusal.Kind.INDETERMINATE,
                        "indeterminate",
                        "it was done, and this node cannot read what it came to; leases end by themselves")
                : Refusal.from(cause);
    }
}
