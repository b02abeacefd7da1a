"""Stands in for vLLM's server where our own looking-after is tested: ``fake_vllm.py FOLDER PORT``.

What it should do stands in ``FOLDER/plan``, one word a start: ``serve``, ``crash`` (after a request for
``/crash``), ``die`` (before it listens), ``hang`` (never listens), ``deaf`` (health fails after ``/deafen``),
``stubborn`` (ignores SIGTERM), ``slow`` (listens after 1.6 s). It writes a line to ``FOLDER/starts`` and has
a child that outlives it, as vLLM's engine may.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER, PORT = Path(sys.argv[1]), int(sys.argv[2])
LOADED: dict[str, str] = {}
DEAF = threading.Event()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/health":
            self.answer(503 if DEAF.is_set() else 200, {})
        elif self.path == "/metrics" and (FOLDER / "metrics").exists():
            self.answer(200, (FOLDER / "metrics").read_text())
        elif self.path == "/crash":
            say("(EngineCore) ERROR core.py ValueError: the fake was told to crash")
            say("RuntimeError: Engine core died")
            os._exit(7)
        elif self.path == "/deafen":
            DEAF.set()
            self.answer(200, {})
        elif self.path == "/v1/models" and self.allowed():
            self.answer(200, {"data": [{"id": name} for name in ("base", *LOADED)]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        (FOLDER / "asked").open("a").write(json.dumps([self.path, asked]) + "\n")
        if not self.allowed():
            return
        if self.path == "/v1/load_lora_adapter":
            if "refused" in asked["lora_name"]:
                self.answer(400, {"error": {"message": "no room for it"}})
                return
            LOADED[asked["lora_name"]] = asked["lora_path"]
        elif self.path == "/v1/unload_lora_adapter":
            if LOADED.pop(asked["lora_name"], None) is None:
                self.answer(404, {"error": {"message": "cannot be found"}})
                return
        elif self.path == "/v1/completions" and "broken" in asked["model"]:
            self.answer(400, {"error": {"message": "Out of range float values are not JSON compliant"}})
            return
        logprob = None if "silent" in asked.get("model", "") else -1.5
        choice = {"text": "x", "logprobs": {"token_logprobs": [logprob]}}
        self.answer(200, {"model": asked.get("model"), "choices": [choice]})

    def allowed(self) -> bool:
        key = os.environ.get("VLLM_API_KEY")
        if not key or self.headers["Authorization"] == f"Bearer {key}":
            return True
        self.answer(401, {"error": {"message": f"not {self.headers['Authorization']}"}})
        return False

    def answer(self, status: int, body: object) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        return


def main() -> None:
    starts = FOLDER / "starts"
    number = len(starts.read_text().splitlines()) if starts.exists() else 0
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with starts.open("a") as file:
        file.write(f"{os.getpid()} {child.pid}\n")
    plan = (FOLDER / "plan").read_text().split()
    what = plan[min(number, len(plan) - 1)]
    say(f"start {number}: {what}, key {os.environ.get('VLLM_API_KEY')} \x1b[31m")
    if what == "die":
        say("fake_vllm.py: error: the model is too large for memory")
        sys.exit(3)
    if what == "hang":
        signal.pause()
    if what == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if what == "slow":
        time.sleep(1.6)
    ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()


main()
