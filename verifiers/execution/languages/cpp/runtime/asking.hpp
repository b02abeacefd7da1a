// What the stand-in for the candidate is made of beside values.
#ifndef ACRISOL_ASKING_HPP
#define ACRISOL_ASKING_HPP
#include "calling.hpp"
#include "editing.hpp"

namespace acrisol {

extern const Thrower* throwers;
extern uint32_t thrower_count;

// An object of the candidate's. Number 0 is none.
struct Object {
  uint32_t number = 0;
};
template <>
struct Codec<Object> {
  static void put(Writer& out, const Object& value) { out.raw(&value.number, sizeof value.number); }
  static Object get(Reader& in) {
    Object value;
    in.raw(&value.number, sizeof value.number);
    return value;
  }
};

template <class T>
struct Codec<T, std::enable_if_t<IsObject<T>::value>> {
  static void put(Writer& out, const T& value) { Codec<Object>::put(out, value.acrisol_object); }
  static T get(Reader& in) { return T(Codec<Object>::get(in)); }
};

// The stand-in for an object that the candidate gave the address of; the candidate owns it.
void* lent_object(uint32_t number, void* (*make)(uint32_t));
template <class T>
struct Codec<T*, std::enable_if_t<IsObject<std::remove_cv_t<T>>::value>> {
  using Stand = std::remove_cv_t<T>;
  static void* make(uint32_t number) { return new Stand(Object{number}); }
  static void put(Writer& out, T* value) { Codec<Object>::put(out, value ? value->acrisol_object : Object()); }
  static T* get(Reader& in) {
    Object found = Codec<Object>::get(in);
    return found.number ? static_cast<T*>(lent_object(found.number, make)) : nullptr;
  }
};

inline Object taken(Object& from) {
  Object value = from;
  from.number = 0;
  return value;
}

// How an object was made, so that others can be made like it. Only of the newest: those that are compared are.
struct Birth {
  uint32_t number = 0;
  virtual Object another() = 0;
  virtual Birth* copy() const = 0;
  virtual ~Birth() {}
};
constexpr uint32_t remembered = 1024;
inline Birth* births[remembered];
template <class Make>
struct BirthBy : Birth {
  Make make;
  explicit BirthBy(const Make& how) : make(how) {}
  Object another() override { return make(); }
  Birth* copy() const override { return new BirthBy(make); }
};
inline void remember(Object made, Birth* birth) {
  birth->number = made.number;
  Birth*& place = births[made.number % remembered];
  delete place;
  place = birth;
}
inline Birth* birth_of(Object object) {
  Birth* found = births[object.number % remembered];
  return object.number && found && found->number == object.number ? found : nullptr;
}

template <class S>
struct Call;
template <class R, class... A>
struct Call<R(A...)> {
  static Bare<R> ask(uint32_t number, std::remove_reference_t<A>&... given) {
    Ask call(number);
    if constexpr (std::is_same_v<R, Object> && sizeof...(A) == 1 && (std::is_same_v<Bare<A>, Object> && ...)) {
      const Object made = Calling<R, A...>::ask_with(call, given...);
      if (Birth* birth = birth_of(given...)) remember(made, birth->copy());
      return made;
    } else if constexpr (std::is_same_v<R, Object> && sizeof...(A) > 0 && (can_be_kept<Bare<A>> && ...)) {
      auto make = [number, given...]() {
        auto with = [number](Bare<A>... other) {
          if (!(edit(other) | ...)) return Object();
          Ask again(number);
          return Calling<R, A...>::ask_with(again, other...);
        };
        return with(given...);
      };
      Birth* birth = new BirthBy<decltype(make)>(make);
      try {
        const Object made = Calling<R, A...>::ask_with(call, given...);
        remember(made, birth);
        return made;
      } catch (...) {
        delete birth;
        throw;
      }
    } else {
      return Calling<R, A...>::ask_with(call, given...);
    }
  }
};

inline void dropped(uint32_t call, Object& object) {
  if (object.number == 0) return;
  const Object gone = taken(object);
  Call<void(const Object&)>::ask(call, gone);
}

// Asks about a value that is close to a given one, if one can be made; a number says yes once for all others.
template <class T, class Asking>
void ask_about_another(const T& given, const Asking& ask, size_t& asked, size_t& yes) {
  try {
    if constexpr (IsObject<T>::value) {
      Birth* birth = birth_of(given.acrisol_object);
      const Object made = birth ? birth->another() : Object();
      if (made.number == 0) return;
      T other(made);
      ++asked;
      yes += ask(other) ? 1 : 0;
    } else if constexpr (can_be_edited<T>) {
      T other = given;
      if (!edit(other)) return;
      ++asked;
      if (ask(other)) yes += std::is_arithmetic_v<T> && !std::is_same_v<T, bool> ? 100 : 1;
    }
  } catch (...) {  // what the candidate cannot compare is not equal to it
  }
}

template <class T>
constexpr bool is_class = IsObject<T>::value || has_fields<T>;

// Equality as the candidate's own class has it. Other values are asked about too, on either side, in an order that
// the candidate cannot foresee: whoever says yes to all of them has not compared anything.
template <class Asking, class A, class B>
bool believed(const Asking& ask, A& left, B& right) {
  // Many objects may well equal one plain value, as all marks below 50 are an F: then only the value is another.
  constexpr bool lefts = is_class<Bare<A>> <= is_class<Bare<B>>, rights = is_class<Bare<B>> <= is_class<Bare<A>>;
  constexpr size_t others = 16;
  constexpr uint32_t first = 100, then_one_in = 16;  // each comparison that is looked at costs many calls
  static uint32_t comparisons = 0;
  if (comparisons++ >= first && chance(then_one_in) != 0) return ask(left, right);
  const size_t place = chance(others + 1);
  size_t asked[2] = {0, 0}, yes[2] = {0, 0};
  for (size_t at = 0; at <= others; ++at) {
    if (at == place) {
      if (!ask(left, right)) return false;
    } else if (at % 2 == 0) {
      if constexpr (lefts) ask_about_another<Bare<A>>(left, [&](auto& other) { return ask(other, right); }, asked[0], yes[0]);
    } else {
      if constexpr (rights) ask_about_another<Bare<B>>(right, [&](auto& other) { return ask(left, other); }, asked[1], yes[1]);
    }
  }
  return !(asked[0] && yes[0] >= asked[0]) && !(asked[1] && yes[1] >= asked[1]);
}

}  // namespace acrisol
#endif
