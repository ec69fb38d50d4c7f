package io.skein.cluster;

import com.google.protobuf.CodedOutputStream;
import io.skein.wire.Limits;
import io.skein.wire.PeerFrameProto;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * What waits to be written to one socket. Frames of one loop turn become one write. Never more than a limit of bytes is
 * kept, in the queue and in the socket together; the socket is given little at a time, so that what is urgent stands
 * behind little.
 */
final class SendQueue {
    /** Bytes that become one write. */
    private static final int WRITE_BYTES = 256 << 10;
    /** Bytes that the socket takes before it says that it is full. */
    private static final int SOCKET_BYTES = 512 << 10;

    enum Lane {
        /** Before everything else. */
        FIRST,
        NORMAL,
        /** When nothing else waits. */
        BULK
    }

    /** Is asked when the frame is about to be written, whether it shall be. */
    interface Ticket {
        Ticket ALWAYS = () -> true;
        /** For what its sender sends again by itself: it is counted when it does not leave. */
        Ticket COUNTED = () -> true;

        boolean leaves();
    }

    private record Waiting(PeerFrameProto frame, int bytes, Ticket ticket) {}

    /** Is told of each write. */
    interface Written {
        void written(int frames, int bytes);
    }

    private final Context context;
    private final NetSocket socket;
    private final long limit;
    private final Written written;
    private final ArrayDeque<Waiting> normal = new ArrayDeque<>();
    private final ArrayDeque<Waiting> bulk = new ArrayDeque<>();
    private long queuedBytes;
    private long writingBytes;
    private Optional<Seal> seal = Optional.empty();
    private boolean isHeld;
    private boolean isScheduled;
    private boolean isClosed;

    /** @param isHeld nothing is written before {@link #letGo} */
    SendQueue(Context context, NetSocket socket, long limit, boolean isHeld, Written written) {
        this.context = context;
        this.isHeld = isHeld;
        this.socket = socket;
        this.limit = limit;
        this.written = written;
        socket.setWriteQueueMaxSize(SOCKET_BYTES);
    }

    static int bytes(PeerFrameProto frame) {
        return FrameCutter.LENGTH_BYTES + frame.getSerializedSize();
    }

    /** Returns false, and keeps nothing, when the limit is reached or the socket closed. */
    boolean offer(PeerFrameProto frame, Lane lane, Ticket ticket) {
        int bytes = bytes(frame);
        if (isClosed || lane != Lane.FIRST && waitingBytes() + bytes > limit) {
            return false;
        }
        Waiting waiting = new Waiting(frame, bytes, ticket);
        queuedBytes += bytes;
        switch (lane) {
            case FIRST -> normal.addFirst(waiting);
            case NORMAL -> normal.add(waiting);
            case BULK -> bulk.add(waiting);
        }
        if (!isScheduled) {
            isScheduled = true;
            context.runOnContext(v -> {
                isScheduled = false;
                flush();
            });
        }
        return true;
    }

    long waitingBytes() {
        return queuedBytes + writingBytes;
    }

    /** Frames may be written now, sealed. */
    void letGo(Seal with) {
        seal = Optional.of(with);
        isHeld = false;
        flush();
    }

    /** Writes as much as the socket takes; called again when it has drained. */
    void flush() {
        while (!isClosed && !isHeld && !(normal.isEmpty() && bulk.isEmpty()) && !socket.writeQueueFull()) {
            write();
        }
    }

    /** What waits is not written any more; bytes of each thing that is counted are told. */
    void close(IntConsumer dropped) {
        isClosed = true;
        for (Waiting waiting : normal) {
            if (waiting.ticket() == Ticket.COUNTED) {
                dropped.accept(waiting.bytes());
            }
        }
        normal.clear();
        bulk.clear();
        queuedBytes = 0;
    }

    private void write() {
        List<Waiting> batch = new ArrayList<>();
        int bytes = 0;
        while (bytes < WRITE_BYTES && !(normal.isEmpty() && bulk.isEmpty())) {
            Waiting next = normal.isEmpty() ? bulk.poll() : normal.poll();
            queuedBytes -= next.bytes();
            if (next.ticket().leaves()) {
                batch.add(next);
                bytes += next.bytes();
            }
        }
        if (batch.isEmpty()) {
            return;
        }
        int count = bytes;
        writingBytes += count;
        socket.write(Buffer.buffer(toBytes(batch, bytes))).onComplete(done -> writingBytes -= count);
        written.written(batch.size(), bytes);
    }

    private byte[] toBytes(List<Waiting> batch, int bytes) {
        if (seal.isEmpty()) {
            return join(batch, 0, bytes, 0);
        }
        if (bytes > Limits.MAX_PEER_RECORD_BYTES) {
            return seal.get().seal(join(batch, 0, bytes, 0));
        }
        byte[] record = join(batch, Seal.HEAD_BYTES, bytes, Seal.TAG_BYTES);
        seal.get().sealInPlace(record);
        return record;
    }

    /** With room before and after. */
    private static byte[] join(List<Waiting> batch, int before, int bytes, int after) {
        byte[] joined = new byte[before + bytes + after];
        int at = before;
        try {
            for (Waiting waiting : batch) {
                int length = waiting.bytes() - FrameCutter.LENGTH_BYTES;
                for (int shift = 24; shift >= 0; shift -= 8) {
                    joined[at++] = (byte) (length >>> shift);
                }
                CodedOutputStream out = CodedOutputStream.newInstance(joined, at, length);
                waiting.frame().writeTo(out);
                out.checkNoSpaceLeft();
                at += length;
            }
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return joined;
    }
}
