// Answers to GoogleTest's commonest macros; see catch2/catch_test_macros.hpp.
#pragma once
#include <cstring>
#include <cstdlib>

#include "../approx.hpp"

namespace testing {
class Test {
 public:
  virtual ~Test() = default;
  virtual void SetUp() {}
  virtual void TearDown() {}
};
inline void InitGoogleTest(int* = nullptr, char** = nullptr) {}

// What a failed check is told with `<<`; assigning it to the helper reports it, so that ASSERT_ can return.
struct Failure {
  const char* path;
  int line;
  std::string why;
  acrisol::Text more;
  template <class T>
  Failure& operator<<(const T& value) {
    more << value;
    return *this;
  }
};
struct Report {
  void operator=(const Failure& failure) const {
    const std::string more = failure.more.text();
    acrisol::failed(failure.path, failure.line, more.empty() ? failure.why : failure.why + ": " + more);
  }
};
inline bool near(double left, double right, double off) { return std::fabs(left - right) <= off; }
// Four steps between neighbouring numbers count as equal.
template <class T>
bool almost(T left, T right) {
  T at = left;
  for (int step = 0; step < 4 && at != right; ++step) at = std::nextafter(at, right);
  return at == right;
}
inline bool same_text(const char* left, const char* right) {
  return left == right || (left && right && std::strcmp(left, right) == 0);
}
template <class A, class B>
std::string two(const A& left, const char* between, const B& right) { return acrisol::shown_two(left, between, right); }
}  // namespace testing

#define TEST(suite, name) ACRISOL_TEST_AS(ACRISOL_JOIN(suite##_##name##_acrisol_, __LINE__), #suite, #name)
#define TEST_F(fixture, name)                                                                          \
  struct fixture##_##name##_acrisol : fixture {                                                        \
    void acrisol_body();                                                                               \
    void acrisol_whole() {                                                                             \
      SetUp();                                                                                         \
      try {                                                                                            \
        acrisol_body();                                                                                \
      } catch (...) {                                                                                  \
        TearDown();                                                                                    \
        throw;                                                                                         \
      }                                                                                                \
      TearDown();                                                                                      \
    }                                                                                                  \
    static void acrisol_run() {                                                                        \
      fixture##_##name##_acrisol test;                                                                 \
      test.acrisol_whole();                                                                            \
    }                                                                                                  \
  };                                                                                                   \
  static const ::acrisol::Test fixture##_##name##_is(ACRISOL_HERE, #fixture, #name,                     \
                                                     fixture##_##name##_acrisol::acrisol_run);         \
  void fixture##_##name##_acrisol::acrisol_body()
#define RUN_ALL_TESTS() ::acrisol::run_tests()

#define ACRISOL_GTEST(then, held, why)                       \
  switch (0)                                                 \
  case 0:                                                    \
  default:                                                   \
    if (held) {                                              \
    } else                                                   \
      then ::testing::Report() = ::testing::Failure{ACRISOL_HERE, why, {}}
