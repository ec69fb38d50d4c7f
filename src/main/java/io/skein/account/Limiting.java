package io.skein.account;

import io.skein.account.AccountChange.LimitGone;
import io.skein.account.AccountChange.LimitSet;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.machine.Decision;
import io.skein.machine.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;

/** Named limits: which there are. What they come to is each node's own matter. */
final class Limiting {
    private final AccountRegister register;
    private final AccountLimits limits;

    Limiting(AccountRegister register, AccountLimits limits) {
        this.register = register;
        this.limits = limits;
    }

    Decision set(Limit limit) {
        Optional<AccountState> found = limit.whom().flatMap(register::find);
        if (limit.whom().isPresent() && found.isEmpty()) {
            return Refusals.unknown(limit.whom().get());
        }
        LimitSet before = register.limits().get(limit.name());
        if (before == null && register.limits().size() >= limits.limits()) {
            return Refusals.tooMany(
                    Rejection.TOO_MANY_LIMITS, "there are " + limits.limits() + " limits already", limits.limits());
        }
        LimitSet set = new LimitSet(
                limit.name(),
                found.map(AccountState::id).orElse(AccountRegister.EVERY_MEMBER),
                limit.topic(),
                limit.shared(),
                limit.quota());
        return set.equals(before)
                ? new Decision(new Done(false), List.of())
                : new Decision(new Done(before == null), List.of(set));
    }

    Decision drop(LimitName name) {
        return register.limits().containsKey(name)
                ? new Decision(new Gone(1), List.of(new LimitGone(name)))
                : new Decision(new Gone(0), List.of());
    }

    Optional<Limit> find(LimitName name) {
        return Optional.ofNullable(register.limits().get(name)).map(this::named);
    }

    LimitPage list(Optional<LimitName> after, int most) {
        NavigableMap<LimitName, LimitSet> rest =
                after.isEmpty() ? register.limits() : register.limits().tailMap(after.get(), false);
        List<Limit> page = new ArrayList<>();
        for (LimitSet set : rest.values()) {
            if (page.size() >= most) {
                return new LimitPage(page, Optional.of(page.get(most - 1).name()));
            }
            page.add(named(set));
        }
        return new LimitPage(page, Optional.empty());
    }

    private Limit named(LimitSet set) {
        Optional<AccountName> whom = set.account() == AccountRegister.EVERY_MEMBER
                ? Optional.empty()
                : Optional.of(register.of(set.account()).name);
        return new Limit(set.name(), whom, set.topic(), set.shared(), set.quota());
    }
}
