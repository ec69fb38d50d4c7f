package io.skein.account;

import io.skein.account.AccountChange.RuleGone;
import io.skein.account.AccountChange.RuleSet;
import io.skein.account.AccountCommand.RemoveRule;
import io.skein.account.AccountCommand.SetRule;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.machine.Decision;
import io.skein.machine.Rejection;
import java.util.List;
import java.util.Optional;

/** Rules, and what follows from them. */
final class Permissions {
    private final AccountRegister register;
    private final AccountLimits limits;

    Permissions(AccountRegister register, AccountLimits limits) {
        this.register = register;
        this.limits = limits;
    }

    Decision setRule(SetRule set) {
        AccessRule rule = set.rule();
        Optional<AccountState> found = rule.whom().flatMap(register::find);
        if (rule.whom().isPresent() && found.isEmpty()) {
            return Refusals.unknown(rule.whom().get());
        }
        Rulebook book = book(found);
        Boolean before = book.get(rule.filter(), rule.action());
        if (before == null && book.size() >= limits.rulesEach()) {
            String whose = found.map(account -> "account \"" + account.name + "\" has ")
                    .orElse("for all members there are ");
            return Refusals.tooMany(
                    Rejection.TOO_MANY_RULES, whose + limits.rulesEach() + " rules already", limits.rulesEach());
        }
        if (before == null && register.rules() >= limits.rules()) {
            return Refusals.tooMany(
                    Rejection.TOO_MANY_RULES, "there are " + limits.rules() + " rules already", limits.rules());
        }
        return before != null && before == rule.allow()
                ? new Decision(new Done(false), List.of())
                : new Decision(
                        new Done(before == null),
                        List.of(new RuleSet(id(found), rule.filter(), rule.action(), rule.allow())));
    }

    Decision removeRule(RemoveRule remove) {
        Optional<AccountState> found = remove.whom().flatMap(register::find);
        if (remove.whom().isPresent() && found.isEmpty()) {
            return Refusals.unknown(remove.whom().get());
        }
        return book(found).get(remove.filter(), remove.action()) == null
                ? new Decision(new Gone(0), List.of())
                : new Decision(new Gone(1), List.of(new RuleGone(id(found), remove.filter(), remove.action())));
    }

    private Rulebook book(Optional<AccountState> account) {
        return account.map(one -> one.rules).orElse(register.everyMember());
    }

    private static long id(Optional<AccountState> account) {
        return account.map(AccountState::id).orElse(AccountRegister.EVERY_MEMBER);
    }

    /** See {@link AccountMachine#permit}. */
    Optional<Permit> permit(BearerHash shown, long time) {
        Bearer bearer = register.bearer(shown);
        return bearer == null || bearer.isOver(time) ? Optional.empty() : Optional.of(permit(bearer));
    }

    private Permit permit(Bearer bearer) {
        return new Permit(bearer, register.of(bearer.account()), register.everyMember(), register.revision());
    }

    Optional<Permit> permit(AccountName name, BearerHash shown, Scopes scopes, long expires) {
        return register.find(name)
                .map(account -> new Bearer(
                        Bearer.FOREIGN, account.id(), shown, Optional.of(Bearer.VOUCHED), scopes, 0, expires))
                .map(this::permit);
    }

    Optional<Permit> renewed(Permit permit, long time) {
        Bearer before = permit.bearer();
        if (!before.isForeign()) {
            return permit(before.hash(), time);
        }
        AccountState account = register.of(before.account());
        return account == null || before.isOver(time) ? Optional.empty() : Optional.of(permit(before));
    }

    boolean isCurrent(Permit permit) {
        Bearer bearer = permit.bearer();
        boolean isThere =
                bearer.isForeign() ? register.of(bearer.account()) != null : register.bearer(bearer.hash()) == bearer;
        return isThere && register.touched(bearer.account()) <= permit.revision();
    }

    private Optional<Permit> permit(Principal principal) {
        return Optional.ofNullable(register.bearer(principal.bearer()))
                .filter(bearer -> bearer.account() == principal.account())
                .map(this::permit);
    }

    /** See {@link AccountMachine#mayI}. */
    boolean mayI(Principal principal, Action action, String asked) {
        return permit(principal).filter(permit -> permit.may(action, asked)).isPresent();
    }

    boolean mayAdminister(Principal principal) {
        return permit(principal).filter(Permit::mayAdminister).isPresent();
    }
}
