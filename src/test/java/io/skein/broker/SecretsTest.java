package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import io.skein.account.AccountName;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.machine.Change;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** No secret is kept or shown in clear: not in the log, not in rows, not in the state that is hashed, not in what is logged. */
@Timeout(60)
class SecretsTest {
    private static final AccountName ANNA = new AccountName("anna");
    private static final String PEER = "127.0.0.1:4711";

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.skein");
    private final Level level = logger.getLevel();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @AfterEach
    void logNoMore() {
        logger.detachAppender(logged);
        logger.setLevel(level);
    }

    private static void assertNone(List<String> secrets, String text, String where) {
        for (int i = 0; i < secrets.size(); i++) {
            assertFalse(text.contains(secrets.get(i)), "secret " + i + " stands in " + where);
        }
    }

    @Test
    void nothingHoldsAPasswordOrATokenInClear(@TempDir Path directory) throws Exception {
        logged.start();
        logger.setLevel(Level.TRACE);
        logger.addAppender(logged);
        List<String> secrets = new ArrayList<>(List.of("first-secret-1", "second-secret-2", "wrong-secret-3"));
        String state;
        try (Hall hall = new Hall(directory, 1 << 20, 10_000)) {
            LocalAccounts accounts = hall.broker.accounts(new GateConfig(true, true, 1_000, Optional.empty()));
            Hall.await(
                    hall.onLoop(() -> accounts.create(ANNA, secrets.get(0), Role.MEMBER, Optional.of("key"), false)));
            Hall.await(hall.onLoop(
                    () -> accounts.changePassword(ANNA, Optional.of(secrets.get(0)), secrets.get(1), PEER)));
            Refusal wrong = (Refusal) Hall.await(hall.onLoop(() -> accounts.logIn(ANNA, secrets.get(2), PEER)
                    .<Throwable>mapEmpty()
                    .otherwise(cause -> cause)));
            assertEquals("wrong-password", wrong.code());
            Accounts.LogIn in = Hall.await(hall.onLoop(() -> accounts.logIn(ANNA, secrets.get(1), PEER)));
            Accounts.TokenAck made =
                    Hall.await(hall.onLoop(() -> accounts.makeToken(ANNA, new TokenName("t"), Scopes.WHOLE, 0)));
            secrets.add(in.token());
            secrets.add(made.token());
            hall.settle();
            List<Change> changes = new ArrayList<>();
            hall.ask(() -> {
                hall.accounts.snapshot(changes::add);
                return null;
            });
            state = changes.toString();
            assertTrue(state.contains("anna"), state);
            assertNone(secrets, state + wrong + in + made, "what shows itself");
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        boolean holdsTheName = false;
        for (Path file : files) {
            String bytes = text(file);
            holdsTheName |= bytes.contains("anna");
            assertNone(secrets, bytes, file.getFileName().toString());
        }
        assertTrue(holdsTheName, "nothing was written to " + files);
        for (ILoggingEvent event : List.copyOf(logged.list)) {
            assertNone(secrets, event.getFormattedMessage(), "the log of " + event.getLoggerName());
            assertNone(secrets, String.valueOf(event.getKeyValuePairs()), "the values of " + event.getLoggerName());
            assertNone(secrets, causes(event.getThrowableProxy()), "a failure of " + event.getLoggerName());
        }
    }

    private static String causes(IThrowableProxy thrown) {
        return thrown == null ? "" : thrown.getMessage() + "; " + causes(thrown.getCause());
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }
}
