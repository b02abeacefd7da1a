// Numbers that are nearly equal, texts that are matched, and what else the frameworks have in common.
#pragma once
#include <cmath>

#include "../include/judging.hpp"

namespace acrisol {

struct Text {
  std::ostringstream out;
  template <class T>
  Text& operator<<(const T& value) {
    out << value;
    return *this;
  }
  std::string text() const { return out.str(); }
};

// Equal within a part of the larger number, and within a margin if one is set.
struct Approx {
  double value, part = 1.2e-5, room = 0, scaled = 0;
  explicit Approx(double wanted) : value(wanted) {}
  Approx operator()(double wanted) const {
    Approx other = *this;
    other.value = wanted;
    return other;
  }
  Approx& epsilon(double by) {
    part = by;
    return *this;
  }
  Approx& margin(double by) {
    room = by;
    return *this;
  }
  Approx& scale(double by) {
    scaled = by;
    return *this;
  }
  bool is(double other) const {
    if (std::isinf(value) || std::isinf(other)) return value == other;
    const double off = std::fabs(value - other);
    return off <= room || off <= part * (scaled + std::fabs(value));
  }
  friend bool operator==(double left, const Approx& right) { return right.is(left); }
  friend bool operator==(const Approx& left, double right) { return left.is(right); }
  friend bool operator!=(double left, const Approx& right) { return !right.is(left); }
  friend bool operator!=(const Approx& left, double right) { return !left.is(right); }
  friend bool operator<=(double left, const Approx& right) { return left < right.value || right.is(left); }
  friend bool operator>=(double left, const Approx& right) { return left > right.value || right.is(left); }
  friend bool operator<(double left, const Approx& right) { return left < right.value && !right.is(left); }
  friend bool operator>(double left, const Approx& right) { return left > right.value && !right.is(left); }
  friend std::ostream& operator<<(std::ostream& out, const Approx& shown) { return out << "about " << shown.value; }
};

inline void says(const char* path, int line, const std::string& said, const std::string& wanted) {
  if (said != wanted) failed(path, line, "the exception says " + shown(said) + ", not " + shown(wanted));
}

template <class T, class M>
Outcome matched(const T& value, const M& matcher) {
  return {matcher.match(value), shown(value)};
}
template <class M, class = decltype(std::declval<const M&>().match(std::string()))>
void says(const char* path, int line, const std::string& said, const M& matcher) {
  if (!matcher.match(said)) failed(path, line, "the exception says " + shown(said));
}

namespace matchers {
struct ContainsText {
  std::string part;
  bool match(const std::string& value) const { return value.find(part) != std::string::npos; }
};
struct Beginning {
  std::string part;
  bool match(const std::string& value) const { return value.rfind(part, 0) == 0; }
};
struct Ending {
  std::string part;
  bool match(const std::string& value) const {
    return value.size() >= part.size() && value.compare(value.size() - part.size(), part.size(), part) == 0;
  }
};
template <class T>
struct Same {
  T wanted;
  bool match(const T& value) const { return value == wanted; }
};
struct Near {
  double wanted, off;
  bool match(double value) const { return std::fabs(value - wanted) <= off; }
};
struct NearPart {
  double wanted, part;
  bool match(double value) const {
    return std::fabs(value - wanted) <= part * std::fmax(std::fabs(value), std::fabs(wanted));
  }
};
inline ContainsText ContainsSubstring(const std::string& part) { return {part}; }
inline ContainsText Contains(const std::string& part) { return {part}; }
inline Beginning StartsWith(const std::string& part) { return {part}; }
inline Ending EndsWith(const std::string& part) { return {part}; }
inline Same<std::string> Equals(const char* wanted) { return {wanted}; }
template <class T>
Same<T> Equals(const T& wanted) { return {wanted}; }
inline Near WithinAbs(double wanted, double off) { return {wanted, off}; }
inline NearPart WithinRel(double wanted, double part = 1e-12) { return {wanted, part}; }
inline Same<std::string> Message(const std::string& wanted) { return {wanted}; }
}  // namespace matchers

}  // namespace acrisol

#define ACRISOL_FIXTURE(kind, suite, name) \
  ACRISOL_FIXTURE_AS(kind, suite, name, ACRISOL_JOIN(acrisol_fixture_, __COUNTER__))
#define ACRISOL_FIXTURE_AS(kind, suite, name, own)                                                     \
  struct own : kind {                                                                                  \
    void acrisol_body();                                                                               \
    static void acrisol_run() {                                                                        \
      own test;                                                                                        \
      test.acrisol_body();                                                                             \
    }                                                                                                  \
  };                                                                                                   \
  static const ::acrisol::Test ACRISOL_JOIN(own, _is)(ACRISOL_HERE, suite, name, own::acrisol_run);     \
  void own::acrisol_body()
