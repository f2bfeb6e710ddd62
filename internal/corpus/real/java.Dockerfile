FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build
ADD . /build
RUN mvn -B clean package -DskipTests
RUN mkdir -p target/dependency; cd target/dependency; jar -xf ../*.jar

FROM ubuntu:latest
MAINTAINER Platform Team <platform@example.org>
ENV DEBIAN_FRONTEND noninteractive
RUN apt-get update
RUN apt-get install -y openjdk-17-jre wget unzip vim sudo
RUN wget https://example.org/agents/apm-agent-1.8.tar.gz && \
    tar xzf apm-agent-1.8.tar.gz -C /opt && \
    mv /opt/apm-agent-1.8 /opt/apm
RUN useradd -ms /bin/bash app && echo "app ALL=(ALL) NOPASSWD:ALL" >> /etc/sudoers
ENV JAVA_OPTS="-Xmx512m" DB_PASSWORD=changeme
WORKDIR opt/service
COPY --from=build /build/target/dependency/BOOT-INF/lib lib
COPY --from=build /build/target/dependency/META-INF META-INF
COPY --from=build /build/target/dependency/BOOT-INF/classes .
RUN sudo chown -R app:app /opt/service
EXPOSE 8080 22
ENTRYPOINT java $JAVA_OPTS -javaagent:/opt/apm/agent.jar -cp .:lib/* org.example.Application
