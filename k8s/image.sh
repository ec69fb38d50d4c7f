#!/bin/sh
# Makes an image of Skein without Docker, as an OCI image layout (oci-layout, index.json, blobs/sha256):
#
#   k8s/image.sh [--no-archive] [DIR]                                          DIR: target/image
#
#   skopeo copy oci:target/image:skein:0.1.0 docker://REGISTRY/skein:0.1.0     to a registry
#   tar -C target/image -c . | docker load                                     or into Docker
#
# It runs like the image of the Dockerfile: same program, paths, user, variables, entry point. It is smaller: in place of
# Debian it has the C library and the few commands that ./skein and preStop need, copied from this machine, so this machine
# has to be a Linux with glibc. There is no package manager in it to mend it with: make it anew when the libraries are.
#
# The same sources on the same machine give the same image, byte for byte, but for its last layer: the JVM's archives of
# classes, which halve the time of a start, are another each time. --no-archive leaves them out; so does this script, and
# says so, where it may not run the program in a root of its own (unshare, chroot).
#
# Needs a JDK 17, GNU tar, gzip, sha256sum, ldd.
set -eu

archive=true
if [ "${1:-}" = --no-archive ]; then
    archive=false
    shift
fi
home=$(cd "$(dirname "$0")/.." && pwd -P)
out=${1:-$home/target/image}
version=$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$home/pom.xml" | head -n 1)
# The build's own: every file gets it.
created=$(sed -n 's:.*<project.build.outputTimestamp>\(.*\)</project.*:\1:p' "$home/pom.xml")
user=10001

case $(uname -m) in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *)
        echo "image.sh: no image for $(uname -m)" >&2
        exit 69
        ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root
umask 022

directories() {
    mkdir -p "$root/bin" "$root/usr/bin" "$root/usr/local/bin" "$root/etc" "$root/dev" "$root/proc" "$root/sys" \
        "$root/tmp" "$root/data" "$root/opt"
    chmod 1777 "$root/tmp"
    printf 'root:x:0:0:root:/:/bin/sh\nskein:x:%s:%s:Skein:/data:/bin/sh\n' $user $user >"$root/etc/passwd"
    printf 'root:x:0:\nskein:x:%s:\n' $user >"$root/etc/group"
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
    ln -s /opt/skein/skein "$root/usr/local/bin/skein"
}

# What ./skein uses, and preStop.
commands() {
    cp -L "$(command -v dash || command -v sh)" "$root/bin/sh"
    for command in dirname readlink sleep; do
        cp -L "$(command -v $command)" "$root/usr/bin/$command"
    done
}

# Every library that a program here asks for, where its loader looks for it. SQLite's lies in the jar.
libraries() {
    mkdir "$work/sqlite"
    (cd "$work/sqlite" && "$jdk/jar" xf "$root/opt/skein/target/skein.jar" \
        "org/sqlite/native/Linux/$(uname -m)/libsqlitejdbc.so")
    find "$root/bin" "$root/usr/bin" "$root/opt/skein/jre" "$work/sqlite" -type f \
        \( -perm -u+x -o -name '*.so' \) -exec ldd {} + 2>/dev/null |
        sed -n -e "s:.* => \(/[^ ]*\) (0x.*:\1:p" -e "s:^[[:space:]]*\(/[^ ]*\) (0x.*:\1:p" |
        grep -v "^$work/" | sort -u | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -L "$library" "$root$library"
    done
}

# In the image's own root, as the JVM believes an archive only for the paths and times at which it was made.
archives() {
    isolated=unshare
    [ "$(id -u)" = 0 ] || isolated="unshare --map-root-user"
    # shellcheck disable=SC2016 # the inner shell's own variables
    $isolated --mount --pid --fork --kill-child sh -euc '
        mount --bind "$1" "$1"
        mount -t proc proc "$1/proc"
        mount -t tmpfs tmpfs "$1/dev"
        for device in null random urandom; do
            : >"$1/dev/$device"
            mount --bind "/dev/$device" "$1/dev/$device"
        done
        exec chroot "$1" /bin/sh -euc "
            /opt/skein/jre/bin/java -XX:+UseSerialGC -Xshare:dump
            exec /opt/skein/jre/bin/java -XX:+UseSerialGC -XX:ArchiveClassesAtExit=/opt/skein/target/skein.jsa \
                -jar /opt/skein/target/skein.jar archive"' sh "$root" >"$work/archives" 2>&1
}

