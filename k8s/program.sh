#!/bin/sh
# Lays down what an image of Skein runs: k8s/program.sh DIR
#
#   DIR/jre               a Java runtime of the modules that Skein needs, made by jlink
#   DIR/skein             the command
#   DIR/target/skein.jar  as built; built now if it is not there
#
# Used by the Dockerfile and by k8s/image.sh. Needs a JDK 17 (JAVA_HOME, else the one on the path).
set -eu

[ $# = 1 ] || {
    echo "usage: k8s/program.sh DIR" >&2
    exit 64
}
into=$1
home=$(cd "$(dirname "$0")/.." && pwd -P)

if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/jlink" ]; then
    jlink=$JAVA_HOME/bin/jlink
else
    jlink=$(command -v jlink) || {
        echo "program.sh: no jlink found; install a JDK 17, or set JAVA_HOME" >&2
        exit 69
    }
fi

# What the classes name (jdeps), and three that are only looked up while it runs: jdk.crypto.ec for TLS, jdk.random for the
# JDK's default random numbers, and jdk.naming.dns, without which Netty does not find the machine's name servers and asks
# those of Google, who know no pods.
modules=java.base,java.compiler,java.logging,java.management,java.naming,java.net.http,java.sql
modules=$modules,jdk.crypto.ec,jdk.jfr,jdk.management,jdk.naming.dns,jdk.random,jdk.unsupported

if [ ! -f "$home/target/skein.jar" ]; then
    (cd "$home" && ./mvnw -B -q -Dmaven.test.skip=true package) >&2 </dev/null
fi
mkdir -p "$into/target"
"$jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --output "$into/jre"
install -m 755 "$home/skein" "$into/skein"
install -m 644 "$home/target/skein.jar" "$into/target/skein.jar"
