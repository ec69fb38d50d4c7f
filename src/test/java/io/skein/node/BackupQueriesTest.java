package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Backup;
import io.skein.broker.Freshness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What README.md asks a backup, as it stands there, and what a backup answers. */
@Timeout(120)
class BackupQueriesTest {
    private static final Pattern QUERIES = Pattern.compile("<!-- queries -->\\s+```sql\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path directory;

    private List<String> queries;

    @BeforeEach
    void read() throws Exception {
        Matcher found = QUERIES.matcher(Files.readString(Path.of("README.md")));
        assertTrue(found.find(), "README.md has its queries");
        queries = List.of(found.group(1).strip().split(";\\s*"));
        assertEquals(3, queries.size());
    }

    @Test
    void aBackupAnswersThemAndHoldsWhatARestoreNeeds() throws Exception {
        try (RunningNode node = new RunningNode(directory.resolve("node"), Map.of("registration", "open"))) {
            Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
            Stranger nobody = Stranger.at(node);
            for (int i = 0; i < 12; i++) {
                Stranger.expect(201, nobody.post("/t/greetings", "hello " + i));
            }
            Stranger.expect(201, nobody.post("/t/other", "1"));
            Stranger.expect(202, nobody.ask("POST", "/t/other", "later", "Skein-Delay", "1h"));
            Stranger.expect(
                    201, nobody.ask("PUT", "/v1/subscriptions/s", "{\"filter\":\"other\",\"from\":\"earliest\"}"));
            nobody.create("anna", "correct horse");
            nobody.create("bob", "correct horse");
            Stranger anna = nobody.loggedIn("anna", "correct horse");
            for (String text : List.of("one", "two")) {
                Stranger.expect(201, anna.post("/v1/mail", "{\"to\":\"bob\",\"content\":\"" + text + "\"}"));
            }
            Backup backup =
                    node.broker().backup(Freshness.LINEARIZABLE, () -> false).await();
            Path file = Files.copy(backup.file(), directory.resolve("backup.db"));
            backup.end().run();
            assertEquals(node.broker().status().appliedIndex(), backup.index());

            List<String> last = ask(file, queries.get(0));
            assertEquals(10, last.size());
            assertTrue(last.get(0).startsWith("11|") && last.get(0).endsWith("|hello 11"), last.get(0));
            List<String> byHour = ask(file, queries.get(1));
            assertTrue(byHour.size() >= 2 && byHour.get(0).startsWith("greetings|20"), byHour.toString());
            assertEquals(List.of("bob|2"), ask(file, queries.get(2)));
            for (String held :
                    List.of("subscription", "scheduled", "account", "session", "mail", "configuration", "state")) {
                assertTrue(
                        Long.parseLong(ask(file, "SELECT count(*) FROM " + held).get(0)) > 0, held);
            }
        }
    }

    private static List<String> ask(Path file, String query) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            List<String> found = new ArrayList<>();
            while (row.next()) {
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.add(row.getString(i));
                }
                found.add(String.join("|", columns));
            }
            return found;
        }
    }
}
