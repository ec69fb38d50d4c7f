package io.skein.replica;

import io.skein.raft.Rpc;

/**
 * What one replica says to another: a word of Raft, and what travels with it.
 *
 * @param wallMs the sender's wall clock when it spoke, epoch milliseconds (DESIGN D5)
 * @param hashIndex above 0: an index at which the sender's state had {@code hash}; below 0: at the index of this amount a
 *     majority had it, says the leader; 0: none (DESIGN D10)
 */
public record PeerMessage(Rpc rpc, long wallMs, long hashIndex, long hash) {}
