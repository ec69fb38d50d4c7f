package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccessFilter;
import io.skein.account.AccessRule;
import io.skein.account.AccountCommand;
import io.skein.account.AccountName;
import io.skein.account.Action;
import io.skein.account.BearerHash;
import io.skein.account.Credential;
import io.skein.account.Grant;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.PasswordHash;
import io.skein.account.Quota;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.machine.Command;
import io.skein.machine.FeatureLevel;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restart gives the accounts back as they were. */
class AccountRestartTest {
    private static final AccountName ANNA = new AccountName("Anna");
    private static final BearerHash BEARER = BearerHash.of("t");
    private static final List<String> FILTERS = List.of("a", "#", "\"q\"/+", "ü/#");

    @TempDir
    Path directory;

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private static AccountCommand create(AccountName name) {
        return new AccountCommand.Create(name, new PasswordHash("$slow$" + name), Role.MEMBER);
    }

    @Test
    void whoIsLoggedInIsLoggedInAfterARestart() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.take(create(ANNA));
            Credential checked = open.author.accounts.credential(ANNA).orElseThrow();
            open.author.take(new AccountCommand.LogIn(ANNA, checked.version(), BEARER, 1_000_000));
            open.settle();
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            assertTrue(
                    open.author.accounts.principal(BEARER, open.author.time()).isPresent());
        }
    }

    @Test
    void aSessionOpenedAndClosedWithinABatchLeavesNoRow() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.take(create(ANNA));
            Credential checked = open.author.accounts.credential(ANNA).orElseThrow();
            open.author.take(new AccountCommand.LogIn(ANNA, checked.version(), BEARER, 1_000_000));
            open.author.take(new AccountCommand.LogOut(BEARER));
            open.settle();
            assertEquals(List.of(), open.sql("SELECT * FROM session"));
            assertEquals(List.of("Anna"), open.sql("SELECT name FROM account"));
        }
    }

    @Test
    void anAccountMadeAgainInAnotherCaseIsAnother() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.take(create(ANNA));
            open.author.take(new AccountCommand.Delete(ANNA, AccountCommand.UNCHECKED));
            open.author.take(create(new AccountName("anna")));
            open.settle();
            assertEquals(List.of("3"), open.sql("SELECT id FROM account"));
        }
    }

    @Test
    void noNumberIsGivenAgainAfterARestart() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.take(create(ANNA));
            open.author.take(new AccountCommand.Delete(ANNA, AccountCommand.UNCHECKED));
            open.settle();
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.take(create(ANNA));
            assertEquals(3, open.author.accounts.find(ANNA).orElseThrow().id());
        }
    }

    @Test
    void accountsTravelInASnapshot() throws Exception {
        List<String> sent;
        SnapshotFile snapshot;
        try (OpenStore open = OpenStore.at(vertx, directory.resolve("sender"))) {
            open.raise(FeatureLevel.LIMITS);
            Random random = new Random(9);
            for (int step = 0; step < 200; step++) {
                open.author.take(command(open.author, random));
            }
            open.settle();
            sent = open.author.state();
            snapshot = open.snapshot(directory.resolve("received"));
        }
        Path home = directory.resolve("home");
        OpenStore.at(vertx, home).close();
        try (DataDirectory held = DataDirectory.lock(home)) {
            Store.install(vertx, held, StoreConfig.at(home), Author.NODE, snapshot, Faults.NONE)
                    .await();
        }
        try (OpenStore open = OpenStore.at(vertx, home)) {
            assertEquals(String.join("\n", sent), String.join("\n", open.author.state()));
            assertTrue(sent.stream().anyMatch(line -> line.startsWith("TokenSet")), sent.toString());
            assertTrue(sent.stream().anyMatch(line -> line.startsWith("LimitSet")), sent.toString());
        }
    }

    @Test
    void aTokenStandsInTheFileAsItsHashOnly() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.take(new AccountCommand.Bootstrap(ANNA, BearerHash.of("very-secret-token"), false));
            open.settle();
            assertFalse(open.sql("SELECT hex(bearer) FROM token").isEmpty());
        }
        byte[] file = java.nio.file.Files.readAllBytes(directory.resolve("gen-1/skein.db"));
        String text = new String(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        assertFalse(text.contains("very-secret-token"));
    }

    @Test
    void limitsHaveTheirRowsFromTheirFeatureLevelOn() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.take(create(ANNA));
            open.settle();
        }
        Limit limit = new Limit(
                new LimitName("hers"), Optional.of(ANNA), Optional.empty(), false, new Quota(1_000, 10 << 20, 50));
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.raise(FeatureLevel.LIMITS);
            open.author.take(new AccountCommand.SetLimit(limit));
            open.settle();
            assertEquals(List.of("hers"), open.sql("SELECT name FROM traffic_limit"));
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            assertEquals(Optional.of(limit), open.author.accounts.limit(limit.name()));
            open.author.take(new AccountCommand.Delete(ANNA, AccountCommand.UNCHECKED));
            open.settle();
            assertEquals(List.of(), open.sql("SELECT name FROM traffic_limit"));
        }
    }

    /** Random commands, settled now and then, restarted now and then, with entries left that are only in the log. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void accountsAreTheSameAfterAnyRestart(long seed) throws Exception {
        Random random = new Random(seed);
        for (int life = 0; life < 5; life++) {
            List<String> state;
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                if (life == 0) {
                    open.raise(FeatureLevel.LIMITS);
                }
                for (int step = 0; step < 80; step++) {
                    open.author.later(random.nextInt(30));
                    open.author.take(command(open.author, random));
                    if (random.nextInt(8) == 0) {
                        open.settle();
                    }
                }
                open.write(random.nextBoolean() ? open.author.logOnly() : open.author.settling());
                state = open.author.state();
            }
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                assertEquals(String.join("\n", state), String.join("\n", open.author.state()), "seed " + seed);
                open.settle();
            }
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                assertEquals(String.join("\n", state), String.join("\n", open.author.state()), "seed " + seed);
            }
        }
    }

    private static Command command(Author author, Random random) {
        AccountName name = new AccountName("user" + random.nextInt(4));
        BearerHash bearer = BearerHash.of("t" + random.nextInt(1_000));
        AccessFilter filter = new AccessFilter(FILTERS.get(random.nextInt(FILTERS.size())));
        Action action = Action.values()[random.nextInt(3)];
        Optional<AccountName> whom = random.nextInt(3) == 0 ? Optional.empty() : Optional.of(name);
        long version = author.accounts.credential(name).map(Credential::version).orElse(7L);
        return switch (random.nextInt(16)) {
            case 0, 1 -> create(name);
            case 2 -> new AccountCommand.Delete(name, version);
            case 3 -> new AccountCommand.SetRole(name, random.nextBoolean() ? Role.ADMIN : Role.MEMBER);
            case 4 -> new AccountCommand.ChangePassword(name, new PasswordHash("$" + random.nextInt()), version);
            case 5, 6 -> new AccountCommand.LogIn(name, version, bearer, 1 + random.nextInt(2_000));
            case 7 -> new AccountCommand.LogOut(bearer);
            case 8, 9 ->
                new AccountCommand.MakeToken(
                        name,
                        new TokenName("t" + random.nextInt(3)),
                        bearer,
                        random.nextBoolean()
                                ? Scopes.WHOLE
                                : Scopes.of(new Grant(action, filter), new Grant(Action.PUBLISH, filter)),
                        random.nextInt(2) * 1_000L);
            case 10 -> new AccountCommand.RevokeToken(name, new TokenName("t" + random.nextInt(3)));
            case 14 ->
                new AccountCommand.SetLimit(new Limit(
                        new LimitName("l" + random.nextInt(4)),
                        whom,
                        random.nextBoolean() ? Optional.empty() : Optional.of(filter),
                        whom.isEmpty() && random.nextBoolean(),
                        new Quota(1 + random.nextInt(9), random.nextInt(9), 0)));
            case 15 -> new AccountCommand.DropLimit(new LimitName("l" + random.nextInt(4)));
            case 11, 12 -> new AccountCommand.SetRule(new AccessRule(whom, filter, action, random.nextBoolean()));
            default ->
                random.nextBoolean()
                        ? new AccountCommand.RemoveRule(whom, filter, action)
                        : new AccountCommand.Expire();
        };
    }
}
