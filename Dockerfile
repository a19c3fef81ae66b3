# Two stages: what installs and compiles stays behind. The second one writes nowhere but in /data, so it runs with a
# read-only root, as a user without rights.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
RUN chown node:node /app
USER node
COPY --chown=node:node package.json package-lock.json .npmrc ./
COPY --chown=node:node bin bin
COPY --chown=node:node scripts scripts
COPY --chown=node:node src src
COPY --chown=node:node migrations migrations
COPY --chown=node:node views views
COPY --chown=node:node public public
COPY --chown=node:node docs docs
COPY --chown=node:node examples examples
COPY --chown=node:node portal.config.ts tsconfig.json LICENSE README.md CHANGELOG.md ./
# Installs what package-lock.json names, proves that a database opens, and keeps every module compiled. The driver
# for Node 20 is of no use here.
RUN NODE_ENV=production node scripts/setup.mjs && rm -rf node_modules/better-sqlite3-node20 "$HOME/.npm"

FROM ${NODE_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git openssh-client tini \
    && rm -rf /var/lib/apt/lists/*
RUN mkdir /data && chown node:node /data && chmod 700 /data
WORKDIR /app
# Owned by the one who runs it: Node only takes compiled code from files of its own user.
COPY --from=build --chown=node:node /app /app
# The two variables of the allocator keep memory from growing with the number of threads. Where the root is read-only,
# compiled code is kept beside the data, since Node takes it only from where it could write.
ENV NODE_ENV=production \
    DATA_DIR=/data \
    XDG_CACHE_HOME=/data/cache \
    HOST=0.0.0.0 \
    PORT=7007 \
    MALLOC_ARENA_MAX=1 \
    MALLOC_TRIM_THRESHOLD_=131072
USER node
VOLUME /data
EXPOSE 7007
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["node", "bin/health.mjs"]
ENTRYPOINT ["/usr/bin/tini", "--", "node", "bin/callboard.mjs"]
CMD ["start"]
