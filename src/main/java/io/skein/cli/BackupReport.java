package io.skein.cli;

import io.skein.raft.Member;
import io.skein.store.BackupFile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.util.Locale;

/** What is in a backup, for people and for programs. */
final class BackupReport {
    private BackupReport() {}

    static String text(BackupFile backup) {
        boolean hasChecksum = Files.exists(BackupFile.checksumOf(backup.path()));
        return String.join(
                System.lineSeparator(),
                backup.path() + "  " + Readable.size(backup.bytes()),
                "  up to      entry " + backup.settled().index() + " of term "
                        + backup.settled().term() + ", "
                        + Readable.text(backup.settled().time()),
                "  of         " + members(backup),
                "  holds      " + contents(backup),
                "  sha256     " + backup.sha256(),
                "  verified   pages, rows and messages are sound; "
                        + (hasChecksum
                                ? "it is what " + BackupFile.checksumOf(backup.path()) + " says"
                                : "no checksum lies beside it"));
    }

    private static String members(BackupFile backup) {
        StringBuilder members = new StringBuilder();
        for (Member member : backup.configuration().configuration().members()) {
            members.append(members.isEmpty() ? "" : ", ").append(member.id());
        }
        return "the cluster of " + members;
    }

    static String contents(BackupFile backup) {
        BackupFile.Contents in = backup.contents();
        return String.format(
                Locale.ROOT,
                "%s, %s, %s, %s, %s, %s",
                number(in.topics(), "topic"),
                number(in.messages(), "message"),
                number(in.scheduled(), "delayed message"),
                number(in.subscriptions(), "subscription"),
                number(in.accounts(), "account"),
                number(in.mails(), "mail"));
    }

    private static String number(long count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }

    static JsonObject json(BackupFile backup) {
        JsonArray members = new JsonArray();
        backup.configuration()
                .configuration()
                .members()
                .forEach(member -> members.add(member.id().value()));
        BackupFile.Contents in = backup.contents();
        return new JsonObject()
                .put("file", backup.path().toString())
                .put("bytes", backup.bytes())
                .put("sha256", backup.sha256())
                .put("checksumFile", Files.exists(BackupFile.checksumOf(backup.path())))
                .put("index", backup.settled().index())
                .put("term", backup.settled().term())
                .put("time", backup.settled().time())
                .put("cluster", Long.toHexString(backup.configuration().clusterId()))
                .put("members", members)
                .put("topics", in.topics())
                .put("messages", in.messages())
                .put("scheduled", in.scheduled())
                .put("subscriptions", in.subscriptions())
                .put("accounts", in.accounts())
                .put("mails", in.mails());
    }
}
