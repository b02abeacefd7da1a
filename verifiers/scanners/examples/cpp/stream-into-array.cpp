#include <iostream>

void ask() {
    char name[16];
    // ruleid: cpp.stream-into-array
    std::cin >> name;
    std::string safe;
    // ok: cpp.stream-into-array
    std::cin >> safe;
}
