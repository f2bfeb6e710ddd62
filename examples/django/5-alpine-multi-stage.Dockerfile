# What is compiled in one stage is copied into another that never saw a
# compiler.
FROM python:3.11-alpine AS builder

RUN apk add --no-cache gcc musl-dev postgresql-dev
COPY requirements.txt .
RUN pip install --no-cache-dir --prefix=/install -r requirements.txt

FROM python:3.11-alpine

ENV PYTHONUNBUFFERED=1 \
    SEED_DEMO_DATA=1

RUN apk add --no-cache libpq
COPY --from=builder /install /usr/local

WORKDIR /app
COPY . .
RUN python manage.py collectstatic --noinput

EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s \
    CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"

ENTRYPOINT ["./entrypoint.sh"]
CMD ["gunicorn", "tidepool.wsgi"]
