// What the test frameworks' headers are made of: tests that register themselves, and checks that report.
#ifndef ACRISOL_JUDGING_HPP
#define ACRISOL_JUDGING_HPP
#include <exception>
#include <sstream>
#include <string>
#include <type_traits>

namespace acrisol {

struct Failed {};  // ends a test that has already said why

// `name` as the tests' source has it; tests of a suite are SUITE.NAME.
struct Test {
  Test(const char* path, int line, const char* suite, const char* name, void (*body)());
};

void failed(const char* path, int line, const std::string& why);  // the running test goes on
void skip(const std::string& why);
int run_tests();  // 0 if all passed

struct Section {
  Section(const char* name);
  ~Section();
  explicit operator bool() const { return entered_; }
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

 private:
  bool entered_;
  int raised_;
};

template <class T, class = void>
struct Shown {
  static std::string text(const T&) { return "{?}"; }
};
template <class T>
struct Shown<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>> {
  static std::string text(const T& value) {
    std::ostringstream out;
    out << std::boolalpha;
    if constexpr (std::is_floating_point_v<T>) out.precision(std::is_same_v<T, float> ? 9 : 17);
    if constexpr (std::is_same_v<T, std::string>) {
      out << '"' << value << '"';
    } else if constexpr (std::is_pointer_v<T>) {
      if (value) out << value;
      else out << "nullptr";
    } else {
      out << value;
    }
    return out.str();
  }
};
template <class T>
struct Shown<T, std::void_t<typename T::const_iterator, std::enable_if_t<!std::is_same_v<T, std::string>>>> {
  template <class U>
  static std::string item(const U& value) { return Shown<U>::text(value); }
  static std::string text(const T& value) {
    std::string all;
    for (auto at = value.begin(); at != value.end(); ++at) {
      all += all.empty() ? "{" : ", ";
      all += item(*at);
      if (all.size() > 400) return all + ", ...}";
    }
    return all.empty() ? "{}" : all + "}";
  }
};
template <>
struct Shown<std::nullptr_t> {
  static std::string text(std::nullptr_t) { return "nullptr"; }
};
template <class A, class B>
struct Shown<std::pair<A, B>, void> {
  static std::string text(const std::pair<A, B>& value) {
    return "{" + Shown<std::remove_cv_t<A>>::text(value.first) + ", " + Shown<std::remove_cv_t<B>>::text(value.second) + "}";
  }
};

template <class T>
std::string shown(const T& value) { return Shown<std::remove_cv_t<T>>::text(value); }

template <class A, class B>
std::string shown_two(const A& left, const char* between, const B& right) {
  return shown(left) + " " + between + " " + shown(right);
}

// A whole number without a sign is compared with one that has one as the numbers that they are.
template <class A, class B>
bool equal(const A& left, const B& right) {
  if constexpr (std::is_integral_v<A> && std::is_integral_v<B> && !std::is_same_v<A, bool> && !std::is_same_v<B, bool>) {
    if constexpr (std::is_signed_v<A> && !std::is_signed_v<B>) return left >= 0 && std::make_unsigned_t<A>(left) == right;
    else if constexpr (!std::is_signed_v<A> && std::is_signed_v<B>) return right >= 0 && left == std::make_unsigned_t<B>(right);
    else return left == right;
  } else {
    return left == right;
  }
}

struct Outcome {
  bool held;
  std::string text;
};

// `Split() <= a == b` keeps both sides of the comparison, to show them.
template <class L>
struct Left {
  const L& left;
  operator Outcome() const { return {static_cast<bool>(left), shown(left)}; }
  template <class R>
  Outcome operator==(const R& right) const {
    bool held = equal(left, right);
    return {held, held ? std::string() : shown_two(left, "==", right)};
  }
  template <class R>
  Outcome operator!=(const R& right) const {
    bool held = static_cast<bool>(left != right);
    return {held, held ? std::string() : shown_two(left, "!=", right)};
  }
  template <class R>
  Outcome operator<(const R& right) const {
    bool held = static_cast<bool>(left < right);
    return {held, held ? std::string() : shown_two(left, "<", right)};
  }
  template <class R>
  Outcome operator<=(const R& right) const {
    bool held = static_cast<bool>(left <= right);
    return {held, held ? std::string() : shown_two(left, "<=", right)};
  }
  template <class R>
  Outcome operator>(const R& right) const {
    bool held = static_cast<bool>(left > right);
    return {held, held ? std::string() : shown_two(left, ">", right)};
  }
  template <class R>
  Outcome operator>=(const R& right) const {
    bool held = static_cast<bool>(left >= right);
    return {held, held ? std::string() : shown_two(left, ">=", right)};
  }
};
struct Split {
  template <class L>
  Left<L> operator<=(const L& left) const { return {left}; }
};

// True if it held. `wanted`: what the check wants the expression to be.
inline bool check(const char* path, int line, const char* text, const Outcome& outcome, bool wanted) {
  if (outcome.held == wanted) return true;
  std::string why = std::string(text) + (wanted ? " is false" : " is true");
  if (!outcome.text.empty() && outcome.text != text) why += ": " + outcome.text;
  failed(path, line, why);
  return false;
}

// What a handler says of an exception that nobody expected.
std::string thrown();

}  // namespace acrisol

