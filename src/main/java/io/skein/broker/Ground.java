package io.skein.broker;

import io.skein.cluster.ReplicaVerticle;
import io.skein.machine.Lineage;
import io.skein.store.Store;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.TopicMachine;

/** What the node gives once its data is open, and gives anew when another state takes the place of all there was. */
record Ground(
        Store store,
        ReplicaVerticle replica,
        TopicMachine topics,
        SubscriptionMachine subscriptions,
        Lineage lineage,
        History history) {}
