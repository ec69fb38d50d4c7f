package io.skein.store;

import io.skein.machine.Cursor;
import java.util.Arrays;
import java.util.List;

/**
 * Where each message of a chunk stands, so that one is read without parsing the others. In a row: for each message five
 * unsigned varints (seven bits a byte, low ones first): bytes of its JSON; entries since the message before; place, less
 * the place after the message before when that is in the same entry; milliseconds since the message before; 0 when it
 * never expires, else one more than the milliseconds from its time to its expiry. About six bytes for a message.
 */
final class Positions {
    private static final int LONGEST_VARINT = 10;

    private final int[] starts;
    private final long[] indexes;
    private final int[] places;
    private final long[] times;
    private final long[] expiries;

    private Positions(int count) {
        starts = new int[count + 1];
        indexes = new long[count];
        places = new int[count];
        times = new long[count];
        expiries = new long[count];
    }

    static byte[] encode(List<StoredMessage> messages) {
        Varints out = new Varints(new byte[messages.size() * 5 * LONGEST_VARINT]);
        Cursor expected = messages.get(0).cursor();
        long time = messages.get(0).time();
        for (StoredMessage message : messages) {
            Cursor cursor = message.cursor();
            boolean sameEntry = cursor.index() == expected.index();
            out.write(message.json().length);
            out.write(cursor.index() - expected.index());
            out.write(sameEntry ? cursor.place() - expected.place() : cursor.place());
            out.write(message.time() - time);
            out.write(message.expiresAt() == Long.MAX_VALUE ? 0 : message.expiresAt() - message.time() + 1);
            expected = new Cursor(cursor.index(), cursor.place() + 1);
            time = message.time();
        }
        return out.written();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws Damaged when it is not that
     */
    static Positions decode(byte[] encoded, int count, Cursor first, long firstTime) {
        Positions positions = new Positions(count);
        Varints in = new Varints(encoded);
        Cursor expected = first;
        long time = firstTime;
        int start = 1; // behind the [
        for (int i = 0; i < count; i++) {
            positions.starts[i] = start;
            start += (int) in.read() + 1; // and the comma or ]
            long entries = in.read();
            int place = (int) in.read();
            Cursor cursor = entries == 0
                    ? new Cursor(expected.index(), expected.place() + place)
                    : new Cursor(expected.index() + entries, place);
            time += in.read();
            long life = in.read();
            positions.indexes[i] = cursor.index();
            positions.places[i] = cursor.place();
            positions.times[i] = time;
            positions.expiries[i] = life == 0 ? Long.MAX_VALUE : time + life - 1;
            expected = new Cursor(cursor.index(), cursor.place() + 1);
        }
        positions.starts[count] = start;
        return positions;
    }

    int count() {
        return indexes.length;
    }

    Cursor cursor(int i) {
        return new Cursor(indexes[i], places[i]);
    }

    long time(int i) {
        return times[i];
    }

    long expiresAt(int i) {
        return expiries[i];
    }

    /** Where the JSON of message {@code i} begins in the body. */
    int start(int i) {
        return starts[i];
    }

    int length(int i) {
        return starts[i + 1] - starts[i] - 1;
    }

    /** The first message after this cursor; {@link #count} when there is none. */
    int firstAfter(Cursor cursor) {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cursor(middle).isAfter(cursor)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The first message stamped at this time or later; {@link #count} when there is none. */
    int firstAt(long time) {
        int i = 0;
        while (i < count() && times[i] < time) {
            i++;
        }
        return i;
    }

    private static final class Varints {
        private final byte[] bytes;
        private int at;

        Varints(byte[] bytes) {
            this.bytes = bytes;
        }

        void write(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                bytes[at++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            bytes[at++] = (byte) rest;
        }

        long read() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at == bytes.length) {
                    throw new Damaged("the positions of a chunk end early");
                }
                byte next = bytes[at++];
                value |= (next & 0x7FL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new Damaged("a number in the positions of a chunk has no end");
        }

        byte[] written() {
            return Arrays.copyOf(bytes, at);
        }
    }
}
