import requests

# ruleid: python.request-without-timeout
requests.get("https://example.com")
# ok: python.request-without-timeout
requests.get("https://example.com", timeout=5)
