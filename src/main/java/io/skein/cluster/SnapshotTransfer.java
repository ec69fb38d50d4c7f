package io.skein.cluster;

import io.skein.raft.NodeId;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * One snapshot on its way to one peer. It begins with a question where to go on, then keeps a window of pieces under way;
 * when anything goes wrong the pieces under way are forgotten and it goes back: at once to where the receiver says, or
 * after a wait to the question.
 */
final class SnapshotTransfer {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final byte[] NOTHING = {};
    /** The receiver found the whole wrong so often: it is wrong here. */
    private static final int MAX_DISCARDS = 2;

    private final Vertx vertx;
    private final Peers peers;
    private final NodeId to;
    private final SnapshotFile file;
    private final SnapshotPace pace;
    private final Promise<Void> promise = Promise.promise();
    private Optional<FileChannel> channel = Optional.empty();
    /** The receiver has everything below. */
    private long acked;
    /** Next to be read. */
    private long next;
    /** Answers to pieces of an earlier course say nothing about the present one. */
    private int course;

    private int underWay;
    private boolean isReading;
    /** The receiver has not yet said where to go on. */
    private boolean isAsking;

    private int discards;
    private long askedAgainAt = -1;
    private long progressNanos = System.nanoTime();
    private long aliveNanos = progressNanos;
    private long timer = -1;

    SnapshotTransfer(Vertx vertx, Peers peers, NodeId to, SnapshotFile file, SnapshotPace pace) {
        this.vertx = vertx;
        this.peers = peers;
        this.to = to;
        this.file = file;
        this.pace = pace;
    }

    Future<Void> begin() {
        vertx.executeBlocking(() -> FileChannel.open(file.file(), StandardOpenOption.READ), false)
                .onSuccess(opened -> {
                    channel = Optional.of(opened);
                    if (isOver()) {
                        closeFile();
                    } else {
                        question();
                    }
                })
                .onFailure(this::fail);
        return promise.future();
    }

    long ackedBytes() {
        return acked;
    }

    private boolean isOver() {
        return promise.future().isComplete();
    }

    private void newCourse() {
        course++;
        underWay = 0;
        isAsking = false;
    }

    private void question() {
        newCourse();
        isAsking = true;
        int mine = course;
        peers.chunk(to, SnapshotChunk.of(file, 0, NOTHING)).onComplete(answer -> {
            if (mine == course && !isOver()) {
                isAsking = false;
                if (answer.succeeded() && answer.result().code() == SnapshotAck.Code.NEXT) {
                    next = answer.result().nextOffset();
                }
                take(answer);
            }
        });
    }

    /** Pieces are read one after the other, as they must leave in order. */
    private void pump() {
        if (isReading || isAsking || timer >= 0 || isOver() || underWay >= pace.window()) {
            return;
        }
        if (next >= file.bytes()) {
            if (underWay == 0) {
                // All is there, and nobody said yet that it is whole.
                later();
            }
            return;
        }
        isReading = true;
        long offset = next;
        int mine = course;
        FileChannel from = channel.orElseThrow();
        vertx.executeBlocking(() -> SnapshotChunk.of(file, offset, read(from, offset)), false)
                .onComplete(read -> {
                    isReading = false;
                    if (isOver()) {
                        closeFile();
                    } else if (read.failed()) {
                        fail(read.cause());
                    } else if (mine == course) {
                        send(read.result());
                    } else {
                        pump();
                    }
                });
    }

    private byte[] read(FileChannel from, long offset) throws IOException {
        byte[] bytes = new byte[(int) Math.min(pace.chunkBytes(), file.bytes() - offset)];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        while (into.hasRemaining()) {
            if (from.read(into, offset + into.position()) < 0) {
                throw new EOFException(file.file() + " became shorter while it was sent");
            }
        }
        return bytes;
    }

    private void send(SnapshotChunk chunk) {
        int mine = course;
        next = chunk.offset() + chunk.bytes().length;
        underWay++;
        peers.chunk(to, chunk).onComplete(answer -> {
            if (mine == course && !isOver()) {
                underWay--;
                take(answer);
            }
        });
        if (mine == course) {
            pump();
        }
    }

    /** An answer of the present course. */
    private void take(AsyncResult<SnapshotAck> answer) {
        if (answer.failed() || answer.result().snapshot() != file.snapshot()) {
            later();
            return;
        }
        SnapshotAck ack = answer.result();
        if (ack.nextOffset() > file.bytes()) {
            fail(new IOException(to + " wants byte " + ack.nextOffset() + " of " + file.bytes()));
            return;
        }
        switch (ack.code()) {
            case NEXT -> {
                progress(ack.nextOffset());
                pump();
            }
            case AGAIN -> goBack(ack.nextOffset());
            case BUSY -> {
                // It is there and at work; that is given more time than silence.
                aliveNanos = System.nanoTime();
                if (aliveNanos - progressNanos > pace.busyMs() * NANOS_PER_MS) {
                    fail(SnapshotSender.late(to, acked, pace.busyMs()));
                } else {
                    waitAndAsk();
                }
            }
            case WHOLE -> {
                acked = file.bytes();
                end();
                promise.tryComplete();
            }
            case DISCARDED -> {
                if (++discards >= MAX_DISCARDS) {
                    fail(new IOException(to + " found the snapshot wrong " + discards + " times"));
                } else {
                    acked = 0;
                    later();
                }
            }
            case FAILED -> fail(new IOException(to + " cannot take the snapshot"));
        }
    }

    private void progress(long offset) {
        if (offset > acked) {
            progressNanos = System.nanoTime();
            aliveNanos = progressNanos;
        }
        acked = offset;
    }

    private void goBack(long offset) {
        progress(offset);
        if (askedAgainAt == offset) {
            later();
        } else {
            askedAgainAt = offset;
            newCourse();
            next = offset;
            pump();
        }
    }

    /** Nothing was heard, or nothing was taken: after a wait it is asked where to go on. */
    private void later() {
        if (System.nanoTime() - aliveNanos > pace.patienceMs() * NANOS_PER_MS) {
            fail(SnapshotSender.late(to, acked, pace.patienceMs()));
        } else {
            waitAndAsk();
        }
    }

    private void waitAndAsk() {
        newCourse();
        if (timer < 0) {
            timer = vertx.setTimer(pace.retryMs(), id -> {
                timer = -1;
                if (!isOver()) {
                    question();
                }
            });
        }
    }

    void fail(Throwable why) {
        end();
        promise.tryFail(why);
    }

    private void end() {
        newCourse();
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
        if (!isReading) {
            closeFile();
        }
    }

    private void closeFile() {
        channel.ifPresent(open -> vertx.executeBlocking(
                        () -> {
                            open.close();
                            return null;
                        },
                        false)
                .onFailure(ignored -> {}));
        channel = Optional.empty();
    }
}
