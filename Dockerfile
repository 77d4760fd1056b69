# The image of the API, the workers and the demo renderer. What enters it is said by infra/engines/docker/app-image.ts.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /srv/gozcu
COPY package.json package-lock.json ./
# What is left out of them needs no install scripts; a database is given, so that none is embedded.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE} AS sources
WORKDIR /srv/gozcu
COPY . .
# The modes in a checkout are its owner's: in here everybody reads, and only root writes.
RUN chmod -R u=rwX,go=rX .

FROM ${NODE_IMAGE} AS app
ARG NODE_IMAGE
LABEL org.opencontainers.image.title="gozcu" \
      org.opencontainers.image.description="Gözcü: a service that runs jobs, and observes itself" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
# It writes below /tmp only, and there nothing that it could not make again.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0 \
    DATA_DIR=/tmp/gozcu \
    START_MONITORING=false
WORKDIR /srv/gozcu
COPY --from=dependencies /srv/gozcu/node_modules node_modules
COPY --from=sources /srv/gozcu .
# The image's user `node`, as a number, so that a cluster can tell that it is not root.
USER 1000:1000
EXPOSE 3000 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "app/health-check.ts"]
ENTRYPOINT ["node"]
CMD ["app/main.ts"]
