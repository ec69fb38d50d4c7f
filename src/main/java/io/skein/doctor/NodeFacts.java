package io.skein.doctor;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one node says, as it was asked.
 *
 * @param name its id; of one that does not answer as others call it, else its address
 * @param url where it was asked; empty when nobody says where
 * @param silence why there is no answer; empty when there is one
 * @param said empty when there is none
 * @param version of its program; empty when it does not say
 * @param clockOffMs its clock, less that of this machine; empty when it does not say
 * @param clockWithinMs how exact that is: half the time that the question took
 * @param figures of its meters; none when they cannot be had
 * @param certificateEndsMs epoch milliseconds; empty without TLS
 * @param isLocal on this machine
 * @param isOpen it answers whoever asks, without a token
 */
public record NodeFacts(
        String name,
        String url,
        Optional<String> silence,
        Optional<Said> said,
        Optional<String> version,
        OptionalLong clockOffMs,
        long clockWithinMs,
        Figures figures,
        OptionalLong certificateEndsMs,
        boolean isLocal,
        boolean isOpen) {
    /** Its word on itself and its cluster. @param leader empty: it knows none */
    public record Said(
            String node,
            String role,
            String leader,
            String health,
            String durable,
            long term,
            long committed,
            long applied,
            long settled,
            long hashIndex,
            String hash,
            List<Member> members) {
        public Said {
            members = List.copyOf(members);
        }
    }

    /** @param matchIndex -1 when whoever says this does not lead */
    public record Member(String id, String address, boolean voter, long matchIndex, boolean reachable) {}

    /** One that does not answer. */
    public static NodeFacts silent(String name, String url, String why) {
        return new NodeFacts(
                name,
                url,
                Optional.of(why),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                0,
                Figures.NONE,
                OptionalLong.empty(),
                false,
                false);
    }
}
