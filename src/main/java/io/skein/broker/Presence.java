package io.skein.broker;

import io.skein.account.AccountName;
import io.skein.cluster.Proposer;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who follows their mail right now, on whatever node: this one knows its own watches and asks the others for theirs. What
 * cannot be reached is not there.
 */
final class Presence {
    static final int MAX_NAMES = 200;

    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    private static final String KIND = "presence";

    private final Proposer proposer;
    private final Supplier<Ground> ground;
    private final Predicate<Long> isHere;

    /** @param isHere whether somebody watches the mail of this account on this node */
    Presence(Proposer proposer, Supplier<Ground> ground, Predicate<Long> isHere) {
        this.proposer = proposer;
        this.ground = ground;
        this.isHere = isHere;
    }

    void attach(Ground opened) {
        opened.replica().questions().answerBy(KIND, asked -> text(here(names(asked))));
    }

    /** Those who are there, in the order of the question; fails with {@link Refusal} above {@link #MAX_NAMES}. */
    Future<List<AccountName>> of(List<AccountName> names) {
        if (names.size() > MAX_NAMES) {
            return Future.failedFuture(Refusal.malformed("at most " + MAX_NAMES + " names at once"));
        }
        return proposer.askFor(() -> {
                    Set<AccountName> there = new LinkedHashSet<>(here(names));
                    List<AccountName> others =
                            names.stream().filter(name -> !there.contains(name)).toList();
                    Future<List<byte[]>> said = others.isEmpty()
                            ? Future.succeededFuture(List.of())
                            : ground.get().replica().askMembers(KIND, text(others));
                    return said.map(answers -> {
                        answers.forEach(answer -> there.addAll(said(answer)));
                        return names.stream().filter(there::contains).toList();
                    });
                })
                .recover(cause -> Future.failedFuture(Refusal.from(cause)));
    }

    /** On the replica's context. */
    private List<AccountName> here(List<AccountName> names) {
        return names.stream()
                .filter(name -> ground.get()
                        .accounts()
                        .find(name)
                        .filter(account -> isHere.test(account.id()))
                        .isPresent())
                .toList();
    }

    /** What no node of this kind says is nobody. */
    private static List<AccountName> said(byte[] answer) {
        try {
            return names(answer);
        } catch (IllegalArgumentException malformed) {
            LOG.debug("an answer that names nobody", malformed);
            return List.of();
        }
    }

    private static byte[] text(List<AccountName> names) {
        return String.join("\n", names.stream().map(AccountName::value).toList())
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static List<AccountName> names(byte[] text) {
        List<AccountName> names = new ArrayList<>();
        for (String name : new String(text, StandardCharsets.US_ASCII).split("\n")) {
            if (!name.isEmpty() && names.size() < MAX_NAMES) {
                names.add(new AccountName(name));
            }
        }
        return names;
    }
}
