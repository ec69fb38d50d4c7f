package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class DiskTroubleTest {
    @Test
    void aRefusedCommitIsRememberedUntilOneIsTaken() throws SQLException {
        DiskTrouble disk = new DiskTrouble();
        disk.full(true);
        assertThrows(SQLException.class, () -> disk.beforeCommit(7));

        disk.full(false);

        assertTrue(disk.hasRefused());
        disk.beforeCommit(7);
        assertFalse(disk.hasRefused());
    }
}
