// Answers to Catch2's commonest macros. Written for Acrisol: tests register with the judge, which reports them.
#pragma once
#include "../../include/judging.hpp"
#include "../approx.hpp"

#define TEST_CASE(name, ...) ACRISOL_TEST(nullptr, name)
#define TEST_CASE_METHOD(kind, name, ...) ACRISOL_FIXTURE(kind, nullptr, name)
#define SCENARIO(name, ...) ACRISOL_TEST(nullptr, name)
#define SECTION(...) \
  if (::acrisol::Section ACRISOL_JOIN(acrisol_section_, __LINE__){::acrisol::section_name(__VA_ARGS__)}; \
      ACRISOL_JOIN(acrisol_section_, __LINE__))
#define DYNAMIC_SECTION(what)                                                                      \
  if (::acrisol::Section ACRISOL_JOIN(acrisol_section_, __LINE__){                                 \
          (::acrisol::Text() << what).text().c_str()};                                             \
      ACRISOL_JOIN(acrisol_section_, __LINE__))
#define GIVEN(name) SECTION("given: " name)
#define WHEN(name) SECTION("when: " name)
#define THEN(name) SECTION("then: " name)
#define AND_GIVEN(name) SECTION("and given: " name)
#define AND_WHEN(name) SECTION("and when: " name)
#define AND_THEN(name) SECTION("and then: " name)

#define REQUIRE(...) ACRISOL_CHECK(ACRISOL_STOP, __VA_ARGS__)
#define CHECK(...) ACRISOL_CHECK(ACRISOL_GO_ON, __VA_ARGS__)
#define REQUIRE_FALSE(...) ACRISOL_CHECK_FALSE(ACRISOL_STOP, __VA_ARGS__)
#define CHECK_FALSE(...) ACRISOL_CHECK_FALSE(ACRISOL_GO_ON, __VA_ARGS__)
#define REQUIRE_THROWS(...) ACRISOL_THROWS(ACRISOL_STOP, __VA_ARGS__)
#define CHECK_THROWS(...) ACRISOL_THROWS(ACRISOL_GO_ON, __VA_ARGS__)
#define REQUIRE_NOTHROW(...) ACRISOL_NOTHROW(ACRISOL_STOP, __VA_ARGS__)
#define CHECK_NOTHROW(...) ACRISOL_NOTHROW(ACRISOL_GO_ON, __VA_ARGS__)
#define REQUIRE_THROWS_AS(text, type) ACRISOL_THROWS_AS(ACRISOL_STOP, type, ACRISOL_ANY, text)
#define CHECK_THROWS_AS(text, type) ACRISOL_THROWS_AS(ACRISOL_GO_ON, type, ACRISOL_ANY, text)
#define ACRISOL_SAYS(words) [&](const std::exception& acrisol_e) { ::acrisol::says(ACRISOL_HERE, acrisol_e.what(), words); }
#define REQUIRE_THROWS_WITH(text, words) ACRISOL_THROWS_AS(ACRISOL_STOP, std::exception, ACRISOL_SAYS(words), text)
#define CHECK_THROWS_WITH(text, words) ACRISOL_THROWS_AS(ACRISOL_GO_ON, std::exception, ACRISOL_SAYS(words), text)
#define REQUIRE_THAT(value, matcher) ACRISOL_MATCH(ACRISOL_STOP, value, matcher)
#define CHECK_THAT(value, matcher) ACRISOL_MATCH(ACRISOL_GO_ON, value, matcher)
#define ACRISOL_MATCH(then, value, matcher) \
  ACRISOL_CHECK_OUTCOME(#value " " #matcher, true, then, ::acrisol::matched(value, matcher))
#define FAIL(...)                                                                          \
  do {                                                                                     \
    ::acrisol::failed(ACRISOL_HERE, (::acrisol::Text() __VA_OPT__(<< __VA_ARGS__)).text());          \
    throw ::acrisol::Failed();                                                             \
  } while (false)
#define FAIL_CHECK(...) ::acrisol::failed(ACRISOL_HERE, (::acrisol::Text() __VA_OPT__(<< __VA_ARGS__)).text())
#define SUCCEED(...) static_cast<void>(0)
#define SKIP(...) ::acrisol::skip("skipped by the test")
#define INFO(...) static_cast<void>(0)
#define CAPTURE(...) static_cast<void>(0)
#define WARN(...) static_cast<void>(0)
#define UNSCOPED_INFO(...) static_cast<void>(0)

namespace acrisol {
inline const char* section_name(const char* name, const char* = "") { return name; }
inline const char* section_name(const std::string& name, const char* = "") { return name.c_str(); }
}  // namespace acrisol

namespace Catch {
using acrisol::Approx;
struct Session {
  int run(int = 0, char** = nullptr) { return ::acrisol::run_tests(); }
  int applyCommandLine(int, char**) { return 0; }
};
namespace Matchers {
using namespace acrisol::matchers;
}
using namespace acrisol::matchers;
}  // namespace Catch
