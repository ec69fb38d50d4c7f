# docker build -t skein:0.1.0 .
#
# docker run -p 8080:8080 -v skein:/data -e SKEIN_HOST=0.0.0.0 -e SKEIN_AUTH=true skein:0.1.0
#
# k8s/image.sh makes the same image without Docker, on no distribution. No HEALTHCHECK: Kubernetes has probes of its own,
# and a command that starts a JVM every few seconds would cost more than the node.
FROM eclipse-temurin:17-jdk-jammy AS build
WORKDIR /src
COPY .mvn .mvn
COPY mvnw pom.xml LICENSE ./
COPY src/main src/main
RUN ./mvnw -B -ntp -q -Dmaven.test.skip=true package
COPY skein skein
COPY k8s/program.sh k8s/program.sh
# The command makes its archive of classes the first time it can: here, as nobody may write it later. It needs the
# runtime's own, which jlink leaves out. Both hold for these paths and times alone, and COPY keeps them.
RUN k8s/program.sh /opt/skein \
    && /opt/skein/jre/bin/java -XX:+UseSerialGC -Xshare:dump \
    && JAVA_HOME=/opt/skein/jre /opt/skein/skein --version \
    && test -s /opt/skein/target/skein.jsa

FROM debian:bookworm-slim
RUN groupadd --gid 10001 skein \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /bin/sh skein \
    && install -d -o 10001 -g 10001 /data \
    && ln -s /opt/skein/skein /usr/local/bin/skein
COPY --from=build /opt/skein /opt/skein
ENV JAVA_HOME=/opt/skein/jre SKEIN_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080 5000 6000
ENTRYPOINT ["/opt/skein/skein"]
CMD ["serve"]
