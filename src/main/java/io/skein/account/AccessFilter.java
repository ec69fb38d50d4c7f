package io.skein.account;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The topics that a right is about: formed like the topic filters of API.md section 2. One whose first level is a
 * wildcard does not reach names that begin with {@code $}: who is to have those is given them by name.
 *
 * <p>Said here and not by {@code topic}, which this room may not know; here a filter is compared with filters, there
 * with names.
 */
public record AccessFilter(String value) {
    public static final int MAX_LEVELS = 16;
    public static final int MAX_LEVEL_BYTES = 128;

    /** @throws IllegalArgumentException with a sentence for the client when the filter is none */
    public AccessFilter {
        Objects.requireNonNull(value);
        String problem = problem(value);
        if (problem != null) {
            throw new IllegalArgumentException("topic filter " + problem);
        }
    }

    private static String problem(String value) {
        if (value.length() > MAX_LEVELS * (MAX_LEVEL_BYTES + 1)) {
            return "is too long";
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            return "is no valid Unicode";
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            return "contains a control character";
        }
        String[] levels = value.split("/", -1);
        if (levels.length > MAX_LEVELS) {
            return "has more than " + MAX_LEVELS + " levels";
        }
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            if (level.isEmpty()) {
                return "is empty or has an empty level";
            }
            if (level.getBytes(StandardCharsets.UTF_8).length > MAX_LEVEL_BYTES) {
                return "has a level longer than " + MAX_LEVEL_BYTES + " bytes";
            }
            if (level.length() > 1 && (level.indexOf('+') >= 0 || level.indexOf('#') >= 0)) {
                return "has + or # beside other characters; they stand alone in a level";
            }
            if (level.equals("#") && i < levels.length - 1) {
                return "has # before its last level";
            }
        }
        return null;
    }

    /**
     * Whether every topic that {@code asked} matches is matched by this.
     *
     * @param asked the name of a topic, or a filter
     */
    public boolean covers(String asked) {
        if (isWildcard(value, 0) && asked.charAt(0) == '$') {
            return false;
        }
        int mine = 0;
        int theirs = 0;
        while (mine <= value.length()) {
            int myEnd = levelEnd(value, mine);
            boolean hash = myEnd - mine == 1 && value.charAt(mine) == '#';
            if (hash) {
                return true;
            }
            if (theirs > asked.length()) {
                return false;
            }
            int theirEnd = levelEnd(asked, theirs);
            boolean theirHash = theirEnd - theirs == 1 && asked.charAt(theirs) == '#';
            boolean plus = myEnd - mine == 1 && value.charAt(mine) == '+';
            // A # also stands for no level and for many: only a # covers it. A + of theirs is no level of this name.
            if (theirHash
                    || !plus
                            && (myEnd - mine != theirEnd - theirs
                                    || !value.regionMatches(mine, asked, theirs, myEnd - mine))) {
                return false;
            }
            mine = myEnd + 1;
            theirs = theirEnd + 1;
        }
        return theirs > asked.length();
    }

    static boolean isWildcard(String filter, int level) {
        char c = filter.charAt(level);
        return c == '+' || c == '#';
    }

    static int levelEnd(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }

    @Override
    public String toString() {
        return value;
    }
}
