int use(Node *node) {
    // ruleid: cpp.use-after-delete
    delete node;
    return node->value;
}

void twice(Node *node) {
    // ruleid: cpp.use-after-delete
    delete node;
    delete node;
}

int safely(Node *node) {
    int value = node->value;
    // ok: cpp.use-after-delete
    delete node;
    return value;
}
