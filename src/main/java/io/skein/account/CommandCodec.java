package io.skein.account;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
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
import io.skein.machine.Command;
import io.skein.wire.AccountCommandProto;
import io.skein.wire.ActionProto;
import io.skein.wire.BootstrapProto;
import io.skein.wire.ChangePasswordProto;
import io.skein.wire.CommandProto;
import io.skein.wire.CreateAccountProto;
import io.skein.wire.DeleteAccountProto;
import io.skein.wire.ExpireSessionsProto;
import io.skein.wire.GrantProto;
import io.skein.wire.LogInProto;
import io.skein.wire.MakeTokenProto;
import io.skein.wire.RevokeTokenProto;
import io.skein.wire.RoleProto;
import io.skein.wire.RuleProto;
import io.skein.wire.SetLimitProto;
import io.skein.wire.SetRoleProto;
import io.skein.wire.SetRuleProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands as they stand in the log. */
final class CommandCodec {
    private CommandCodec() {}

    static CommandProto toProto(AccountCommand command) {
        return CommandProto.newBuilder().setAccount(write(command)).build();
    }

    private static AccountCommandProto.Builder write(AccountCommand command) {
        var proto = AccountCommandProto.newBuilder();
        if (command instanceof LogIn in) {
            return proto.setLogIn(LogInProto.newBuilder()
                    .setName(in.name().value())
                    .setChecked(in.checked())
                    .setBearer(bytes(in.session()))
                    .setLifetimeMs(in.lifetimeMs()));
        }
        if (command instanceof LogOut out) {
            return proto.setLogOut(bytes(out.session()));
        }
        if (command instanceof LogOutAll out) {
            return proto.setLogOutAll(out.name().value());
        }
        if (command instanceof MakeToken make) {
            return proto.setMakeToken(makeToken(make));
        }
        if (command instanceof RevokeToken revoke) {
            return proto.setRevokeToken(RevokeTokenProto.newBuilder()
                    .setOwner(revoke.owner().value())
                    .setToken(revoke.token().value()));
        }
        if (command instanceof SetRule set) {
            AccessRule rule = set.rule();
            return proto.setSetRule(SetRuleProto.newBuilder()
                    .setRule(rule(rule.whom(), rule.filter(), rule.action()))
                    .setAllow(rule.allow()));
        }
        if (command instanceof RemoveRule remove) {
            return proto.setRemoveRule(rule(remove.whom(), remove.filter(), remove.action()));
        }
        if (command instanceof Expire) {
            return proto.setExpire(ExpireSessionsProto.getDefaultInstance());
        }
        if (command instanceof SetLimit set) {
            return proto.setSetLimit(limit(set.limit()));
        }
        if (command instanceof DropLimit drop) {
            return proto.setDropLimit(drop.name().value());
        }
        return account(proto, command);
    }

    private static AccountCommandProto.Builder account(AccountCommandProto.Builder proto, AccountCommand command) {
        if (command instanceof Create create) {
            return proto.setCreate(CreateAccountProto.newBuilder()
                    .setName(create.name().value())
                    .setPasswordHash(create.password().value())
                    .setRole(role(create.role())));
        }
        if (command instanceof Bootstrap bootstrap) {
            return proto.setBootstrap(BootstrapProto.newBuilder()
                    .setName(bootstrap.name().value())
                    .setBearer(bytes(bootstrap.token()))
                    .setAnyway(bootstrap.anyway()));
        }
        if (command instanceof ChangePassword change) {
            return proto.setChangePassword(ChangePasswordProto.newBuilder()
                    .setName(change.name().value())
                    .setPasswordHash(change.password().value())
                    .setChecked(change.checked()));
        }
        if (command instanceof SetRole set) {
            return proto.setSetRole(
                    SetRoleProto.newBuilder().setName(set.name().value()).setRole(role(set.role())));
        }
        if (command instanceof Delete delete) {
            return proto.setDelete(DeleteAccountProto.newBuilder()
                    .setName(delete.name().value())
                    .setChecked(delete.checked()));
        }
        throw new AssertionError("unknown command " + command.getClass());
    }

    /** @throws IllegalArgumentException when the command holds what none can */
    static Optional<Command> fromProto(CommandProto proto) {
        return proto.hasAccount() ? Optional.ofNullable(read(proto.getAccount())) : Optional.empty();
    }

    /** Null when a newer version wrote it. */
    private static Command read(AccountCommandProto proto) {
        return switch (proto.getCommandCase()) {
            case CREATE -> create(proto.getCreate());
            case BOOTSTRAP ->
                new Bootstrap(
                        new AccountName(proto.getBootstrap().getName()),
                        bearer(proto.getBootstrap().getBearer()),
                        proto.getBootstrap().getAnyway());
            case CHANGE_PASSWORD ->
                new ChangePassword(
                        new AccountName(proto.getChangePassword().getName()),
                        new PasswordHash(proto.getChangePassword().getPasswordHash()),
                        proto.getChangePassword().getChecked());
            case SET_ROLE ->
                new SetRole(
                        new AccountName(proto.getSetRole().getName()),
                        role(proto.getSetRole().getRole()));
            case DELETE ->
                new Delete(
                        new AccountName(proto.getDelete().getName()),
                        proto.getDelete().getChecked());
            case LOG_IN -> logIn(proto.getLogIn());
            case LOG_OUT -> new LogOut(bearer(proto.getLogOut()));
            case LOG_OUT_ALL -> new LogOutAll(new AccountName(proto.getLogOutAll()));
            case MAKE_TOKEN -> makeToken(proto.getMakeToken());
            case REVOKE_TOKEN ->
                new RevokeToken(
                        new AccountName(proto.getRevokeToken().getOwner()),
                        new TokenName(proto.getRevokeToken().getToken()));
            case SET_RULE -> {
                RuleProto rule = proto.getSetRule().getRule();
                yield new SetRule(new AccessRule(
                        whom(rule),
                        new AccessFilter(rule.getFilter()),
                        action(rule.getAction()),
                        proto.getSetRule().getAllow()));
            }
            case REMOVE_RULE -> {
                RuleProto rule = proto.getRemoveRule();
                yield new RemoveRule(whom(rule), new AccessFilter(rule.getFilter()), action(rule.getAction()));
            }
            case EXPIRE -> new Expire();
            case SET_LIMIT -> new SetLimit(limit(proto.getSetLimit()));
            case DROP_LIMIT -> new DropLimit(new LimitName(proto.getDropLimit()));
            case COMMAND_NOT_SET -> null;
        };
    }

