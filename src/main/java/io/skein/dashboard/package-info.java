/**
 * The pages for people. The console, {@code /}, shows what this node is doing, and lets people publish and watch messages;
 * the chat, {@code /chat}, is an application on the public API ({@link io.skein.dashboard.ChatPage}).
 *
 * <p>Promise: looking at the console costs the node little and never more than the limits in {@link io.skein.dashboard.ConsoleLimits}.
 * However many pages are open, one {@link io.skein.dashboard.Sampler} looks at the broker once a second and the same
 * bytes go to every page. A page that is slow misses states and tail messages (they are counted); nothing is kept for
 * it. What it shows is this node's word, also without a leader.
 *
 * <p>Start at {@link io.skein.dashboard.Dashboard}: its routes. {@code GET /} and {@code GET /console/*} are files of
 * {@code src/main/resources/console}, held in memory ({@link io.skein.dashboard.Assets}), plain and packed; there is no build
 * step, the browser gets what lies there. What a page is and how another one is added says the head of {@code shell.js}. {@code GET /console/stream} is one Server-Sent-Events stream, which drives the whole page
 * ({@link io.skein.dashboard.OpenPage}):
 *
 * <ul>
 *   <li>{@code hello}, once: version, who is logged in (null: nobody is asked), and the chart history of the last five
 *       minutes;
 *   <li>{@code state}, once a second: node, log, figures, rates, times, topics, subscribers,
 *       durable subscriptions ({@link io.skein.dashboard.StateJson} has the shape);
 *   <li>{@code tail}: messages of the filter in {@code ?tail=} ({@link io.skein.dashboard.Tail}).
 * </ul>
 *
 * <p>A page that one member served may read the stream of the others, and its policy names them
 * ({@link io.skein.dashboard.PagePolicy}): when its node dies, it goes on with another.
 *
 * <p>The page publishes like anybody else, with {@code POST /t/{topic}}, and what it does with durable subscriptions and
 * their dead letters goes the same public way, {@code /v1/subscriptions}.
 *
 * <p>May know: broker, machine, the machines' records, frame.
 *
 * <p>Invariants: no text of a stranger is ever made into markup (the page uses {@code textContent}, and its content
 * security policy forbids scripts that are not its own files); every queue towards a page has a bound.
 */
package io.skein.dashboard;
