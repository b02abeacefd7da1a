import xml.etree.ElementTree as ET

import defusedxml.ElementTree


def read(path):
    # ruleid: python.xml-parser
    ET.parse(path)
    # ok: python.xml-parser
    defusedxml.ElementTree.parse(path)
