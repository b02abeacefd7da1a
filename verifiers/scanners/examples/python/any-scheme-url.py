import urllib.request


def fetch(url):
    # ruleid: python.any-scheme-url
    urllib.request.urlopen(url)
    # ok: python.any-scheme-url
    urllib.request.urlopen("https://example.com")
