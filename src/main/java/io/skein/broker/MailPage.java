package io.skein.broker;

import java.util.List;
import java.util.OptionalLong;

/**
 * @param messages newest first; perhaps fewer than were asked for although there are more
 * @param next the next page begins below this id; empty: there is no more
 */
public record MailPage(List<MailMessage> messages, OptionalLong next) {
    public MailPage {
        messages = List.copyOf(messages);
    }
}
