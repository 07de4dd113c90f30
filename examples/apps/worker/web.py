"""Says when the image was built."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BUILT_AT = Path("built-at").read_text().strip()


class Page(BaseHTTPRequestHandler):
    """One answer for every path."""

    def do_GET(self):
        body = f"built at {BUILT_AT}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8888"))), Page).serve_forever()
