"""Stands in for `python -m localcloud`: the contract's HTTP surface and one child process, as a broker would be."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

option = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
state = Path(option["--state"])
state.mkdir(parents=True, exist_ok=True)
if (state / "fails").exists():
    sys.exit("the disk has holes")
keys = {"cloud_api_key": "K", "cloud_api_secret": f"S-{state}", "openai_api_key": "O"}
(state / "credentials.json").write_text(json.dumps(keys))
broker = subprocess.Popen(["sleep", "300"], start_new_session=True)
authorization = "Basic " + b64encode(f"K:S-{state}".encode()).decode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.path == "/healthz" or self.headers.get("Authorization") == authorization
        body = {"service": "confluent-local-cloud", "ready": True, "resources": [], "broker": broker.pid}
        if (state / "is broken").exists():
            body |= {"ready": False, "failed": True, "detail": "its registry is torn"}
        data = json.dumps(body if known else {"errors": []}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


def end(*_: object) -> None:
    broker.terminate()
    broker.wait()
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
ThreadingHTTPServer(("127.0.0.1", int(option["--port"])), Handler).serve_forever()
