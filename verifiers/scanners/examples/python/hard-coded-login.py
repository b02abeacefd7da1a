import os

import requests

# ruleid: python.hard-coded-login
requests.get("https://example.com", auth=("admin", "hunter2"), timeout=5)
# ruleid: python.hard-coded-login
server.login("me@example.com", "hunter2")
# ok: python.hard-coded-login
requests.get("https://example.com", auth=("admin", os.environ["P"]), timeout=5)
# ok: python.hard-coded-login
server.login("me@example.com", os.environ["P"])
