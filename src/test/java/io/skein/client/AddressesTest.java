package io.skein.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressesTest {
    private final Addresses addresses =
            new Addresses(List.of(URI.create("ws://localhost:8080"), URI.create("ws://n2:8080")));

    private static JsonObject cluster(String... httpAddresses) {
        JsonArray members = new JsonArray();
        for (String address : httpAddresses) {
            members.add(new JsonObject().put("id", "n").put("httpAddress", address));
        }
        return new JsonObject().put("members", members);
    }

    private List<String> round() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < addresses.count(); i++) {
            all.add(addresses.next().toString());
        }
        return all;
    }

    @Test
    void theNamedComeFirstTheLostOneLastOfThemThenTheMembersThatWereLearned() {
        addresses.next();
        addresses.entered();
        addresses.learn(cluster("127.0.0.1:8080", "n2:8080", "n3:8080", "", "https://n4:8443"));

        assertEquals(URI.create("ws://localhost:8080"), addresses.current());
        assertEquals(List.of("ws://n2:8080", "ws://localhost:8080", "ws://n3:8080", "wss://n4:8443"), round());
    }

    @Test
    void aMemberThatLeftIsForgottenUnlessItServes() {
        addresses.next();
        addresses.entered();
        addresses.learn(cluster("n3:8080", "n4:8080"));
        addresses.next();
        addresses.next();
        addresses.next();
        assertEquals("ws://n3:8080", addresses.current().toString());
        addresses.entered();
        addresses.learn(cluster("n5:8080"));

        assertEquals("ws://n3:8080", addresses.current().toString());
        assertEquals(List.of("ws://localhost:8080", "ws://n2:8080", "ws://n5:8080", "ws://n3:8080"), round());
    }

    @Test
    void whatIsNoAddressIsNotTried() {
        addresses.next();
        addresses.learn(cluster("a b", "http://", ":", "ws://[", "\u0000"));
        addresses.learn(new JsonObject());
        addresses.learn(new JsonObject()
                .put("members", JsonArray.of(new JsonObject(), new JsonObject().putNull("httpAddress"))));

        assertEquals(2, addresses.count());
    }

    private static Addresses at(String server) {
        Addresses addresses = new Addresses(List.of(URI.create(server)));
        addresses.next();
        return addresses;
    }

    private static List<String> learned(String server, String... httpAddresses) {
        Addresses addresses = at(server);
        addresses.learn(cluster(httpAddresses));
        return addresses.all().stream().skip(1).map(URI::toString).toList();
    }

    @Test
    void oneThatIsLeftComesAfterAllOthers() {
        Addresses addresses = at("ws://n1:8080");
        addresses.learn(cluster("n2:8080", "n3:8080"));
        addresses.entered();
        addresses.leave();

        assertEquals("ws://n2:8080", addresses.next().toString());
        addresses.entered();
        addresses.leave();

        // Not back to the one that was left before, while there is one that was not.
        assertEquals("ws://n3:8080", addresses.next().toString());
        addresses.entered();
        addresses.leave();

        assertEquals("ws://n1:8080", addresses.next().toString());
    }

    @Test
    void oneThatIsLostWithoutBeingLeftIsTriedAtItsPlaceAgain() {
        Addresses addresses = at("ws://n1:8080");
        addresses.learn(cluster("n2:8080"));
        addresses.leave();
        addresses.next();
        addresses.entered();

        assertEquals("ws://n1:8080", addresses.next().toString());
        assertEquals("ws://n2:8080", addresses.next().toString());
    }

    @Test
    void whatAMemberCallsItsOwnMachineIsNotOurs() {
        String[] own = {
            "localhost:1",
            "LOCALHOST.:1",
            "a.localhost:1",
            "127.0.0.1:1",
            "127.9.9.9:1",
            "127.1:1",
            "0:1",
            "0.0.0.0:1",
            "[::1]:1",
            "[::]:1",
            "[::ffff:127.0.0.1]:1",
            "[0:0:0:0:0:0:0:1]:1"
        };
        assertEquals(List.of(), learned("ws://n1:8080", own));
        assertEquals(List.of("ws://127.0.0.1:1"), learned("ws://localhost:8080", "127.0.0.1:1"));
        assertEquals(
                List.of("ws://10.0.0.1:1", "ws://[fe80::1]:1"), learned("ws://n1:8080", "10.0.0.1:1", "[fe80::1]:1"));
    }

    @Test
    void noMemberTalksTheClientOutOfTls() {
        assertEquals(
                List.of("wss://n3:1", "wss://n4:1"),
                learned("wss://n1:8080", "http://n2:1", "https://n3:1", "n4:1", "ws://n5:1"));
        assertEquals(List.of("wss://n2:1"), learned("ws://n1:8080", "https://n2:1", "ftp://n3:1", "file:///n4"));
    }

    @Test
    void aPortThatIsNoneIsNoAddress() {
        assertEquals(List.of(), learned("ws://n1:8080", "n2:70000", "n3:0"));
        assertThrows(IllegalArgumentException.class, () -> ClientOptions.of("n1:70000"));
        assertThrows(IllegalArgumentException.class, () -> ClientOptions.of("n1:0"));
    }
}
