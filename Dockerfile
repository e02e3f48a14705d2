# One image for every process: web, api, worker, migrate. Pages are built for one catalogue (CATALOG).
FROM python:3.11-slim AS built
ENV PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1 REFLEX_USE_NPM=1 REFLEX_WEB_WORKDIR=/app/.web
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN python -m venv /app/.venv && /app/.venv/bin/pip install -r requirements.txt -c constraints.txt
ENV PATH=/app/.venv/bin:$PATH
COPY . .
ARG CATALOG=showcase
RUN NPM_CONFIG_REGISTRY="$(npm config get registry)" CATALOG=$CATALOG python -m billing_app build \
    && rm -rf .web/node_modules

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 billing
WORKDIR /app
COPY --from=built --chown=billing:billing /app /app
ARG CATALOG=showcase
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 REFLEX_WEB_WORKDIR=/app/.web CATALOG=$CATALOG
USER billing
EXPOSE 3000 8000
CMD ["python", "-m", "billing_app", "api"]
