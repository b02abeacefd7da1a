// Calls in both directions: of the candidate by the tests, and of functions that the tests gave it.
#ifndef ACRISOL_CALLING_HPP
#define ACRISOL_CALLING_HPP
#include "acrisol.hpp"

namespace acrisol {

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

}  // namespace acrisol
#endif
