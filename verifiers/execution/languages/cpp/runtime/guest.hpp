// What the candidate's dispatcher is made of beside values.
#ifndef ACRISOL_GUEST_HPP
#define ACRISOL_GUEST_HPP
#include "calling.hpp"

namespace acrisol {

extern const Serve* calls;
extern uint32_t call_count;
extern const Catcher* catchers;
extern uint32_t catcher_count;

// Objects that stay here are known to the tests by a number.
struct Kind {
  const void* identity;
  void (*drop)(void*);
  void* (*upcast)(void*, const void* wanted);
};
uint32_t hold(void* object, const Kind& kind, bool owned);
void* held(uint32_t number, const void* wanted);
void drop(uint32_t number);
void serve_one(Reader& in, unsigned char kind);

template <class T>
struct Identity {
  static inline char tag = 0;
};
template <class T>
struct Upcast {
  static void* to(void* object, const void* wanted) { return wanted == &Identity<T>::tag ? object : nullptr; }
};
template <class T>
struct KindOf {
  static void drop(void* object) {
    if constexpr (std::is_destructible_v<T>) delete static_cast<T*>(object);
  }
  static const Kind& kind() {
    static const Kind value = {&Identity<T>::tag, drop, Upcast<T>::to};
    return value;
  }
};

inline void put_number(Writer& out, uint32_t number) { out.raw(&number, sizeof number); }
inline uint32_t get_number(Reader& in) {
  uint32_t number;
  in.raw(&number, sizeof number);
  return number;
}

template <class T>
struct Codec<T*, std::enable_if_t<IsObject<std::remove_cv_t<T>>::value>> {
  using Kept = std::remove_cv_t<T>;
  static void put(Writer& out, T* value) {
    put_number(out, hold(const_cast<Kept*>(value), KindOf<Kept>::kind(), false));
  }
  static T* get(Reader& in) { return static_cast<T*>(held(get_number(in), &Identity<Kept>::tag)); }
};

template <class T>
struct Codec<T, std::enable_if_t<IsObject<T>::value>> {
  static void put(Writer& out, const T& value) {
    if constexpr (std::is_abstract_v<T>) broken("an object of an abstract class");
    else if constexpr (IsObject<T>::copied && std::is_copy_constructible_v<T>) put_number(out, hold(new T(value), KindOf<T>::kind(), true));
    else if constexpr (std::is_move_constructible_v<T>)
      put_number(out, hold(new T(std::move(const_cast<T&>(value))), KindOf<T>::kind(), true));
    else broken("an object that can be neither copied nor moved");
  }
  static T get(Reader& in) {
    T* object = Codec<T*>::get(in);
    if (!object) broken("an object that is not there");
    if constexpr (IsObject<T>::copied && std::is_copy_constructible_v<T>) return *object;
    else return std::move(*object);
  }
};

template <class T>
struct Owned {
  T* object;
};
template <class T>
struct Codec<Owned<T>> {
  static void put(Writer& out, const Owned<T>& value) { put_number(out, hold(value.object, KindOf<T>::kind(), true)); }
};

template <class R, class... A>
void dispatch(R (*callee)(A...), Reader& in, Writer& out) {
  Calling<R, A...>::serve_with(in, out, callee);
}

template <class T>
T& object_of(Reader& in) {
  T* object = Codec<T*>::get(in);
  if (!object) broken("an object that is not there");
  return *object;
}
template <class T>
void copy_object(Reader& in, Writer& out) {
  T& object = object_of<T>(in);
  in.settle();
  Codec<T>::put(out, object);
}
template <class T>
void assign_object(Reader& in, Writer&) {
  T& to = object_of<T>(in);
  const T& from = object_of<T>(in);
  in.settle();
  if constexpr (std::is_copy_assignable_v<T>) to = from;
  else broken("an object that cannot be assigned to");
}
template <class T>
void drop_object(Reader& in, Writer&) {
  uint32_t number = get_number(in);
  in.settle();
  drop(number);
}

}  // namespace acrisol
#endif
