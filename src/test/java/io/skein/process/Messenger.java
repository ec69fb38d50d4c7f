package io.skein.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/**
 * Asks over HTTP from where it runs, for a test that runs elsewhere. Each line of standard input is {@code method url token
 * key body}, base64, {@code -} for none; each line of its output a status and the body; status 0: no answer.
 */
final class Messenger {
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private Messenger() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = System.out;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(decoded(words[1])))
                    .timeout(ANSWER)
                    .method(
                            decoded(words[0]),
                            words[4].equals("-")
                                    ? BodyPublishers.noBody()
                                    : BodyPublishers.ofString(decoded(words[4])));
            if (!words[2].equals("-")) {
                request.header("Authorization", "Bearer " + decoded(words[2]));
            }
            if (!words[3].equals("-")) {
                request.header("Idempotency-Key", decoded(words[3]));
            }
            if (!words[4].equals("-")) {
                request.header("Content-Type", "application/json");
            }
            try {
                HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
                out.println(answer.statusCode() + " " + encoded(answer.body()));
            } catch (IOException none) {
                out.println("0 " + encoded(none.toString()));
            }
            out.flush();
        }
    }

    static String encoded(String text) {
        return text.isEmpty() ? "-" : Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String decoded(String text) {
        return text.equals("-") ? "" : new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }
}
