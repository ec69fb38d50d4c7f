package io.skein.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.zip.CRC32C;

/**
 * What the disk of a stopped node holds of mail, read from its database and from nothing else.
 *
 * @param file the database
 * @param digest CRC32C over every mail as people see it, in order of id: alike on nodes that hold alike
 */
public record MailOnDisk(Path file, long mails, long unread, long digest) {
    /**
     * Blocks.
     *
     * @throws Damaged when the database cannot be read
     * @throws IllegalStateException when there is none
     */
    public static MailOnDisk of(DataDirectory directory) {
        Path file;
        try {
            file = directory
                    .generation()
                    .orElseThrow(() -> new IllegalStateException("no node's data in " + directory.path()))
                    .resolve(DataDirectory.DATABASE);
        } catch (IOException failed) {
            throw new UncheckedIOException("data directory " + directory.path(), failed);
        }
        try (Connection connection = Database.openReader(file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT id, \"from\", \"to\", time, content, read FROM mailbox ORDER BY id")) {
            CRC32C digest = new CRC32C();
            long mails = 0;
            long unread = 0;
            while (rows.next()) {
                mails++;
                unread += rows.getInt(6) == 0 ? 1 : 0;
                for (int column = 1; column <= 6; column++) {
                    digest.update((rows.getString(column) + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
            return new MailOnDisk(file, mails, unread, digest.getValue());
        } catch (SQLException failed) {
            throw new Damaged("the database in " + directory.path() + ": " + failed.getMessage(), failed);
        }
    }
}
