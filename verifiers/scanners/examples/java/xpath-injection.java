import javax.xml.xpath.*;

class Finder {
    void find(XPath xpath, Document document, String name) throws Exception {
        // ruleid: java.xpath-injection
        xpath.compile("//user[@name='" + name + "']");
        // ruleid: java.xpath-injection
        xpath.evaluate("//user[@name='" + name + "']", document);
        // ok: java.xpath-injection
        xpath.compile("//user[1]");
        // ok: java.xpath-injection
        Pattern.compile("a" + name);
    }
}
