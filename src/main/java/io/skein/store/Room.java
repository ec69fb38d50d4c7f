package io.skein.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the disk has room. A reserve file is kept; when the disk is full it is given up, and from then on the disk is
 * tight until there is room for twice as much: on the file system, or in pages of the database that trims have freed
 * (the file itself never shrinks).
 */
final class Room {
    private static final Logger LOG = LoggerFactory.getLogger(Room.class);

    /** Bytes written between two looks, when there is no reserve. */
    private static final long LOOK_BYTES = 1L << 20;

    private final DataDirectory directory;
    private final long reserveBytes;
    private final PreparedStatement freePages;
    private final long pageBytes;
    private boolean reserved;
    private boolean tight;
    private long unseenBytes;

    Room(Connection connection, DataDirectory directory, long reserveBytes) throws SQLException {
        this.directory = directory;
        this.reserveBytes = reserveBytes;
        freePages = connection.prepareStatement("PRAGMA freelist_count");
        pageBytes = Database.number(connection, "PRAGMA page_size");
        reserved = directory.hasReserve();
    }

    boolean isTight() {
        return tight;
    }

    /** The disk took nothing more: gives up the reserve. */
    void full() {
        tight = true;
        reserved = false;
        try {
            if (directory.giveUpReserve()) {
                LOG.warn("gave up the reserve of {} bytes, so that what frees room can be written", reserveBytes);
            }
        } catch (IOException failed) {
            LOG.warn("the reserve cannot be given up", failed);
        }
    }

    /** After a commit: looks now and then, as long as there is no reserve to run into. */
    void written(long bytes) throws SQLException {
        unseenBytes += bytes;
        if (tight || !reserved && unseenBytes >= LOOK_BYTES) {
            look();
        }
    }

    /** Makes the reserve when it can be made, and finds out whether the disk is tight. */
    void look() throws SQLException {
        unseenBytes = 0;
        if (reserved) {
            return;
        }
        try {
            long onDisk = directory.freeBytes();
            if (reserveBytes > 0 && onDisk >= 4 * reserveBytes) {
                directory.makeReserve(reserveBytes);
                reserved = true;
            }
            long bytes = onDisk + (reserved ? reserveBytes : 0) + freeInDatabase();
            tight = tight ? bytes < 2 * reserveBytes : bytes < reserveBytes;
        } catch (IOException failed) {
            LOG.warn("cannot see how much room there is", failed);
        }
    }

    private long freeInDatabase() throws SQLException {
        try (ResultSet row = freePages.executeQuery()) {
            return row.next() ? row.getLong(1) * pageBytes : 0;
        }
    }
}
