import ssl

import httpx
import requests


def fetch(url, context):
    # ruleid: python.tls-verification-off
    requests.get(url, verify=False, timeout=5)
    # ruleid: python.tls-verification-off
    httpx.Client(verify=False)
    # ruleid: python.tls-verification-off
    ssl._create_unverified_context()
    # ruleid: python.tls-verification-off
    context.check_hostname = False
    # ruleid: python.tls-verification-off
    context.verify_mode = ssl.CERT_NONE
    # ok: python.tls-verification-off
    requests.get(url, timeout=5)
    # ok: python.tls-verification-off
    requests.get(url, verify="/etc/ca.pem", timeout=5)
    # ok: python.tls-verification-off
    context.verify_mode = ssl.CERT_REQUIRED
