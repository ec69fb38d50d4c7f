package io.skein.replica;

import io.skein.raft.Rpc;

/**
 * What travels between replicas: what Raft says, and what rides along.
 *
 * @param wallMs the sender's wall clock, epoch milliseconds
 * @param hashIndex applied index that {@code hash} was taken at; 0 when none is reported
 */
public record PeerMessage(Rpc rpc, long wallMs, long hashIndex, long hash) {}
