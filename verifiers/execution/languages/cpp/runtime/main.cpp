// A main for tests that bring none, and above tests and candidate in one process, where it tells whether the tests'
// own main came to its end or somebody ended the process under it.
#include "judging.hpp"

#ifdef ACRISOL_ABOVE
extern "C" int acrisol_tests_main(int, char**);  // the tests' main, renamed after it was compiled
namespace acrisol {
extern bool returned;
}
int main(int count, char** words) {
  const int status = acrisol_tests_main(count, words);
  acrisol::returned = true;
  return status;
}
#else
int main() { return acrisol::run_tests(); }
#endif
