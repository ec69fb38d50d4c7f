package io.skein.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Where a node listens. A name is looked up once, at the start: what was judged is what sockets are bound to.
 *
 * @param text as the operator gave it
 * @param bound an IP address; the name itself, when it is unknown here
 * @param isWide others than this machine reach it; so does a name that is unknown here, for it may become known
 */
public record ListenAddress(String text, String bound, boolean isWide) {
    /** Looks a name up. May block. */
    static ListenAddress of(String text) {
        try {
            InetAddress[] found = InetAddress.getAllByName(text);
            boolean isLiteral = text.indexOf(':') >= 0 || text.matches("[0-9.]+");
            return new ListenAddress(
                    text,
                    isLiteral ? text : found[0].getHostAddress(),
                    !Arrays.stream(found).allMatch(InetAddress::isLoopbackAddress));
        } catch (UnknownHostException unknown) {
            return new ListenAddress(text, text, true);
        }
    }
}
