"""A provider registry with one provider, on a free port of this machine, for `make bench`.

Writes its certificate, then its port, then each path that is asked for, into the folder that it is given.
Protocol: https://opentofu.org/docs/internals/provider-registry-protocol/
"""

import datetime
import hashlib
import http.server
import io
import ipaddress
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import zipfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

folder, provider = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
binary = next(path for path in provider.rglob("terraform-provider-*") if path.is_file())
version, platform = binary.parent.parent.name, binary.parent.name
system, architecture = platform.split("_")
name = f"terraform-provider-{provider.name}_{version}_{platform}.zip"

packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
    entry = zipfile.ZipInfo(binary.name)
    entry.external_attr = 0o755 << 16
    archive.writestr(entry, binary.read_bytes())
package = packed.getvalue()
sums = f"{hashlib.sha256(package).hexdigest()}  {name}\n"


def make_certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))


def sign(text):
    """The public key, and the signature of the text: an engine installs nothing from a registry without."""
    with tempfile.TemporaryDirectory() as home:
        def gpg(*arguments, given=None):
            command = ["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
            return subprocess.run([*command, *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout

        gpg("--quick-generate-key", "bench@localhost", "rsa2048", "sign", "1d")
        public = gpg("--armor", "--export").decode()
        signature = gpg("--detach-sign", given=text.encode())
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=False)
    return public, signature


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()

    def do_GET(self):
        with self.lock, open(folder / "requests", "a") as requests:
            requests.write(self.path + "\n")
        body = self.answer()
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "application/octet-stream" if self.path.endswith(".zip") else "application/json")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def answer(self):
        if self.path == "/.well-known/terraform.json":
            return json.dumps({"providers.v1": "/v1/providers/"}).encode()
        if self.path.endswith("/versions"):
            platforms = [{"os": system, "arch": architecture}]
            return json.dumps({"versions": [{"version": version, "protocols": ["5.0"], "platforms": platforms}]}).encode()
        if self.path.endswith(f"/download/{system}/{architecture}"):
            return json.dumps({
                "protocols": ["5.0"],
                "os": system,
                "arch": architecture,
                "filename": name,
                "download_url": f"/{name}",
                "shasums_url": "/SHA256SUMS",
                "shasums_signature_url": "/SHA256SUMS.sig",
                "shasum": sums.split()[0],
                "signing_keys": {"gpg_public_keys": [{"key_id": "", "ascii_armor": public_key}]},
            }).encode()
        return {f"/{name}": package, "/SHA256SUMS": sums.encode(), "/SHA256SUMS.sig": signature}.get(self.path)

    def log_message(self, *arguments):
        pass


public_key, signature = sign(sums)
make_certificate()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
draft = folder / "port.draft"
draft.write_text(str(server.server_address[1]))
draft.rename(folder / "port")
server.serve_forever()
