package io.skein.bench;

/** Ways to keep messages in SQLite (DESIGN D16). Every one of them has a log row with the whole batch in each commit. */
enum Shape {
    /** The log row and nothing else: what acknowledging costs. */
    LOG("log row alone", Messages.NONE, 1, 0),
    /** A row for each message, in the same transaction. */
    ROWS("log + message rows", Messages.ROWS, 1, 0),
    /** One row for the messages of a topic, with their JSON and its positions, in the same transaction. */
    CHUNKS("log + chunk", Messages.CHUNKS, 1, 0),
    /** The message rows of eight commits ride with the eighth. */
    ROWS_8TH("log, rows every 8th", Messages.ROWS, 8, 0),
    /** The messages of eight commits become a chunk with the eighth. */
    CHUNKS_8TH("log, chunk every 8th", Messages.CHUNKS, 8, 0),
    /** Message rows ride along when 64 KiB of bodies wait. */
    ROWS_64K("log, rows at 64 KiB", Messages.ROWS, 1, 64 << 10),
    /** Chunks ride along when 64 KiB of bodies wait. */
    CHUNKS_64K("log, chunk at 64 KiB", Messages.CHUNKS, 1, 64 << 10);

    enum Messages {
        NONE,
        ROWS,
        CHUNKS
    }

    final String title;
    final Messages messages;
    /** Messages are written with every n-th commit, those of all n... */
    final int commits;
    /** ...if there are so many bytes of bodies. */
    final int bytes;

    Shape(String title, Messages messages, int commits, int bytes) {
        this.title = title;
        this.messages = messages;
        this.commits = commits;
        this.bytes = bytes;
    }
}
