package io.skein.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** Where tests let the disk fail, with a real SQLite underneath. The product has no way to set one. */
interface Faults {
    Faults NONE = new Faults() {};

    /** The writer's connection, before anything is done with it. */
    default void opened(Connection connection) throws SQLException {}

    /** Within a transaction, everything written, before COMMIT. */
    default void beforeCommit(long batch) throws SQLException {}

    /** After COMMIT, before anybody is told. */
    default void afterCommit(long batch) throws SQLException {}

    /** Before a transaction that only removes rows. */
    default void beforeSweep() throws SQLException {}

    default void beforeCheckpoint() throws SQLException {}

    /** Between two read transactions of a snapshot that is being made. */
    default void snapshotStep() {}

    /** After a step of an installation. */
    default void installed(Installation.Step step) throws IOException {}
}
