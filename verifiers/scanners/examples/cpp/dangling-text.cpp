#include <string>

void keep(const std::string &name) {
    // ruleid: cpp.dangling-text
    const char *a = std::string("a").c_str();
    // ruleid: cpp.dangling-text
    const char *b = (name + "x").c_str();
    // ok: cpp.dangling-text
    const char *c = name.c_str();
}
