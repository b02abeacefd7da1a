import requests
from flask import Flask, request

app = Flask(__name__)
TARGETS = {"a": "https://a.example.com"}


@app.route("/proxy")
def proxy():
    url = request.args.get("url")
    # ruleid: python.server-side-request-forgery
    page = requests.get(url, timeout=5)
    # ok: python.server-side-request-forgery
    other = requests.get(TARGETS[url], timeout=5)
    # ok: python.server-side-request-forgery
    fixed = requests.get("https://example.com", params={"q": "x"}, timeout=5)
    if url not in TARGETS.values():
        raise PermissionError(url)
    # ok: python.server-side-request-forgery
    checked = requests.get(url, timeout=5)
    return page.text + other.text + fixed.text + checked.text
