# syntax=docker/dockerfile:1.7

# Build on the Debian the runtime image is made from, so that both have the same C library. SQLite is compiled in and
# TLS is Rust, so nothing but the compiler of this image is needed.
FROM rust:1.95.0-bookworm AS build
WORKDIR /build
ENV CARGO_TERM_COLOR=never

# Dependencies first, in a layer of their own: it is built again only when Cargo.toml or Cargo.lock change.
COPY Cargo.toml Cargo.lock ./
# How SQLite is compiled stands there.
COPY .cargo .cargo
COPY crates/sandbox/Cargo.toml crates/sandbox/
RUN mkdir -p src tests/it crates/sandbox/src crates/sandbox/tests/it \
    && printf '//! Stands in for the real crate while its dependencies are built.\n' | tee src/lib.rs > crates/sandbox/src/lib.rs \
    && printf '//! As above.\nfn main() {}\n' | tee src/main.rs tests/it/main.rs > crates/sandbox/tests/it/main.rs \
    && cargo build --locked --release \
    && rm -r src tests crates/sandbox/src crates/sandbox/tests

# `docker build --build-arg LOA_COMMIT=$(git rev-parse --short HEAD)`: stands in the log and in `loa --version`.
ARG LOA_COMMIT
COPY src src
COPY crates crates
COPY config config
COPY migrations migrations
# COPY keeps the dates of the files; without a newer one cargo would take the stand-ins for up to date.
RUN touch src/lib.rs src/main.rs crates/sandbox/src/lib.rs \
    && cargo build --locked --release --bin loa \
    && mkdir -p -m 700 /rootfs/srv/loa/data

# No shell, no package manager; certificate authorities and time zones are in it. The tag's user is 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build --chown=65532:65532 /rootfs/srv/loa /srv/loa
COPY --from=build /build/target/release/loa /usr/local/bin/loa
WORKDIR /srv/loa
USER 65532:65532

# The database, the files and the token (data/loa.db, chmod 600 data/telegram.token) live here: mount and back up.
VOLUME ["/srv/loa/data"]

# A stop drains calls under way for engine.shutdown_seconds (20): run with --stop-timeout 30.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/usr/local/bin/loa", "health"]
ENTRYPOINT ["/usr/local/bin/loa"]
CMD ["serve"]
