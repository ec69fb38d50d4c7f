package io.skein.mailbox;

import io.skein.machine.Change;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** All mail, without contents, as of the last change. Moved by changes only, and decides nothing. */
final class MailRegister {
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private final Map<Long, Box> boxes = new HashMap<>();
    private Box[] byHandle = new Box[16];
    private final ArrayDeque<Integer> freeHandles = new ArrayDeque<>();
    private int handles;
    private long lastId;
    private int size;
    private long unread;

    // What others ask.

    long lastId() {
        return lastId;
    }

    /** Mails that are kept. */
    int size() {
        return size;
    }

    /** Of all accounts. */
    long unread() {
        return unread;
    }

    /** Accounts that have mail. */
    int boxes() {
        return boxes.size();
    }

    /** Null when the account has no mail. */
    Box box(long account) {
        return boxes.get(account);
    }

    /** Mails that an account received or sent. */
    int count(long account) {
        Box box = boxes.get(account);
        return box == null ? 0 : box.received + box.sent - box.own;
    }

    /** Whose number a {@link Box#handle} stands for. */
    long account(int handle) {
        return byHandle[handle].account;
    }

    /** Whether a mail was read is asked by {@link #isRead}. */
    Optional<MailRef> find(long id) {
        Segment segment = segments.get(id >> Segment.BITS);
        int place = segment == null ? -1 : segment.find(id);
        return place < 0
                ? Optional.empty()
                : Optional.of(new MailRef(id, account(segment.from(place)), account(segment.to(place))));
    }

    /** Of a mail that is there. */
    boolean isRead(long id) {
        Segment segment = segments.get(id >> Segment.BITS);
        return segment.isRead(segment.find(id));
    }

    /** Bytes of the arrays that mails stand in. */
    long memory() {
        return segments.values().stream().mapToLong(Segment::memory).sum();
    }

    // What changes do.

    void lastId(long id) {
        lastId = Math.max(lastId, id);
    }

    void add(long id, long from, long to, boolean isRead) {
        lastId(id);
        Box sender = boxFor(from, id);
        Box receiver = boxFor(to, id);
        segments.computeIfAbsent(id >> Segment.BITS, number -> new Segment(number << Segment.BITS))
                .add(id, sender.handle, receiver.handle, isRead);
        size++;
        sender.sent++;
        receiver.received++;
        receiver.own += sender == receiver ? 1 : 0;
        if (!isRead) {
            receiver.unread++;
            receiver.senders.add(sender.handle, 1);
            unread++;
        }
    }

    private Box boxFor(long account, long id) {
        Box box = boxes.get(account);
        if (box == null) {
            int handle = freeHandles.isEmpty() ? handles++ : freeHandles.pop();
            if (handle == byHandle.length) {
                byHandle = Arrays.copyOf(byHandle, 2 * handle);
            }
            box = new Box(account, handle, id);
            byHandle[handle] = box;
            boxes.put(account, box);
        }
        box.last = id;
        return box;
    }

    void read(long id) {
        Segment segment = segments.get(id >> Segment.BITS);
        int place = segment.find(id);
        assert !segment.isRead(place) : "mail " + id + " was read before";
        segment.read(place);
        notUnread(segment, place);
    }

    private void notUnread(Segment segment, int place) {
        Box receiver = byHandle[segment.to(place)];
        receiver.unread--;
        receiver.senders.add(segment.from(place), -1);
        unread--;
    }

    void remove(long id) {
        Segment segment = segments.get(id >> Segment.BITS);
        remove(segment, segment.find(id));
        if (segment.kept() == 0) {
            segments.remove(id >> Segment.BITS);
        } else {
            segment.tidy();
        }
    }

    private void remove(Segment segment, int place) {
        if (!segment.isRead(place)) {
            notUnread(segment, place);
        }
        segment.remove(place);
        size--;
        Box sender = byHandle[segment.from(place)];
        Box receiver = byHandle[segment.to(place)];
        sender.sent--;
        receiver.received--;
        receiver.own -= sender == receiver ? 1 : 0;
        release(sender);
        if (receiver != sender) {
            release(receiver);
        }
    }

    private void release(Box box) {
        if (box.isEmpty()) {
            boxes.remove(box.account);
            byHandle[box.handle] = null;
            freeHandles.push(box.handle);
        }
    }

    /** All that the account received or sent; looks at no more than lies between its first and its last mail. */
    void removeAll(long account) {
        Box box = boxes.get(account);
        if (box == null) {
            return;
        }
        Iterator<Segment> within = segments.subMap(box.first >> Segment.BITS, true, box.last >> Segment.BITS, true)
                .values()
                .iterator();
        while (!box.isEmpty()) {
            Segment segment = within.next();
            for (int place = 0; place < segment.size() && !box.isEmpty(); place++) {
                boolean isIts = segment.from(place) == box.handle || segment.to(place) == box.handle;
                if (isIts && !segment.isGone(place)) {
                    remove(segment, place);
                }
            }
            if (segment.kept() == 0) {
                within.remove();
            } else {
                segment.tidy();
            }
        }
    }

    void snapshot(Consumer<Change> into) {
        if (lastId > 0) {
            into.accept(new MailChange.LastMail(lastId));
        }
        for (Segment segment : segments.values()) {
            into.accept(kept(segment));
        }
    }

    private MailChange.Kept kept(Segment segment) {
        int count = segment.kept();
        var kept = new MailChange.Kept(new long[count], new long[count], new long[count], new BitSet());
        int next = 0;
        for (int place = 0; place < segment.size(); place++) {
            if (!segment.isGone(place)) {
                kept.ids()[next] = segment.id(place);
                kept.from()[next] = account(segment.from(place));
                kept.to()[next] = account(segment.to(place));
                kept.read().set(next, segment.isRead(place));
                next++;
            }
        }
        return kept;
    }
}
