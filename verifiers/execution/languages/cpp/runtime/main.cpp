// The tests of a framework that bring no main of their own.
#include "judging.hpp"

int main() { return acrisol::run_tests(); }
