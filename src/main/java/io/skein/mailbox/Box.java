package io.skein.mailbox;

/** One account that has mail. */
final class Box {
    final long account;
    /** What segments and tallies call it: this process's own matter, given again when the box is no more. */
    final int handle;
    /** Within these bounds lies all of its mail. */
    final long first;

    long last;
    int received;
    int sent;
    /** Of these, what it sent to itself: received and sent. */
    int own;

    int unread;
    /** Of what is unread, by the handle of who sent it. */
    final Tally senders = new Tally();

    Box(long account, int handle, long first) {
        this.account = account;
        this.handle = handle;
        this.first = first;
    }

    boolean isEmpty() {
        return received == 0 && sent == 0;
    }
}
