import urllib3

# ruleid: python.tls-warnings-off
urllib3.disable_warnings()
# ok: python.tls-warnings-off
urllib3.PoolManager()
