"""gunicorn's settings; it reads this file from the working directory."""

import os

bind = "0.0.0.0:" + os.environ.get("PORT", "8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
accesslog = "-"
# Heartbeats in memory: on an overlay file system a slow fsync of the
# heartbeat file makes the arbiter kill healthy workers.
worker_tmp_dir = "/dev/shm"
# Its place is in the home directory, which the container's user may lack.
control_socket_disable = True
