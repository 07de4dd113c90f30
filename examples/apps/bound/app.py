"""Shows the parts of DATABASE_URL, but for the password, and tries whether something listens there."""

import html
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

USUAL_PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306}


def parts():
    """What is known of the database, as pairs for people."""
    given = os.environ.get("DATABASE_URL")
    if not given:
        return [("DATABASE_URL", "is not set: bind a database to this app")]
    url = urlsplit(given)
    try:
        port = url.port or USUAL_PORTS.get(url.scheme)
    except ValueError:
        return [("DATABASE_URL", "is no address")]
    return [
        ("engine", url.scheme),
        ("host", url.hostname or ""),
        ("port", str(port or "")),
        ("database", url.path.lstrip("/")),
        ("user", url.username or ""),
        ("password", f"{len(url.password or '')} characters"),
        ("answers", answers(url.hostname, port)),
    ]


def answers(host, port):
    """Whether something listens there, and why not."""
    if not host or not port:
        return "no: it names no host"
    try:
        with socket.create_connection((host, port), timeout=2):
            return "yes"
    except OSError as error:
        return f"no: {error.strerror or error}"


class Page(BaseHTTPRequestHandler):
    """A table, and one line for the health check."""

    def do_GET(self):
        if self.path == "/healthz":
            return self.answer("text/plain", "well\n")
        rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in parts())
        return self.answer("text/html", f"<!doctype html><title>bound</title><table>{rows}</table>\n")

    def answer(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8888"))), Page).serve_forever()
