package io.skein.replica;

import io.skein.machine.FeatureLevel;
import io.skein.raft.Rpc;

/**
 * What one replica says to another: a word of Raft, and what travels with it.
 *
 * @param wallMs the sender's wall clock when it spoke, epoch milliseconds (DESIGN D5)
 * @param hashIndex above 0: an index at which the sender's state had {@code hash}; below 0: at the index of this amount a
 *     majority had it, says the leader; 0: none (DESIGN D10)
 * @param featureLevel the highest that the sender's build knows
 */
public record PeerMessage(Rpc rpc, long wallMs, long hashIndex, long hash, int featureLevel) {
    /** Of a build that does not say its feature level. */
    public PeerMessage(Rpc rpc, long wallMs, long hashIndex, long hash) {
        this(rpc, wallMs, hashIndex, hash, FeatureLevel.FIRST);
    }
}
