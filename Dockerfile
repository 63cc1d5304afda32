# Images of docker-compose.yml. Each stage is small for its duty and runs as any user but root.

FROM python:3.11.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY pyproject.toml setup.py README.md LICENSE THIRD_PARTY.md constraints.txt ./
COPY simulator simulator
COPY monitoring monitoring
COPY gateways gateways
COPY resilience resilience
COPY dashboards dashboards
COPY scenarios scenarios
COPY stadtwerk stadtwerk
RUN python -m venv /opt/gateway && /opt/gateway/bin/pip install --constraint constraints.txt .
RUN python -m venv /opt/simulator && /opt/simulator/bin/pip install --constraint constraints.txt ".[traffic,legacy,secrets,wastewater]"
# The demo city is laid out from networks inside packages that the town itself does not need once it runs.
RUN python -m venv /opt/builder && /opt/builder/bin/pip install --constraint constraints.txt ".[demo]"
RUN XDG_CACHE_HOME=/opt/cache /opt/builder/bin/stadtwerk city show demo >/dev/null && \
    mkdir /opt/stadtwerk && mv /opt/cache/stadtwerk/cities/demo-* /opt/stadtwerk/demo

FROM python:3.11.13-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
# Named volumes take the mode of the folder they are first mounted on; the user is the owner of the mounted secrets.
RUN install -d -m 1777 /var/lib/stadtwerk
USER 1000:1000

FROM base AS gateway
COPY --from=build /opt/gateway /opt/gateway
ENV PATH=/opt/gateway/bin:$PATH
CMD ["python", "-m", "gateways.gateway.node", "--help"]

FROM base AS simulator
COPY --from=build /opt/simulator /opt/simulator
COPY --from=build /opt/stadtwerk /opt/stadtwerk
ENV PATH=/opt/simulator/bin:$PATH
CMD ["stadtwerk", "--help"]

FROM eclipse-mosquitto:2.0.22 AS broker
COPY --chmod=755 deploy/compose/broker-answers deploy/compose/broker-starts /usr/local/bin/
RUN install -d -m 1777 /var/lib/mosquitto
USER 1000:1000

FROM influxdb:2.7.12-alpine AS database
RUN install -d -m 1777 /var/lib/stadtwerk-influxdb
ENV INFLUXD_BOLT_PATH=/var/lib/stadtwerk-influxdb/influxd.bolt \
    INFLUXD_ENGINE_PATH=/var/lib/stadtwerk-influxdb/engine \
    INFLUXD_SQLITE_PATH=/var/lib/stadtwerk-influxdb/influxd.sqlite \
    INFLUX_CONFIGS_PATH=/tmp/influx-configs
USER 1000:1000