#define ACRISOL_JOIN_(a, b) a##b
#define ACRISOL_JOIN(a, b) ACRISOL_JOIN_(a, b)
#define ACRISOL_HERE __FILE__, __LINE__
#define ACRISOL_TEST_AS(function, suite, name)                                               \
  static void function();                                                                    \
  static const ::acrisol::Test ACRISOL_JOIN(function, _is)(ACRISOL_HERE, suite, name, function); \
  static void function()
#define ACRISOL_TEST(suite, name) ACRISOL_TEST_AS(ACRISOL_JOIN(acrisol_test_, __COUNTER__), suite, name)
// A framework lets an exception out of an expression fail the check, not the program.
#define ACRISOL_CHECK_OUTCOME(text, wanted, then, ...)                                        \
  do {                                                                                        \
    try {                                                                                     \
      if (!::acrisol::check(ACRISOL_HERE, text, __VA_ARGS__, wanted)) then;                    \
    } catch (const ::acrisol::Failed&) {                                                      \
      throw;                                                                                  \
    } catch (...) {                                                                           \
      ::acrisol::failed(ACRISOL_HERE, std::string(text) + " threw " + ::acrisol::thrown());    \
      then;                                                                                   \
    }                                                                                         \
  } while (false)
#define ACRISOL_STOP throw ::acrisol::Failed()
#define ACRISOL_GO_ON (void)0
#define ACRISOL_CHECK(then, ...) \
  ACRISOL_CHECK_OUTCOME(#__VA_ARGS__, true, then, ::acrisol::Outcome(::acrisol::Split() <= __VA_ARGS__))
#define ACRISOL_CHECK_FALSE(then, ...) \
  ACRISOL_CHECK_OUTCOME(#__VA_ARGS__, false, then, ::acrisol::Outcome(::acrisol::Split() <= __VA_ARGS__))
#define ACRISOL_THROWS(then, ...)                                                                      \
  do {                                                                                                 \
    bool acrisol_threw = false;                                                                        \
    try {                                                                                              \
      static_cast<void>(__VA_ARGS__);                                                                  \
    } catch (const ::acrisol::Failed&) {                                                               \
      throw;                                                                                           \
    } catch (...) {                                                                                    \
      acrisol_threw = true;                                                                            \
    }                                                                                                  \
    if (!acrisol_threw) {                                                                              \
      ::acrisol::failed(ACRISOL_HERE, "no exception came from " #__VA_ARGS__);                          \
      then;                                                                                            \
    }                                                                                                  \
  } while (false)
#define ACRISOL_NOTHROW(then, ...)                                                                     \
  do {                                                                                                 \
    try {                                                                                              \
      static_cast<void>(__VA_ARGS__);                                                                  \
    } catch (const ::acrisol::Failed&) {                                                               \
      throw;                                                                                           \
    } catch (...) {                                                                                    \
      ::acrisol::failed(ACRISOL_HERE, #__VA_ARGS__ " threw " + ::acrisol::thrown());                    \
      then;                                                                                            \
    }                                                                                                  \
  } while (false)
#define ACRISOL_THROWS_AS(then, type, what_is, ...)                                                    \
  do {                                                                                                 \
    bool acrisol_threw = false;                                                                        \
    try {                                                                                              \
      static_cast<void>(__VA_ARGS__);                                                                  \
    } catch (const ::acrisol::Failed&) {                                                               \
      throw;                                                                                           \
    } catch (const type& acrisol_error) {                                                              \
      acrisol_threw = true;                                                                            \
      static_cast<void>(acrisol_error);                                                                \
      what_is(acrisol_error);                                                                          \
    } catch (...) {                                                                                    \
      acrisol_threw = true;                                                                            \
      ::acrisol::failed(ACRISOL_HERE, #__VA_ARGS__ " threw " + ::acrisol::thrown() + ", not " #type);   \
      then;                                                                                            \
    }                                                                                                  \
    if (!acrisol_threw) {                                                                              \
      ::acrisol::failed(ACRISOL_HERE, "no exception came from " #__VA_ARGS__);                          \
      then;                                                                                            \
    }                                                                                                  \
  } while (false)
#define ACRISOL_ANY(error) static_cast<void>(error)
#endif
