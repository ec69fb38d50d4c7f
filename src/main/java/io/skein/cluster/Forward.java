package io.skein.cluster;

import io.skein.machine.IdempotencyKey;
import java.util.Optional;

/**
 * A command on its way to the leader.
 *
 * @param command its protobuf bytes; never changed after construction
 */
public record Forward(byte[] command, Optional<IdempotencyKey> key) {}
