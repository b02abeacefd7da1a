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
};

template <class T>
struct Codec<T*, std::enable_if_t<!std::is_function_v<T> && !IsObject<std::remove_cv_t<T>>::value>> {
  using Target = std::remove_cv_t<T>;
  static void put(Writer& out, T* value) { out.pointer(value, TypeOf<Target>::value); }
  static T* get(Reader& in) { return static_cast<T*>(in.pointer(TypeOf<Target>::value)); }
};

// ---- calls from the tests to the candidate

struct Ask {
  Writer out;
  Reader in;
  explicit Ask(uint32_t call);
  Ask(const Ask&) = delete;
  Ask& operator=(const Ask&) = delete;
  void send();    // throws what the candidate threw
  void finish();  // everything of the answer was read
 private:
  Writer answer_;
  [[noreturn]] void rethrow();
};

using Serve = void (*)(Reader&, Writer&);

// ---- functions of the tests that the candidate may call back

using Function = void (*)(Reader&, Writer&, const void* callee);
uint32_t lend(const void* callee, Function serve);       // in the tests' process
struct Borrowed {                                         // in the candidate's
  Writer out;
  Reader in;
  explicit Borrowed(uint32_t number);
  void send();  // throws on where the tests' function threw
  void finish();
 private:
  Writer answer_;
  void serve_until_answer();
};

// What a message holds of an argument: an object by its address, anything else as it is.
template <class A>
struct Slot {
  using T = Bare<A>;
  static constexpr bool by_address = IsObject<T>::value && std::is_reference_v<A>;
  using Held = std::conditional_t<by_address, T*, T>;
  static constexpr bool changed = std::is_lvalue_reference_v<A> && !std::is_const_v<std::remove_reference_t<A>> &&
                                  !IsObject<T>::value;
  Held held;
  T& value() {
    if constexpr (by_address) {
      if (!held) broken("an object that is not there");
      return *held;
    } else {
      return held;
    }
  }
  void back(Writer& out) {
    if constexpr (changed) Codec<T>::put(out, held);
  }
};

template <class R, class... A>
struct Calling {
  // Reads the arguments, calls, writes what came of it.
  template <class F>
  static void serve_with(Reader& in, Writer& out, const F& callee) {
    serve_with(in, out, callee, std::index_sequence_for<A...>());
  }
  // Writes the arguments, waits, reads what came of it.
  template <class Asking>
  static Bare<R> ask_with(Asking& call, std::remove_reference_t<A>&... given) {
    (Codec<Bare<A>>::put(call.out, given), ...);
    call.send();
    (back<A>(call.in, given), ...);
    if constexpr (std::is_void_v<R>) {
      call.finish();
    } else {
      Bare<R> result = Codec<Bare<R>>::get(call.in);
      call.finish();
      return result;
    }
  }
  static R ask(uint32_t number, A... given) {
    Borrowed call(number);
    return ask_with(call, given...);
  }

 private:
  template <size_t I, class T>
  struct Nth : Slot<T> {};
  template <class I, class... T>
  struct Slots;
  template <size_t... I, class... T>
  struct Slots<std::index_sequence<I...>, T...> : Nth<I, T>... {};
  template <size_t I, class T>
  static Slot<T>& pick(Nth<I, T>& slot) { return slot; }
  template <class T>
  static void back(Reader& in, std::remove_reference_t<T>& given) {
    if constexpr (Slot<T>::changed) given = Codec<Bare<T>>::get(in);
  }
  template <class F, size_t... I>
  static void serve_with(Reader& in, Writer& out, const F& callee, std::index_sequence<I...>) {
    Slots<std::index_sequence<I...>, A...> held{{{Codec<typename Slot<A>::Held>::get(in)}}...};
    in.settle();
    if constexpr (std::is_void_v<R>) {
      callee(static_cast<A&&>(pick<I>(held).value())...);
      (pick<I>(held).back(out), ...);
    } else {
      auto&& result = callee(static_cast<A&&>(pick<I>(held).value())...);
      (pick<I>(held).back(out), ...);
      Codec<Bare<R>>::put(out, result);
    }
    static_cast<void>(held);
  }
};

// A value that is filled field by field, whatever its constructors want.
template <class T>
union Store {
  T value;
  Store() { __builtin_memset(static_cast<void*>(&value), 0, sizeof value); }
  ~Store() { value.~T(); }
};
template <class T>
void put_field(Writer& out, const T& field) { TypeOf<T>::put_one(out, &field); }
template <class T>
void get_field(Reader& in, T& field) {
  if constexpr (std::is_array_v<T>) TypeOf<T>::get_one(in, &field);
  else new (&field) T(Codec<T>::get(in));
}

// A plain function pointer has no room for the number of the function it stands for: there are a few of each type.
template <class R, class... A>
struct Codec<R (*)(A...), void> {
  using Pointer = R (*)(A...);
  static constexpr size_t most = 8;
  static void serve(Reader& in, Writer& out, const void* callee) {
    Calling<R, A...>::serve_with(in, out, reinterpret_cast<Pointer>(const_cast<void*>(callee)));
    out.settle();
  }
  static void put(Writer& out, Pointer value) {
    out.count(value ? lend(reinterpret_cast<const void*>(value), serve) + 1 : 0);
  }
  static Pointer get(Reader& in) {
    uint32_t number = 0;
    in.raw(&number, sizeof number);
    if (number == 0) return nullptr;
    for (size_t i = 0; i < used; ++i)
      if (numbers[i] == number - 1) return trampolines(std::make_index_sequence<most>())[i];
    numbers[used % most] = number - 1;
    size_t mine = used % most;
    if (used < most) ++used;
    return trampolines(std::make_index_sequence<most>())[mine];
  }

 private:
  static inline uint32_t numbers[most] = {};
  static inline size_t used = 0;
  template <size_t I>
  static R jump(A... given) { return Calling<R, A...>::ask(numbers[I], static_cast<A>(given)...); }
  template <size_t... I>
  static const Pointer* trampolines(std::index_sequence<I...>) {
    static const Pointer all[] = {jump<I>...};
    return all;
  }
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
