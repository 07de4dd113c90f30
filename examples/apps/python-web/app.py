"""Answers with a page, and says that it is well at /healthz. It ends when it is told to, after what it has begun."""

import html
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = os.environ.get("GREETING", "Hello")


class Page(BaseHTTPRequestHandler):
    """Two paths; everything else is missing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/healthz":
            self.answer(200, "text/plain", "well\n")
        elif self.path == "/":
            version = ".".join(map(str, sys.version_info[:2]))
            who = html.escape(os.environ.get("SLIPWAY_APP", "python-web"))
            self.answer(200, "text/html", f"<!doctype html><title>{who}</title><h1>{html.escape(GREETING)} from {who}</h1><p>Python {version}</p>\n")
        else:
            self.answer(404, "text/plain", "nothing is here\n")

    def answer(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    server = ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8888"))), Page)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"listening at {server.server_port}", flush=True)
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
