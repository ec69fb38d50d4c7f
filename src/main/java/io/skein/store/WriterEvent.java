package io.skein.store;

/** What the writer, or a reader, says to its {@link Store}. */
sealed interface WriterEvent {
    /** The batch and all before it are durable and visible to readers. */
    record Written(long number) implements WriterEvent {}

    /** The disk is full; the batch was rolled back. It is to be sent again, and after it the later ones again. */
    record DiskFull(long number) implements WriterEvent {}

    /** Room runs short, or no longer does. */
    record DiskTight(boolean tight) implements WriterEvent {}

    /** A reader met damage. */
    record Damage(String what) implements WriterEvent {}

    /** Nothing more will be written by this process. */
    record Failed(StoreFailure failure) implements WriterEvent {}
}
