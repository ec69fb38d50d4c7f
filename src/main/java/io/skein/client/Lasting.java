package io.skein.client;

import io.skein.frame.Push;
import io.skein.frame.Reply;

/** What goes on over reconnects, under a name that each connection gives it anew. Used on the client's context only. */
interface Lasting {
    /** Asks the server for it, when there is one and it was not asked. */
    void ask();

    /** The server's answer to that. */
    void answered(Reply reply);

    void pushed(Push push);

    /** The connection is lost. */
    void lost();

    /** It does not go on. */
    void end(SkeinException why);
}
