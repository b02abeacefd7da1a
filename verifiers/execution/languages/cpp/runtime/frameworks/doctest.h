// Answers to doctest's commonest macros; see catch2/catch_test_macros.hpp.
#pragma once
#include "approx.hpp"

#define TEST_CASE(name) ACRISOL_TEST(nullptr, name)
#define TEST_CASE_FIXTURE(kind, name) ACRISOL_FIXTURE(kind, nullptr, name)
#define SCENARIO(name) ACRISOL_TEST(nullptr, name)
#define TEST_SUITE(name) namespace ACRISOL_JOIN(acrisol_suite_, __LINE__)
#define TEST_SUITE_BEGIN(name) static_assert(true, name)
#define TEST_SUITE_END() static_assert(true, "")
#define SUBCASE(name) if (::acrisol::Section ACRISOL_JOIN(acrisol_section_, __LINE__){name}; ACRISOL_JOIN(acrisol_section_, __LINE__))
#define GIVEN(name) SUBCASE(name)
#define WHEN(name) SUBCASE(name)
#define THEN(name) SUBCASE(name)

#define REQUIRE(...) ACRISOL_CHECK(ACRISOL_STOP, __VA_ARGS__)
#define CHECK(...) ACRISOL_CHECK(ACRISOL_GO_ON, __VA_ARGS__)
#define REQUIRE_FALSE(...) ACRISOL_CHECK_FALSE(ACRISOL_STOP, __VA_ARGS__)
#define CHECK_FALSE(...) ACRISOL_CHECK_FALSE(ACRISOL_GO_ON, __VA_ARGS__)
#define REQUIRE_MESSAGE(condition, ...) ACRISOL_CHECK(ACRISOL_STOP, condition)
#define CHECK_MESSAGE(condition, ...) ACRISOL_CHECK(ACRISOL_GO_ON, condition)
#define ACRISOL_PAIR(then, sign, a, b) ACRISOL_CHECK_OUTCOME(#a " " #sign " " #b, true, then, ::acrisol::Outcome(::acrisol::Split() <= (a) sign (b)))
#define CHECK_EQ(a, b) ACRISOL_PAIR(ACRISOL_GO_ON, ==, a, b)
#define CHECK_NE(a, b) ACRISOL_PAIR(ACRISOL_GO_ON, !=, a, b)
#define CHECK_LT(a, b) ACRISOL_PAIR(ACRISOL_GO_ON, <, a, b)
#define CHECK_LE(a, b) ACRISOL_PAIR(ACRISOL_GO_ON, <=, a, b)
#define CHECK_GT(a, b) ACRISOL_PAIR(ACRISOL_GO_ON, >, a, b)
#define CHECK_GE(a, b) ACRISOL_PAIR(ACRISOL_GO_ON, >=, a, b)
#define REQUIRE_EQ(a, b) ACRISOL_PAIR(ACRISOL_STOP, ==, a, b)
#define REQUIRE_NE(a, b) ACRISOL_PAIR(ACRISOL_STOP, !=, a, b)
#define REQUIRE_LT(a, b) ACRISOL_PAIR(ACRISOL_STOP, <, a, b)
#define REQUIRE_LE(a, b) ACRISOL_PAIR(ACRISOL_STOP, <=, a, b)
#define REQUIRE_GT(a, b) ACRISOL_PAIR(ACRISOL_STOP, >, a, b)
#define REQUIRE_GE(a, b) ACRISOL_PAIR(ACRISOL_STOP, >=, a, b)
#define CHECK_UNARY(...) ACRISOL_CHECK(ACRISOL_GO_ON, __VA_ARGS__)
#define CHECK_UNARY_FALSE(...) ACRISOL_CHECK_FALSE(ACRISOL_GO_ON, __VA_ARGS__)
#define CHECK_THROWS(...) ACRISOL_THROWS(ACRISOL_GO_ON, __VA_ARGS__)
#define REQUIRE_THROWS(...) ACRISOL_THROWS(ACRISOL_STOP, __VA_ARGS__)
#define CHECK_NOTHROW(...) ACRISOL_NOTHROW(ACRISOL_GO_ON, __VA_ARGS__)
#define REQUIRE_NOTHROW(...) ACRISOL_NOTHROW(ACRISOL_STOP, __VA_ARGS__)
#define CHECK_THROWS_AS(text, type) ACRISOL_THROWS_AS(ACRISOL_GO_ON, type, ACRISOL_ANY, text)
#define REQUIRE_THROWS_AS(text, type) ACRISOL_THROWS_AS(ACRISOL_STOP, type, ACRISOL_ANY, text)
#define ACRISOL_SAYS(words) [&](const std::exception& acrisol_e) { ::acrisol::says(ACRISOL_HERE, acrisol_e.what(), words); }
#define CHECK_THROWS_WITH(text, words) ACRISOL_THROWS_AS(ACRISOL_GO_ON, std::exception, ACRISOL_SAYS(words), text)
#define REQUIRE_THROWS_WITH(text, words) ACRISOL_THROWS_AS(ACRISOL_STOP, std::exception, ACRISOL_SAYS(words), text)
#define CHECK_THROWS_WITH_AS(text, words, type) ACRISOL_THROWS_AS(ACRISOL_GO_ON, type, ACRISOL_SAYS(words), text)
#define FAIL(...)                                            \
  do {                                                       \
    ::acrisol::failed(ACRISOL_HERE, "FAIL(" #__VA_ARGS__ ")"); \
    throw ::acrisol::Failed();                               \
  } while (false)
#define FAIL_CHECK(...) ::acrisol::failed(ACRISOL_HERE, "FAIL_CHECK(" #__VA_ARGS__ ")")
#define INFO(...) static_cast<void>(0)
#define CAPTURE(...) static_cast<void>(0)
#define MESSAGE(...) static_cast<void>(0)

namespace doctest {
using acrisol::Approx;
struct Context {
  Context(int = 0, const char* const* = nullptr) {}
  void applyCommandLine(int, const char* const*) {}
  int run() { return ::acrisol::run_tests(); }
  bool shouldExit() const { return true; }
};
}  // namespace doctest
