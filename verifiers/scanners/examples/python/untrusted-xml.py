import xml.etree.ElementTree as ET

import defusedxml.ElementTree
from flask import request


def read():
    # ruleid: python.untrusted-xml
    ET.fromstring(request.data)
    # ok: python.untrusted-xml
    defusedxml.ElementTree.fromstring(request.data)
    # ok: python.untrusted-xml
    ET.fromstring("<a/>")
