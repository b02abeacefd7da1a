import ssl

# ruleid: python.old-tls-version
old = ssl.SSLContext(ssl.PROTOCOL_TLSv1)
# ruleid: python.old-tls-version
older = ssl.SSLContext(ssl.PROTOCOL_SSLv3)
# ok: python.old-tls-version
good = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# ok: python.old-tls-version
best = ssl.create_default_context()
