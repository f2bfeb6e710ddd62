#!/bin/sh
# Prepares the database, then becomes the command.
set -e

if [ -z "$SECRET_KEY" ]; then
    echo "entrypoint: no SECRET_KEY, using one that ends with this container" >&2
    SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(48))')
    export SECRET_KEY
fi

python manage.py migrate --noinput
if [ "$SEED_DEMO_DATA" = 1 ]; then
    python manage.py seed
fi

exec "$@"