    private static Create create(CreateAccountProto proto) {
        return new Create(
                new AccountName(proto.getName()), new PasswordHash(proto.getPasswordHash()), role(proto.getRole()));
    }

    private static LogIn logIn(LogInProto proto) {
        return new LogIn(
                new AccountName(proto.getName()), proto.getChecked(), bearer(proto.getBearer()), proto.getLifetimeMs());
    }

    private static MakeTokenProto makeToken(MakeToken make) {
        var proto = MakeTokenProto.newBuilder()
                .setOwner(make.owner().value())
                .setToken(make.token().value())
                .setBearer(bytes(make.bearer()))
                .setLifetimeMs(make.lifetimeMs());
        for (Grant grant : make.scopes().grants()) {
            proto.addScopes(GrantProto.newBuilder()
                    .setAction(action(grant.action()))
                    .setFilter(grant.filter().value()));
        }
        return proto.build();
    }

    private static MakeToken makeToken(MakeTokenProto proto) {
        List<Grant> grants = new ArrayList<>(proto.getScopesCount());
        for (GrantProto grant : proto.getScopesList()) {
            grants.add(new Grant(action(grant.getAction()), new AccessFilter(grant.getFilter())));
        }
        return new MakeToken(
                new AccountName(proto.getOwner()),
                new TokenName(proto.getToken()),
                bearer(proto.getBearer()),
                new Scopes(grants.isEmpty(), grants),
                proto.getLifetimeMs());
    }

    private static SetLimitProto.Builder limit(Limit limit) {
        return SetLimitProto.newBuilder()
                .setName(limit.name().value())
                .setAccount(limit.whom().map(AccountName::value).orElse(""))
                .setTopic(limit.topic().map(AccessFilter::value).orElse(""))
                .setShared(limit.shared())
                .setMessagesPerSecond(limit.quota().messagesPerSecond())
                .setBytesPerSecond(limit.quota().bytesPerSecond())
                .setConnections(limit.quota().connections());
    }

    private static Limit limit(SetLimitProto proto) {
        return new Limit(
                new LimitName(proto.getName()),
                proto.getAccount().isEmpty() ? Optional.empty() : Optional.of(new AccountName(proto.getAccount())),
                proto.getTopic().isEmpty() ? Optional.empty() : Optional.of(new AccessFilter(proto.getTopic())),
                proto.getShared(),
                new Quota(proto.getMessagesPerSecond(), proto.getBytesPerSecond(), proto.getConnections()));
    }

    private static RuleProto.Builder rule(Optional<AccountName> whom, AccessFilter filter, Action action) {
        return RuleProto.newBuilder()
                .setAccount(whom.map(AccountName::value).orElse(""))
                .setFilter(filter.value())
                .setAction(action(action));
    }

    private static Optional<AccountName> whom(RuleProto proto) {
        return proto.getAccount().isEmpty() ? Optional.empty() : Optional.of(new AccountName(proto.getAccount()));
    }

    private static ByteString bytes(BearerHash bearer) {
        return UnsafeByteOperations.unsafeWrap(bearer.bytes());
    }

    private static BearerHash bearer(ByteString bytes) {
        return BearerHash.ofHash(bytes.toByteArray());
    }

    private static RoleProto role(Role role) {
        return switch (role) {
            case ADMIN -> RoleProto.ROLE_ADMIN;
            case MEMBER -> RoleProto.ROLE_MEMBER;
        };
    }

    private static Role role(RoleProto proto) {
        return switch (proto) {
            case ROLE_ADMIN -> Role.ADMIN;
            case ROLE_MEMBER -> Role.MEMBER;
            case UNRECOGNIZED -> throw new IllegalArgumentException("a role of an unknown kind");
        };
    }

    private static ActionProto action(Action action) {
        return switch (action) {
            case PUBLISH -> ActionProto.ACTION_PUBLISH;
            case SUBSCRIBE -> ActionProto.ACTION_SUBSCRIBE;
            case MANAGE -> ActionProto.ACTION_MANAGE;
        };
    }

    private static Action action(ActionProto proto) {
        return switch (proto) {
            case ACTION_PUBLISH -> Action.PUBLISH;
            case ACTION_SUBSCRIBE -> Action.SUBSCRIBE;
            case ACTION_MANAGE -> Action.MANAGE;
            case UNRECOGNIZED -> throw new IllegalArgumentException("an action of an unknown kind");
        };
    }
}
