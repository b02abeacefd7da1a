def find(tree, name):
    # ruleid: python.xpath-injection
    tree.xpath("//user[name='" + name + "']")
    # ruleid: python.xpath-injection
    tree.xpath(f"//user[name='{name}']")
    # ok: python.xpath-injection
    tree.xpath("//user[name=$name]", name=name)
    # ok: python.xpath-injection
    tree.xpath("//user" + "/name")