# The blob of a file that is moved there; its digest.
blob() {
    digest=$(sha256sum "$1" | cut -d' ' -f1)
    mv "$1" "$out/blobs/sha256/$digest"
    echo "$digest"
}

size() {
    wc -c <"$out/blobs/sha256/$1" | tr -d ' '
}

layers=
diffs=
# One layer of these paths below the root, in order of name.
layer() {
    tar -C "$root" --sort=name --mtime="$created" --owner=0 --group=0 --numeric-owner --format=gnu \
        -cf "$work/layer.tar" --no-recursion --files-from="$1"
    # The one directory that is not root's.
    if [ "$1" = "$work/first" ]; then
        tar -C "$root" --mtime="$created" --owner=$user --group=$user --numeric-owner --format=gnu \
            --no-recursion -rf "$work/layer.tar" ./data
    fi
    diff=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
    gzip -n -6 "$work/layer.tar"
    digest=$(blob "$work/layer.tar.gz")
    layers=$layers${layers:+,}$(printf \
        '{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%s}' \
        "$digest" "$(size "$digest")")
    diffs=$diffs${diffs:+,}$(printf '"sha256:%s"' "$diff")
}

paths() {
    (cd "$root" && find "$@" | LC_ALL=C sort)
}

jdk=$(dirname "$(readlink -f "${JAVA_HOME:+$JAVA_HOME/bin/jlink}" 2>/dev/null || command -v jlink)")
[ -x "$jdk/jlink" ] || jdk=$(dirname "$(readlink -f "$(command -v jlink)")")

directories
"$home/k8s/program.sh" "$root/opt/skein"
commands
libraries
find "$root" -exec touch -h -d "$created" {} +

rm -rf "$out"
mkdir -p "$out/blobs/sha256"
paths . -path ./opt/skein -prune -o -path ./data -prune -o -print >"$work/first"
paths ./opt/skein/jre >"$work/second"
paths ./opt/skein ! -path './opt/skein/jre*' >"$work/third"
if $archive && ! archives; then
    echo "image.sh: without archives of classes: $(grep -v '\[cds' "$work/archives" | tail -n 1)" >&2
    rm -f "$root/opt/skein/jre/lib/server/"*.jsa "$root/opt/skein/target/skein.jsa"
fi
paths ./opt/skein -name '*.jsa' >"$work/fourth"
layer "$work/first"
layer "$work/second"
layer "$work/third"
[ ! -s "$work/fourth" ] || layer "$work/fourth"

cat >"$work/config" <<JSON
{"created":"$created","architecture":"$architecture","os":"linux","config":{"User":"$user:$user","Env":["PATH=/usr/local/bin:/usr/bin:/bin","JAVA_HOME=/opt/skein/jre","SKEIN_DATA_DIR=/data"],"Entrypoint":["/opt/skein/skein"],"Cmd":["serve"],"WorkingDir":"/data","Volumes":{"/data":{}},"ExposedPorts":{"8080/tcp":{},"5000/tcp":{},"6000/tcp":{}},"Labels":{"org.opencontainers.image.title":"Skein","org.opencontainers.image.version":"$version","org.opencontainers.image.licenses":"Apache-2.0"}},"rootfs":{"type":"layers","diff_ids":[$diffs]}}
JSON
config=$(blob "$work/config")
printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"sha256:%s","size":%s},"layers":[%s]}' \
    application/vnd.oci.image.manifest.v1+json application/vnd.oci.image.config.v1+json \
    "$config" "$(size "$config")" "$layers" >"$work/manifest"
manifest=$(blob "$work/manifest")
printf '{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"sha256:%s","size":%s,%s,%s}]}' \
    application/vnd.oci.image.index.v1+json application/vnd.oci.image.manifest.v1+json \
    "$manifest" "$(size "$manifest")" "\"platform\":{\"architecture\":\"$architecture\",\"os\":\"linux\"}" \
    "\"annotations\":{\"org.opencontainers.image.ref.name\":\"skein:$version\"}" >"$out/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' >"$out/oci-layout"
echo "$out: skein:$version, $architecture, sha256:$manifest"
