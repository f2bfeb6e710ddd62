# Build dependencies come and go within one layer, and leave nothing behind.
FROM python:3.11-alpine

ENV PYTHONUNBUFFERED=1 \
    SEED_DEMO_DATA=1

WORKDIR /app

COPY requirements.txt .
RUN apk add --no-cache libpq \
    && apk add --no-cache --virtual .build-deps gcc musl-dev postgresql-dev \
    && pip install --no-cache-dir -r requirements.txt \
    && apk del .build-deps

COPY . .

RUN python manage.py collectstatic --noinput

EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s \
    CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"

ENTRYPOINT ["./entrypoint.sh"]
CMD ["gunicorn", "tidepool.wsgi"]
