# syntax=docker/dockerfile:1
FROM python:3.11

LABEL maintainer="web@example.org"
ENV PYTHONUNBUFFERED 1
ENV PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# the client library, and what psycopg2 needs to build
RUN apt-get update && apt-get install -y \
    gcc \
    git \
    libpq-dev \
    postgresql-client \
    gettext

RUN pip install --upgrade pip
COPY . /app
RUN pip install -r requirements.txt
RUN pip install gunicorn==21.2.0

RUN python manage.py collectstatic --noinput
RUN chmod +x /app/entrypoint.sh && \
    chown -R www-data:www-data /app

EXPOSE 8000
VOLUME /app/media
ENTRYPOINT ["/app/entrypoint.sh"]
CMD gunicorn config.wsgi:application --bind 0.0.0.0:8000 --workers 4
