package io.skein.bench;

/** Ways to keep messages in SQLite (DESIGN D16). Every one of them has a log row with the whole batch in each commit. */
enum Shape {
    /** The log row and nothing else: what acknowledging costs. */
    LOG("log row alone", Messages.NONE, 1),
    /** A row for each message, in the same transaction. */
    ROWS("log + message rows", Messages.ROWS, 1),
    /** One row for the messages of a topic, with their JSON and its positions, in the same transaction. */
    CHUNKS("log + chunk", Messages.CHUNKS, 1),
    /** The message rows of eight commits ride with the eighth. */
    ROWS_BEHIND("log, rows every 8th", Messages.ROWS, 8),
    /** The messages of eight commits become a chunk with the eighth. */
    CHUNKS_BEHIND("log, chunk every 8th", Messages.CHUNKS, 8);

    enum Messages {
        NONE,
        ROWS,
        CHUNKS
    }

    final String title;
    final Messages messages;
    /** Messages are written with every n-th commit, those of all n. */
    final int every;

    Shape(String title, Messages messages, int every) {
        this.title = title;
        this.messages = messages;
        this.every = every;
    }
}
