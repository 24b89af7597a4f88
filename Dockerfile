# Built in one stage, run in another: no compiler, no pip cache and no root in what runs.
FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
RUN /opt/venv/bin/pip install --require-hashes --no-deps -r /tmp/base.txt

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OPENBLAS_NUM_THREADS=1 DJANGO_SETTINGS_MODULE=practice.settings
RUN useradd --system --uid 10001 --home-dir /srv/app --shell /usr/sbin/nologin app
WORKDIR /srv/app
COPY --from=build /opt/venv /opt/venv
COPY manage.py gunicorn.conf.py pyproject.toml ./
COPY practice practice
COPY advice advice
COPY booking booking
# Static files are gathered while building; these values serve this one command and are in no layer's environment.
RUN DEBUG=0 SECRET_KEY=build FIELD_KEYS=YnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtMDE= ALLOWED_HOSTS=build PUBLIC_URL=https://build \
    DATABASE_URL=sqlite:////tmp/build.sqlite3 REDIS_URL=redis://build PRACTICE_PHONE=+12025550100 \
    python manage.py collectstatic --noinput
USER app
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "practice.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
