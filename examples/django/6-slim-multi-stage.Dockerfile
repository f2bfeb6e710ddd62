# By hand, as an expert would write it on Debian.
FROM python:3.11-slim AS builder

RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*

# The base image's pip fills the environment, so that it needs none of its own.
RUN python -m venv --without-pip /opt/venv
ENV PATH=/opt/venv/bin:$PATH

COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/venv/bin/python install -r requirements.txt

WORKDIR /app
COPY manage.py ./
COPY tidepool tidepool
COPY notebook notebook
RUN python manage.py collectstatic --noinput

FROM python:3.11-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --system --create-home --uid 10001 notebook

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SEED_DEMO_DATA=1

COPY --from=builder /opt/venv /opt/venv
WORKDIR /app
COPY --from=builder /app ./
COPY entrypoint.sh gunicorn.conf.py ./
RUN install -d -o notebook -g notebook data

USER notebook
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]

ENTRYPOINT ["./entrypoint.sh"]
CMD ["gunicorn", "tidepool.wsgi"]
