#include <random>

std::string generateToken() {
    // ruleid: cpp.weak-random-secret
    std::mt19937 generator(std::time(nullptr));
    return make(generator);
}

int dice() {
    // ok: cpp.weak-random-secret
    std::mt19937 generator(std::time(nullptr));
    return generator() % 6;
}
