# Files, served as they are. The contract: docs/guide/apps/platforms.md
#
# SLIPWAY_BUILD_IMAGE needs a shell, find and rm: build hooks run in it.
# SLIPWAY_RUN_IMAGE needs a shell, sed and one web server: nginx, or the httpd of BusyBox.
ARG SLIPWAY_BUILD_IMAGE
ARG SLIPWAY_RUN_IMAGE

FROM ${SLIPWAY_BUILD_IMAGE} AS site
USER 0:0
WORKDIR /home/application/current
COPY . .
# slipway: build hooks
ARG SLIPWAY_SITE=.
# Hidden files, and what is said to Slipway, are for nobody who visits; `.well-known` is.
RUN cd "${SLIPWAY_SITE}" \
    && find . -name '.?*' ! -name .well-known -prune -exec rm -rf '{}' + \
    && rm -f Procfile tsuru.yaml tsuru.yml tsuru.app.yaml slipway.toml \
    && mkdir /site && cp -R . /site/

FROM ${SLIPWAY_RUN_IMAGE}
USER 0:0
RUN mkdir -p /home/application \
    && printf '%s\n' \
        'worker_processes 1;' \
        'pid /tmp/nginx.pid;' \
        'error_log stderr warn;' \
        'events { worker_connections 1024; }' \
        'http {' \
        '    types {' \
        '        text/html html htm; text/css css; text/javascript js mjs; application/json json map;' \
        '        image/svg+xml svg; image/png png; image/jpeg jpg jpeg; image/webp webp; image/avif avif;' \
        '        image/gif gif; image/x-icon ico; font/woff2 woff2; font/woff woff; font/ttf ttf;' \
        '        text/plain txt; text/xml xml; application/pdf pdf; application/wasm wasm;' \
        '        application/manifest+json webmanifest; video/mp4 mp4; video/webm webm; audio/mpeg mp3;' \
        '    }' \
        '    default_type application/octet-stream;' \
        '    charset utf-8;' \
        '    access_log off;' \
        '    server_tokens off;' \
        '    sendfile on;' \
        '    absolute_redirect off;' \
        '    client_body_temp_path /tmp/client; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;' \
        '    uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;' \
        '    gzip on;' \
        '    gzip_vary on;' \
        '    gzip_proxied any;' \
        '    gzip_types text/css text/javascript application/json image/svg+xml text/plain text/xml application/wasm;' \
        '    # A name with a digest (app.3f9a1c2b.js, assets/index-BxK3v9aQ.css) never means another file; a date is no digest.' \
        '    map $uri $keep {' \
        '        default "no-cache";' \
        '        "~[.-](?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,}\.[a-z0-9]+$" "public, max-age=31536000, immutable";' \
        '        "~^/assets/[^/]+-(?=[^.]*[A-Z])(?=[^.]*[0-9])[A-Za-z0-9_-]{8}\.[a-z0-9]+$" "public, max-age=31536000, immutable";' \
        '    }' \
        '    server {' \
        '        listen PORT;' \
        '        root /home/application/current;' \
        '        add_header Cache-Control $keep;' \
        '        add_header X-Content-Type-Options nosniff;' \
        '        # A path without a file is a page of the application; a file that is missing is missing.' \
        '        location / { try_files $uri $uri/ FALLBACK; }' \
        '        location ~ \.[a-z0-9]+$ { try_files $uri =404; }' \
        '        error_page 404 /404.html;' \
        '        location = /404.html { internal; try_files $uri @missing; }' \
        '        location @missing { return 404; }' \
        '    }' \
        '}' > /home/application/nginx.conf \
    && printf '%s\n' \
        'if command -v nginx >/dev/null; then' \
        '    fallback="=404"' \
        '    [ -f /home/application/current/404.html ] || fallback=/index.html' \
        '    sed -e "s|listen PORT;|listen ${PORT};|" -e "s|FALLBACK|${fallback}|" /home/application/nginx.conf > /tmp/nginx.conf' \
        '    exec nginx -e stderr -c /tmp/nginx.conf -g "daemon off;"' \
        'fi' \
        'exec httpd -f -p "${PORT}" -h /home/application/current' > /home/application/serve
COPY --from=site --chown=1000:1000 /site/ /home/application/current/
WORKDIR /home/application/current
ENV PORT=8888
EXPOSE 8888
USER 1000:1000
ENTRYPOINT []
CMD ["/bin/sh", "/home/application/serve"]
