# A smaller distribution, packed the same way: compiler and headers stay in.
FROM python:3.11-alpine

ENV PYTHONUNBUFFERED=1 \
    SEED_DEMO_DATA=1

WORKDIR /app

RUN apk update
RUN apk add gcc musl-dev postgresql-dev

COPY . .

RUN pip install -r requirements.txt
RUN pip install -r requirements-dev.txt

RUN python manage.py collectstatic --noinput

EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s \
    CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"

ENTRYPOINT ["./entrypoint.sh"]
CMD ["gunicorn", "tidepool.wsgi"]
