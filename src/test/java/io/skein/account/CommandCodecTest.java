package io.skein.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.ByteString;
import io.skein.account.AccountCommand.Bootstrap;
import io.skein.account.AccountCommand.ChangePassword;
import io.skein.account.AccountCommand.Create;
import io.skein.account.AccountCommand.Delete;
import io.skein.account.AccountCommand.DropLimit;
import io.skein.account.AccountCommand.Expire;
import io.skein.account.AccountCommand.LogIn;
import io.skein.account.AccountCommand.LogOut;
import io.skein.account.AccountCommand.LogOutAll;
import io.skein.account.AccountCommand.MakeToken;
import io.skein.account.AccountCommand.RemoveRule;
import io.skein.account.AccountCommand.RevokeToken;
import io.skein.account.AccountCommand.SetLimit;
import io.skein.account.AccountCommand.SetRole;
import io.skein.account.AccountCommand.SetRule;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.account.AccountOutcome.LoggedIn;
import io.skein.machine.Command;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.wire.AccountCommandProto;
import io.skein.wire.CommandProto;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Commands and outcomes as bytes. What stands in a log must be read for ever: the hexadecimal texts never change. */
class CommandCodecTest {
    private static final AccountName A = new AccountName("a");
    private static final TokenName T = new TokenName("t");
    private static final PasswordHash P = new PasswordHash("p");
    private static final BearerHash B = new BearerHash(1, 2, 3, -1);
    private static final AccessFilter F = new AccessFilter("f/#");
    private static final LimitName L = new LimitName("l");
    private static final String HEX_B = "000000000000000100000000000000020000000000000003ffffffffffffffff";

    static final Map<Command, String> GOLDEN = new LinkedHashMap<>();

    static {
        GOLDEN.put(new Create(A, P, Role.MEMBER), "4a080a060a0161120170");
        GOLDEN.put(new Create(A, PasswordHash.NONE, Role.ADMIN), "4a070a050a01611801");
        GOLDEN.put(new Bootstrap(A, B, false), "4a2712250a01611220" + HEX_B);
        GOLDEN.put(new ChangePassword(A, P, 300), "4a0b1a090a016112017018ac02");
        GOLDEN.put(new SetRole(A, Role.ADMIN), "4a0722050a01611001");
        GOLDEN.put(new Delete(A, AccountCommand.UNCHECKED), "4a052a030a0161");
        GOLDEN.put(new Delete(A, 300), "4a082a060a016110ac02");
        GOLDEN.put(new LogIn(A, 2, B, 5), "4a2b32290a016110021a20" + HEX_B + "2005");
        GOLDEN.put(new LogOut(B), "4a223a20" + HEX_B);
        GOLDEN.put(new LogOutAll(A), "4a03420161");
        GOLDEN.put(new MakeToken(A, T, B, Scopes.WHOLE, 0), "4a2a4a280a01611201741a20" + HEX_B);
        GOLDEN.put(
                new MakeToken(A, T, B, Scopes.of(new Grant(Action.MANAGE, F)), 7),
                "4a354a330a01611201741a20" + HEX_B + "220708021203662f232807");
        GOLDEN.put(new RevokeToken(A, T), "4a0852060a0161120174");
        GOLDEN.put(
                new SetRule(new AccessRule(Optional.of(A), F, Action.SUBSCRIBE, true)),
                "4a105a0e0a0a0a01611203662f2318011001");
        GOLDEN.put(new SetRule(new AccessRule(Optional.empty(), F, Action.PUBLISH, false)), "4a095a070a051203662f23");
        GOLDEN.put(new RemoveRule(Optional.of(A), F, Action.PUBLISH), "4a0a62080a01611203662f23");
        GOLDEN.put(new Expire(), "4a026a00");
        GOLDEN.put(
                new SetLimit(new Limit(L, Optional.of(A), Optional.of(F), false, new Quota(1_000, 300, 0))),
                "4a1372110a016c1201611a03662f2328e80730ac02");
        GOLDEN.put(
                new SetLimit(new Limit(L, Optional.empty(), Optional.empty(), true, new Quota(0, 0, 50))),
                "4a0972070a016c20013832");
        GOLDEN.put(new DropLimit(L), "4a037a016c");
    }

    static final List<Outcome> OUTCOMES = List.of(
            new Done(true),
            new Done(false),
            new Gone(0),
            new Gone(5),
            new LoggedIn(99),
            new Rejected(Rejection.TOO_MANY_ACCOUNTS, "there are 5 accounts already", 5));

    private final AccountMachine machine = new AccountMachine();

    @TestFactory
    Stream<DynamicTest> aCommandIsTheseBytesAndComesBack() {
        return GOLDEN.entrySet().stream()
                .map(golden -> dynamicTest(golden.getKey().toString(), () -> {
                    byte[] bytes = machine.toProto(golden.getKey()).toByteArray();
                    assertEquals(golden.getValue(), HexFormat.of().formatHex(bytes));
                    assertEquals(Optional.of(golden.getKey()), machine.fromProto(CommandProto.parseFrom(bytes)));
                }));
    }

    @TestFactory
    Stream<DynamicTest> anOutcomeComesBack() {
        return OUTCOMES.stream()
                .map(outcome -> dynamicTest(
                        outcome.toString(), () -> assertEquals(outcome, machine.decode(machine.encode(outcome)))));
    }

    @TestFactory
    Stream<DynamicTest> anOutcomeThatTookEffectIsBrief() {
        Moment at = new Moment(1, 0, 1);
        return OUTCOMES.stream()
                .filter(Outcome::tookEffect)
                .map(outcome -> dynamicTest(
                        outcome.toString(),
                        () -> assertEquals(
                                outcome,
                                machine.fromBrief(at, machine.brief(at, outcome).orElseThrow()))));
    }

    @Test
    void anothersCommandIsNotRead() {
        assertEquals(Optional.empty(), machine.fromProto(CommandProto.getDefaultInstance()));
    }

    @Test
    void aCommandOfANewerVersionIsNotRead() {
        assertEquals(
                Optional.empty(),
                machine.fromProto(CommandProto.newBuilder()
                        .setAccount(AccountCommandProto.getDefaultInstance())
                        .build()));
    }

    @Test
    void aCommandThatHoldsWhatNoneCanIsDamage() {
        CommandProto damaged = CommandProto.newBuilder()
                .setAccount(AccountCommandProto.newBuilder().setLogOut(ByteString.copyFromUtf8("short")))
                .build();
        assertThrows(IllegalArgumentException.class, () -> machine.fromProto(damaged));
    }

    @Test
    void whatIsNoOutcomeIsDamage() {
        assertThrows(IllegalArgumentException.class, () -> machine.decode(new byte[] {1, 2, 3}));
        assertThrows(IllegalArgumentException.class, () -> machine.decode(new byte[0]));
    }
}
