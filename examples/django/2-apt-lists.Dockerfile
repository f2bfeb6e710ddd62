# The naive one, after somebody read that apt lists waste space: they are deleted
# in a later layer, where that frees nothing.
FROM python:3.11

ENV PYTHONUNBUFFERED=1 \
    SEED_DEMO_DATA=1

WORKDIR /app

# psycopg2 is compiled against libpq
RUN apt-get update
RUN apt-get install -y gcc libpq-dev
RUN apt-get install -y gettext
RUN rm -rf /var/lib/apt/lists/*

COPY . .

RUN pip install -r requirements.txt
RUN pip install -r requirements-dev.txt

RUN python manage.py collectstatic --noinput

EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s \
    CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"

ENTRYPOINT ["./entrypoint.sh"]
CMD ["gunicorn", "tidepool.wsgi"]
