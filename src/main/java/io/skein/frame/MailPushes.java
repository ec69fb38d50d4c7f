package io.skein.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What is pushed of mail, as JSON and back. */
final class MailPushes {
    static final String READ = "read";
    static final String DELETED = "deleted";

    private MailPushes() {}

    static void write(Utf8Buffer out, Push.Mail mail) {
        out.ascii(",\"mail\":{\"id\":");
        out.number(mail.id());
        out.ascii(",\"from\":");
        out.string(mail.from());
        out.ascii(",\"to\":");
        out.string(mail.to());
        out.ascii(",\"content\":");
        out.string(mail.content());
        out.ascii(",\"time\":");
        out.number(mail.time());
        out.ascii(",\"read\":false}");
    }

    static void write(Utf8Buffer out, Push.MailTouched touched) {
        out.put(',');
        out.string(touched.what());
        out.ascii(":{\"by\":");
        out.string(touched.by());
        out.ascii(",\"ids\":[");
        for (int i = 0; i < touched.ids().size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            out.number(touched.ids().get(i));
        }
        out.ascii("]}");
    }

    /** Without the name of what it belongs to. */
    static Push.Mail mail(JsonParser parser) throws IOException {
        Json.objectBegins(parser.currentToken());
        long id = 0;
        String from = "";
        String to = "";
        String content = "";
        long time = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "id" -> id = Json.number(parser, name, 0, Long.MAX_VALUE);
                case "from" -> from = Json.text(parser, name, Integer.MAX_VALUE);
                case "to" -> to = Json.text(parser, name, Integer.MAX_VALUE);
                case "content" -> content = Json.text(parser, name, Integer.MAX_VALUE);
                case "time" -> time = Json.number(parser, name, 0, Long.MAX_VALUE);
                default -> parser.skipChildren();
            }
        }
        return new Push.Mail("", id, from, to, content, time);
    }

    /** Without the name of what it belongs to. */
    static Push.MailTouched touched(JsonParser parser, String what) throws IOException {
        Json.objectBegins(parser.currentToken());
        String by = "";
        List<Long> ids = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals("by")) {
                by = Json.text(parser, name, Integer.MAX_VALUE);
            } else if (name.equals("ids") && token == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    ids.add(Json.number(parser, name, 0, Long.MAX_VALUE));
                }
            } else {
                parser.skipChildren();
            }
        }
        return new Push.MailTouched("", what, by, ids);
    }
}
