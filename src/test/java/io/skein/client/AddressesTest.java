package io.skein.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

        assertEquals(2, addresses.count());
    }
}
