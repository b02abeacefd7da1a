import javax.xml.parsers.*;

class Parser {
    Document read(InputStream input) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        // ruleid: java.xml-external-entities
        DocumentBuilder builder = factory.newDocumentBuilder();
        return builder.parse(input);
    }

    Document safe(InputStream input) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        // ok: java.xml-external-entities
        DocumentBuilder builder = factory.newDocumentBuilder();
        return builder.parse(input);
    }
}