#define ACRISOL_PAIR(then, a, sign, b)                                                             \
  ACRISOL_GTEST(then, ::acrisol::Outcome(::acrisol::Split() <= (a) sign (b)).held,                  \
                std::string(#a " " #sign " " #b " is false: ") + ::testing::two(a, #sign, b))
#define EXPECT_TRUE(...) ACRISOL_GTEST(, static_cast<bool>(__VA_ARGS__), #__VA_ARGS__ " is false")
#define EXPECT_FALSE(...) ACRISOL_GTEST(, !static_cast<bool>(__VA_ARGS__), #__VA_ARGS__ " is true")
#define ASSERT_TRUE(...) ACRISOL_GTEST(return, static_cast<bool>(__VA_ARGS__), #__VA_ARGS__ " is false")
#define ASSERT_FALSE(...) ACRISOL_GTEST(return, !static_cast<bool>(__VA_ARGS__), #__VA_ARGS__ " is true")
#define EXPECT_EQ(a, b) ACRISOL_PAIR(, a, ==, b)
#define EXPECT_NE(a, b) ACRISOL_PAIR(, a, !=, b)
#define EXPECT_LT(a, b) ACRISOL_PAIR(, a, <, b)
#define EXPECT_LE(a, b) ACRISOL_PAIR(, a, <=, b)
#define EXPECT_GT(a, b) ACRISOL_PAIR(, a, >, b)
#define EXPECT_GE(a, b) ACRISOL_PAIR(, a, >=, b)
#define ASSERT_EQ(a, b) ACRISOL_PAIR(return, a, ==, b)
#define ASSERT_NE(a, b) ACRISOL_PAIR(return, a, !=, b)
#define ASSERT_LT(a, b) ACRISOL_PAIR(return, a, <, b)
#define ASSERT_LE(a, b) ACRISOL_PAIR(return, a, <=, b)
#define ASSERT_GT(a, b) ACRISOL_PAIR(return, a, >, b)
#define ASSERT_GE(a, b) ACRISOL_PAIR(return, a, >=, b)
#define EXPECT_STREQ(a, b) ACRISOL_GTEST(, ::testing::same_text(a, b), #a " is another text than " #b)
#define ASSERT_STREQ(a, b) ACRISOL_GTEST(return, ::testing::same_text(a, b), #a " is another text than " #b)
#define EXPECT_STRNE(a, b) ACRISOL_GTEST(, !::testing::same_text(a, b), #a " is the same text as " #b)
#define EXPECT_NEAR(a, b, off) ACRISOL_GTEST(, ::testing::near(a, b, off), std::string(#a " is not near " #b ": ") + ::testing::two(a, "and", b))
#define ASSERT_NEAR(a, b, off) ACRISOL_GTEST(return, ::testing::near(a, b, off), std::string(#a " is not near " #b ": ") + ::testing::two(a, "and", b))
#define EXPECT_DOUBLE_EQ(a, b) ACRISOL_GTEST(, ::testing::almost<double>(a, b), std::string(#a " == " #b " is false: ") + ::testing::two(a, "==", b))
#define ASSERT_DOUBLE_EQ(a, b) ACRISOL_GTEST(return, ::testing::almost<double>(a, b), std::string(#a " == " #b " is false: ") + ::testing::two(a, "==", b))
#define EXPECT_FLOAT_EQ(a, b) ACRISOL_GTEST(, ::testing::almost<float>(a, b), std::string(#a " == " #b " is false: ") + ::testing::two(a, "==", b))
#define ASSERT_FLOAT_EQ(a, b) ACRISOL_GTEST(return, ::testing::almost<float>(a, b), std::string(#a " == " #b " is false: ") + ::testing::two(a, "==", b))
#define EXPECT_THROW(text, type) ACRISOL_THROWS_AS(ACRISOL_GO_ON, type, ACRISOL_ANY, ([&] { text; }()))
#define ASSERT_THROW(text, type) ACRISOL_THROWS_AS(return, type, ACRISOL_ANY, ([&] { text; }()))
#define EXPECT_ANY_THROW(text) ACRISOL_THROWS(ACRISOL_GO_ON, ([&] { text; }()))
#define ASSERT_ANY_THROW(text) ACRISOL_THROWS(return, ([&] { text; }()))
#define EXPECT_NO_THROW(text) ACRISOL_NOTHROW(ACRISOL_GO_ON, ([&] { text; }()))
#define ASSERT_NO_THROW(text) ACRISOL_NOTHROW(return, ([&] { text; }()))
#define FAIL() ACRISOL_GTEST(return, false, "FAIL()")
#define ADD_FAILURE() ACRISOL_GTEST(, false, "ADD_FAILURE()")
#define SUCCEED() ::acrisol::Text()
#define GTEST_SKIP() return ::acrisol::skip("skipped by the test"), static_cast<void>(0)
#define SCOPED_TRACE(what) static_cast<void>(0)
