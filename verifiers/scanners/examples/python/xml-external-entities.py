from lxml import etree

# ruleid: python.xml-external-entities
etree.XMLParser(resolve_entities=True)
# ruleid: python.xml-external-entities
etree.XMLParser(load_dtd=True, no_network=False)
# ok: python.xml-external-entities
etree.XMLParser(resolve_entities=False)
# ok: python.xml-external-entities
etree.XMLParser()
