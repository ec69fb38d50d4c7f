package io.skein.store;

import io.vertx.core.Future;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * Says what of rows may be seen. It is asked while a page is being read, of the topics that were come upon: what is
 * missing from those rows was trimmed before, so an answer that is of a later moment knows of it.
 */
public interface Visibility {
    /**
     * @param topics id and name of the topics with messages in the rows just read
     * @return topic id -> first offset that may be seen, {@link Scope#NOTHING} for a topic that is not meant or no longer
     *     is; completes on the context it was asked on
     */
    Future<LongUnaryOperator> of(Map<Long, String> topics);
}
