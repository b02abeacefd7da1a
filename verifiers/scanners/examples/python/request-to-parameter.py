import requests


def fetch(url):
    # ruleid: python.request-to-parameter
    return requests.get(url, timeout=5)


def ping():
    # ok: python.request-to-parameter
    return requests.get("https://example.com", timeout=5)
