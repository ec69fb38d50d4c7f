package io.skein.broker;

import io.skein.account.AccountChange.LimitSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All limits as of one moment, by whom they hold for. What an account has of its own takes the place of what each account
 * has for the same topics, figure by figure; what all share holds besides. Never changes; from any thread.
 */
final class Regime {
    static final Regime NONE = new Regime(List.of());

    private final List<Ration> rations;
    private final LimitTree everybodys = new LimitTree();
    /** Of accounts that have some of their own. */
    private final Map<Long, List<Ration>> own = new HashMap<>();
    /** Made when somebody of such an account publishes. */
    private final Map<Long, LimitTree> ofOwners = new ConcurrentHashMap<>();

    private final List<Ration> connectionsOfEach = new ArrayList<>();
    private final List<Ration> connectionsOfAll = new ArrayList<>();
    private final boolean isOfPublishes;

    private Regime(List<Ration> rations) {
        this.rations = rations;
        boolean ofPublishes = false;
        for (Ration ration : rations) {
            ofPublishes |= ration.isOfPublishes();
            long account = ration.limit().account();
            if (account != 0) {
                own.computeIfAbsent(account, first -> new ArrayList<>()).add(ration);
                continue;
            }
            everybodys.add(whole(ration));
            if (ration.quota().connections() > 0) {
                (ration.isOfEach() ? connectionsOfEach : connectionsOfAll).add(ration);
            }
        }
        this.isOfPublishes = ofPublishes;
    }

    /** @param before what is used of a limit that stays as it was stays used */
    static Regime of(List<LimitSet> limits, Regime before, long now) {
        if (limits.isEmpty()) {
            return NONE;
        }
        Map<LimitSet, Ration> known = new HashMap<>();
        before.rations.forEach(ration -> known.put(ration.limit(), ration));
        List<Ration> rations = new ArrayList<>(limits.size());
        for (LimitSet limit : limits) {
            Ration same = known.get(limit);
            rations.add(same == null ? new Ration(limit, now) : same);
        }
        return new Regime(rations);
    }

    boolean isOfPublishes() {
        return isOfPublishes;
    }

    List<Ration> rations() {
        return rations;
    }

    /** What counts the publishes of this account; 0: whoever did not say who he is. */
    LimitTree of(long account) {
        return own.containsKey(account) ? ofOwners.computeIfAbsent(account, this::ofOwner) : everybodys;
    }

    private LimitTree ofOwner(long account) {
        LimitTree tree = new LimitTree();
        List<Ration> mine = own.get(account);
        mine.forEach(ration -> tree.add(whole(ration)));
        for (Ration ration : rations) {
            if (ration.limit().account() != 0) {
                continue;
            }
            boolean messages = ration.quota().messagesPerSecond() > 0;
            boolean bytes = ration.quota().bytesPerSecond() > 0;
            for (Ration instead : mine) {
                if (ration.isOfEach()
                        && instead.limit().topic().equals(ration.limit().topic())) {
                    messages &= instead.quota().messagesPerSecond() == 0;
                    bytes &= instead.quota().bytesPerSecond() == 0;
                }
            }
            tree.add(new LimitTree.Entry(ration, messages, bytes));
        }
        return tree;
    }

    private static LimitTree.Entry whole(Ration ration) {
        return new LimitTree.Entry(
                ration, ration.quota().messagesPerSecond() > 0, ration.quota().bytesPerSecond() > 0);
    }

    /** What bounds how often this account is connected. */
    List<Ration> connectionsOf(long account) {
        List<Ration> mine = own.getOrDefault(account, List.of()).stream()
                .filter(ration -> ration.quota().connections() > 0)
                .toList();
        return mine.isEmpty() ? connectionsOfEach : mine;
    }

    /** What bounds how often all together are connected. */
    List<Ration> connectionsOfAll() {
        return connectionsOfAll;
    }
}
