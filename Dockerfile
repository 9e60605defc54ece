# Ampere in one image: built with the compilers that the SQLite addon needs, run without them.
FROM node:20-bookworm AS build
WORKDIR /src
COPY . .
RUN npm run build

FROM node:20-bookworm-slim
COPY --from=build /src/dist /opt/ampere/dist
RUN mkdir /data && chown node:node /data
USER node
ENV AMPERE_LISTEN=0.0.0.0:9009 AMPERE_DATA_DIR=/data
VOLUME /data
EXPOSE 9009
HEALTHCHECK --interval=10s --timeout=3s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9009/-/healthy').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: SIGTERM reaches the server itself.
CMD ["node", "/opt/ampere/dist/ampere.mjs", "serve"]
