/**
 * Principals: accounts, sessions, tokens for programs, access rules, and limits of what comes from them.
 *
 * <p>Walk it from {@link io.skein.account.AccountMachine}: an {@link io.skein.account.AccountCommand} is decided into an
 * {@link io.skein.account.AccountOutcome} and changes, and every change is then evolved. {@code Enrolment} decides about
 * accounts, {@code Admission} about sessions and tokens, {@code Permissions} about rules, {@code Limiting} about
 * limits, which are values here and nothing else: what they come to is counted by each node in {@code broker}.
 *
 * <p>May know: {@code machine}, {@code wire}; nothing outside the pure part of {@code java.*}.
 *
 * <p><b>Secrets.</b> No password and no token ever comes here: a password as the text of a slow salted hash, made and
 * checked outside, a token as its SHA-256. Neither shows itself in any {@code toString}, refusal or error.
 *
 * <p><b>Checked, then decided.</b> A password is checked before its command is in the log, and may be changed between the
 * two. So each password has a version, a number that is never given twice; who checked one says which, and the command is
 * refused when another is in force. That also holds when the account was deleted and made again meanwhile.
 *
 * <p><b>Time.</b> A session or token that is over lets nobody in from its stamp on
 * ({@link io.skein.account.AccountMachine#principal}). What is open already ends with the entry that says so
 * ({@code Expire}, which the leader proposes when it is due), on every node at the same place of the log.
 *
 * <p><b>What a member may by default: nothing with topics.</b> Registration may be open, so an account proves no more than
 * that somebody made one; and a right that was forgotten is noticed at once and given with one rule for every member, while
 * one that was never meant is not noticed at all. So do RabbitMQ, Kafka with an authorizer and Mosquitto with an access
 * list. Mail, and an account's own password, sessions and tokens, are no matter of topics. A rule that forbids wins over
 * all that allow; for a filter that somebody wants to follow the answer is the safe one: within one rule that allows,
 * and clear of all that forbid. Rules of an account that is an admin rest until it is a member.
 *
 * <p><b>What was decided where DESIGN and API are silent</b>: the case of names is kept and does not count
 * ({@link io.skein.account.AccountName}); the last admin stays one; a session beyond the account's number of them ends the
 * oldest, whereas one beyond that of all accounts is refused (strangers do not log others out); changing a password ends the
 * account's sessions and leaves its tokens, as programs have no part in it; a token follows its owner's rights down, not
 * beyond its scopes; a token that is over gives its name free; a log in proposed twice with one token is one session.
 *
 * <p>Invariants: numbers are never given twice; of two names with one key at most one account exists; a hash names at most
 * one session or token; each session, token, rule and limit (but those for everybody) belongs to an account that exists; once
 * there was an admin there is one; whatever decides depends only on what is listed below.
 *
 * <p><b>What the store keeps of each change</b> so that its rows give the same state back. A change is a row:
 *
 * <table>
 * <caption>rows</caption>
 * <tr><td>AccountSet</td><td>an account, new or replaced; and the highest number ever given (its own, its version's), for
 * good</td></tr>
 * <tr><td>AccountGone</td><td>the account, its sessions, tokens, rules and limits go</td></tr>
 * <tr><td>SessionSet</td><td>a session; and the highest number</td></tr>
 * <tr><td>SessionGone</td><td>that row goes</td></tr>
 * <tr><td>TokenSet</td><td>a token; and the highest number</td></tr>
 * <tr><td>TokenGone</td><td>that row goes</td></tr>
 * <tr><td>RuleSet</td><td>a row (account, filter, action, allow), new or replaced</td></tr>
 * <tr><td>RuleGone</td><td>that row goes</td></tr>
 * <tr><td>LimitSet</td><td>a row by name, new or replaced</td></tr>
 * <tr><td>LimitGone</td><td>that row goes</td></tr>
 * </table>
 *
 * <p><b>What it gives back at start</b> into an empty machine, in this order: LastNumber; the rules for every member; for
 * each account, by number, AccountSet, its SessionSet and TokenSet by number, its RuleSet by filter and action; last the
 * LimitSet by name. That is also what {@code snapshot} gives.
 */
package io.skein.account;
