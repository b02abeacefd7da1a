// What the stand-in for the candidate is made of beside values.
#ifndef ACRISOL_ASKING_HPP
#define ACRISOL_ASKING_HPP
#include "calling.hpp"

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

template <class S>
struct Call;
template <class R, class... A>
struct Call<R(A...)> {
  static Bare<R> ask(uint32_t number, std::remove_reference_t<A>&... given) {
    Ask call(number);
    return Calling<R, A...>::ask_with(call, given...);
  }
};

inline void dropped(uint32_t call, Object& object) {
  if (object.number == 0) return;
  const Object gone = taken(object);
  Call<void(const Object&)>::ask(call, gone);
}

// Equality as the candidate's own class has it. If the other side is a plain number, the class is also asked about
// other numbers: whoever equals those too has not compared anything.
template <class Asking, class A, class B>
bool believed(const Asking& ask, A& left, B& right) {
  if (!ask(left, right)) return false;
  if constexpr (std::is_arithmetic_v<Bare<B>> && !std::is_same_v<Bare<B>, bool>) {
    for (int off : {1, -1, 37, 1009}) {
      Bare<B> other = static_cast<Bare<B>>(right + off);
      if (other != right && ask(left, other)) return false;
    }
  } else if constexpr (std::is_arithmetic_v<Bare<A>> && !std::is_same_v<Bare<A>, bool>) {
    for (int off : {1, -1, 37, 1009}) {
      Bare<A> other = static_cast<Bare<A>>(left + off);
      if (other != left && ask(other, right)) return false;
    }
  }
  return true;
}

}  // namespace acrisol
#endif
