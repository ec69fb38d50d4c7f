package io.skein.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a name, a glob, a filter, a scope, and what is none. */
class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "Anna", "anna.b-c_d", "anna@example.com", "7"})
    void isAName(String name) {
        assertEquals(name, new AccountName(name).value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", ".a", "$a", "a b", "a/b", "a+", "a#", "a*", "jörg", "a\n", "\u0430nna"})
    void isNoName(String name) {
        assertThrows(IllegalArgumentException.class, () -> new AccountName(name));
    }

    @Test
    void aNameHasAtMost64Characters() {
        new AccountName("a".repeat(64));
        assertThrows(IllegalArgumentException.class, () -> new AccountName("a".repeat(65)));
    }

    @Test
    void theCaseOfANameDoesNotCount() {
        assertEquals(new AccountName("ANNA"), new AccountName("anna"));
        assertEquals(new AccountName("ANNA").hashCode(), new AccountName("anna").hashCode());
        assertTrue(new AccountName("B").compareTo(new AccountName("a")) > 0);
    }

    @Test
    void theCaseOfATokensNameCounts() {
        assertNotEquals(new TokenName("CI"), new TokenName("ci"));
    }

    @ParameterizedTest
    @CsvSource({
        "*, anna, true",
        "a*, anna, true",
        "a*, Bert, false",
        "A*, anna, true",
        "*nn*, ANNA, true",
        "?nna, anna, true",
        "?anna, anna, false",
        "anna, anna, true",
        "anna, annab, false",
        "a*b*c, aXbYbc, true",
        "a*b*c, aXbYb, false",
        "'', anna, false",
        "**, anna, true"
    })
    void aGlobMatches(String glob, String name, boolean matches) {
        assertEquals(matches, new NameGlob(glob).matches(new AccountName(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/", "a//b", "a+", "a/#/b", "#a", "a/\u0001", "\uD800"})
    void isNoFilter(String filter) {
        assertThrows(IllegalArgumentException.class, () -> new AccessFilter(filter));
    }

    @Test
    void aFilterHasItsBounds() {
        new AccessFilter("a/".repeat(15) + "a");
        assertThrows(IllegalArgumentException.class, () -> new AccessFilter("a/".repeat(16) + "a"));
        new AccessFilter("ä".repeat(64));
        assertThrows(IllegalArgumentException.class, () -> new AccessFilter("ä".repeat(65)));
    }

    @Test
    void scopesHaveTheirBounds() {
        Grant one = new Grant(Action.PUBLISH, new AccessFilter("a"));
        new Scopes(false, Collections.nCopies(16, one));
        assertThrows(IllegalArgumentException.class, () -> new Scopes(false, Collections.nCopies(17, one)));
        Grant broad = new Grant(Action.PUBLISH, new AccessFilter("a".repeat(128)));
        String deep = ("a".repeat(128) + "/").repeat(15) + "a";
        Grant long1 = new Grant(Action.PUBLISH, new AccessFilter(deep));
        new Scopes(false, List.of(long1, long1, broad));
        assertThrows(IllegalArgumentException.class, () -> new Scopes(false, List.of(long1, long1, long1)));
    }

    @Test
    void scopesAreSomeOrWhole() {
        assertThrows(IllegalArgumentException.class, () -> new Scopes(false, List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Scopes(true, List.of(new Grant(Action.PUBLISH, new AccessFilter("a")))));
    }

    @Test
    void aTokensHashIsItsSha256() {
        assertEquals(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                java.util.HexFormat.of().formatHex(BearerHash.of("abc").bytes()));
        assertEquals(
                BearerHash.of("abc"), BearerHash.ofHash(BearerHash.of("abc").bytes()));
    }

    @Test
    void secretsDoNotShowThemselves() {
        var hash = new PasswordHash("$pbkdf2$secret");
        var bearer = BearerHash.of("abc");
        String hex = "8f01cfea414140de";
        var name = new AccountName("anna");
        for (Object one : List.of(
                hash,
                bearer,
                new Credential(hash, 1),
                new Principal(bearer, 1, name),
                new AccountCommand.Create(name, hash, Role.MEMBER),
                new AccountCommand.ChangePassword(name, hash, 1),
                new AccountCommand.LogIn(name, 1, bearer, 1),
                new AccountCommand.LogOut(bearer),
                new AccountChange.AccountSet(1, name, Role.MEMBER, hash, 2, 3),
                new AccountChange.SessionSet(1, 1, bearer, 1, 2))) {
            assertFalse(one.toString().contains("secret"), one.getClass().toString());
            assertFalse(one.toString().contains(hex), one.getClass().toString());
            assertFalse(
                    one.toString().contains(Long.toString(BearerHash.of("abc").b())),
                    one.getClass().toString());
        }
    }

    @Test
    void whatIsNoPasswordHashIsNotSaid() {
        var problem = assertThrows(IllegalArgumentException.class, () -> new PasswordHash("my secret"));
        assertFalse(problem.getMessage().contains("my"));
        assertThrows(IllegalArgumentException.class, () -> new PasswordHash("x".repeat(257)));
    }
}
