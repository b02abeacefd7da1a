// What the tests' stand-in and the candidate's dispatcher are made of: messages, values, and memory behind pointers.
//
// Included before anybody else's code, so it names few headers. What reads a message trusts nothing in it:
// a length is checked against what is left, a bool is 0 or 1, and a message has no more bytes than its values.
#ifndef ACRISOL_HPP
#define ACRISOL_HPP
#include <stddef.h>
#include <stdint.h>

#include <new>
#include <type_traits>
#include <utility>

namespace acrisol {

// Says what is wrong with the other side's bytes and ends: no value is made up.
[[noreturn]] void broken(const char* what);

struct Type;

struct Writer {
  unsigned char* data = nullptr;
  size_t size = 0;
  size_t room = 0;

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();
  void raw(const void* from, size_t count);
  void byte(unsigned char value) { raw(&value, 1); }
  void count(size_t value) {
    uint32_t narrow = static_cast<uint32_t>(value);
    raw(&narrow, sizeof narrow);
  }
  // Where a pointer leads: the memory it points into is written by `settle`, once for all pointers into it.
  void pointer(const volatile void* to, const Type& type);
  void settle();
};

struct Reader {
  const unsigned char* at = nullptr;
  const unsigned char* end = nullptr;

  void raw(void* to, size_t count);
  unsigned char byte() {
    unsigned char value;
    raw(&value, 1);
    return value;
  }
  // How many values follow, each of which takes a byte or more.
  size_t count();
  void* pointer(const Type& type);
  // Reads the memory behind pointers; then nothing may be left.
  void settle();
};

// How the values behind a pointer are written. `plain`: their bytes are all there is to them.
struct Type {
  size_t size;
  bool plain;
  void (*put)(Writer&, const void*);
  void (*get)(Reader&, void*);
  void (*make)(void*);
};

template <class T, class = void>
struct Codec;

template <class T>
using Bare = std::remove_cv_t<std::remove_reference_t<T>>;

template <class T>
void put(Writer& out, const T& value) {
  Codec<Bare<T>>::put(out, value);
}

template <class T>
Bare<T> get(Reader& in) {
  return Codec<Bare<T>>::get(in);
}

template <class T>
struct Codec<T, std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>>> {
  static void put(Writer& out, const T& value) { out.raw(&value, sizeof value); }
  static T get(Reader& in) {
    if constexpr (std::is_same_v<T, bool>) {
      unsigned char value = in.byte();
      if (value > 1) broken("a truth value that is neither 0 nor 1");
      return value != 0;
    } else {
      T value;
      in.raw(&value, sizeof value);
      return value;
    }
  }
};

// The type behind a pointer. A function or an incomplete type has none: it cannot be carried.
template <class T>
struct TypeOf {
  static void put_one(Writer& out, const void* from) { Codec<T>::put(out, *static_cast<const T*>(from)); }
  static void get_one(Reader& in, void* to) {
    if constexpr (std::is_trivially_copyable_v<T>) {  // memory that nobody changed may be constant
      T value = Codec<T>::get(in);
      if (__builtin_memcmp(&value, to, sizeof value) != 0) *static_cast<T*>(to) = value;
    } else {
      *static_cast<T*>(to) = Codec<T>::get(in);
    }
  }
  static void make_one(void* at) {
    if constexpr (std::is_default_constructible_v<T>) new (at) T();
  }
  static constexpr bool plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;
  static constexpr Type value = {sizeof(T), plain, put_one, get_one, make_one};
};

template <>
struct TypeOf<void> {
  static constexpr Type value = {1, true, nullptr, nullptr, nullptr};
};

template <class T, size_t N>
struct TypeOf<T[N]> {
  static void put_one(Writer& out, const void* from) {
    for (size_t i = 0; i < N; ++i) TypeOf<T>::put_one(out, static_cast<const T*>(from) + i);
  }
  static void get_one(Reader& in, void* to) {
    for (size_t i = 0; i < N; ++i) TypeOf<T>::get_one(in, static_cast<T*>(to) + i);
  }
  static void make_one(void* at) {
    for (size_t i = 0; i < N; ++i) TypeOf<T>::make_one(static_cast<T*>(at) + i);
  }
  static constexpr Type value = {sizeof(T[N]), TypeOf<T>::plain, put_one, get_one, make_one};
  static constexpr bool plain = TypeOf<T>::plain;
};

// A class of the candidate's whose objects stay in its process; on the other side they are numbers.
template <class T>
struct IsObject {
  static constexpr bool value = false;
  static constexpr bool copied = false;  // whether a copy can be made
};

template <class T>
struct Codec<T*, std::enable_if_t<!std::is_function_v<T> && !IsObject<std::remove_cv_t<T>>::value>> {
  using Target = std::remove_cv_t<T>;
  static void put(Writer& out, T* value) { out.pointer(value, TypeOf<Target>::value); }
  static T* get(Reader& in) { return static_cast<T*>(in.pointer(TypeOf<Target>::value)); }
};

// ---- what the candidate throws

struct Made {};  // marks the constructors of stand-ins that are made from what the candidate threw
struct Thrower {
  const char* name;
  void (*raise)(const char* what);
};
struct Catcher {
  const char* name;
  const char* (*what)();  // inside a handler: its words if the exception is one of that class, else null
};

}  // namespace acrisol
#endif
