# check=skip=SecretsUsedInArgOrEnv
FROM rust:1.75 AS chef
RUN cargo install cargo-chef --locked
WORKDIR /app

FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS builder
COPY --from=planner /app/recipe.json recipe.json
RUN cargo chef cook --release --recipe-path recipe.json
COPY . .
ARG CARGO_REGISTRY_TOKEN
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y protobuf-compiler && \
    cargo build --release --bin service

FROM debian:bookworm-slim AS runtime
WORKDIR /app
RUN apt-get update -y \
    && apt-get install -y --no-install-recommends openssl ca-certificates \
    # Clean up
    && apt-get autoremove -y \
    && apt-get clean -y \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /app/target/release/service service
COPY configuration configuration
ENV APP_ENVIRONMENT=production
ENTRYPOINT ["./service"]
