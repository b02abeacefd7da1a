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
  virtual Object another(bool from_the_start) = 0;  // each time a step further away
  virtual Birth* copy() const = 0;
  virtual ~Birth() {}
};
constexpr uint32_t remembered = 1024;
inline Birth* births[remembered];
template <class Make>
struct BirthBy : Birth {
  const Make make;
  Make* walking = nullptr;
  explicit BirthBy(const Make& how) : make(how) {}
  ~BirthBy() override { delete walking; }
  Object another(bool from_the_start) override {
    if (from_the_start) {
      delete walking;
      walking = new Make(make);
    }
    return (*walking)();
  }
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
      Birth* birth = birth_of_kept(number, given...);
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

 private:
  static Birth* birth_of_kept(uint32_t number, Bare<A>... kept) {
    auto make = [number, kept...]() mutable {
      if (!(edit(kept) | ...)) return Object();
      Ask again(number);
      return Calling<R, A...>::ask_with(again, kept...);
    };
    return new BirthBy<decltype(make)>(make);
  }
};

inline void dropped(uint32_t call, Object& object) {
  if (object.number == 0) return;
  const Object gone = taken(object);
  Call<void(const Object&)>::ask(call, gone);
}

// A chain of small changes in which a value has any place, so that it is not known as the middle of them.
template <class T>
struct Chain {
  static constexpr size_t most = 8;
  T* made[most];
  size_t count = 0;
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;
  explicit Chain(const T& value) {
    const size_t before = chance(most + 1);
    const T* last = &value;
    for (size_t at = 0; at < most; ++at) {
      const bool first = at == 0 || at == before;
      if (T* next = step(first ? value : *last, value, first)) last = made[count++] = next;
    }
  }
  ~Chain() {
    while (count) delete made[--count];
  }

 private:
  static T* step(const T& from, const T& value, bool first) {
    if constexpr (IsObject<T>::value) {
      Birth* birth = birth_of(value.acrisol_object);
      if (!birth) return nullptr;
      try {
        const Object other = birth->another(first);
        return other.number ? new T(other) : nullptr;
      } catch (...) {  // the constructor refuses these values
        return nullptr;
      }
    } else if constexpr (can_be_edited<T>) {
      T* next = new T(from);
      if (edit(*next)) return next;
      delete next;
    }
    return nullptr;
  }
};

template <class T>
constexpr bool is_class = IsObject<T>::value || has_fields<T>;

template <class Asking, class A, class B>
struct Answers {
  const Asking& ask;
  A& left;
  B& right;
  Chain<Bare<A>>* lefts = nullptr;
  Chain<Bare<B>>* rights = nullptr;
  ~Answers() {
    delete lefts;
    delete rights;
  }
  bool believed() {
    const size_t count[2] = {lefts ? lefts->count : 0, rights ? rights->count : 0}, all = count[0] + count[1] + 1;
    size_t order[2 * Chain<Bare<A>>::most + 1], yes[2] = {0, 0};
    for (size_t at = 0; at < all; ++at) {
      const size_t other = chance(at + 1);
      order[at] = order[other];
      order[other] = at;
    }
    for (size_t at = 0; at < all; ++at) {
      if (order[at] == 0) {
        if (!ask(left, right)) return false;
      } else if (order[at] <= count[0]) {
        yes[0] += says(*lefts->made[order[at] - 1], right, left, *lefts->made[order[at] - 1]);
      } else {
        yes[1] += says(left, *rights->made[order[at] - count[0] - 1], right, *rights->made[order[at] - count[0] - 1]);
      }
    }
    return !(count[0] && yes[0] >= count[0]) && !(count[1] && yes[1] >= count[1]);
  }

 private:
  // A yes to another number counts for all: nobody confuses numbers.
  template <class L, class R, class T>
  size_t says(L& one, R& two, const T& meant, const T& other) {
    try {
      if (!ask(one, two)) return 0;
    } catch (...) {  // what the candidate cannot compare is not equal to it
      return 0;
    }
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) return meant == other ? 0 : Chain<T>::most;
    return 1;
  }
};

// Equality as the candidate's own class has it. Other values are asked about too, on either side, in an order that
// the candidate cannot foresee: whoever says yes to all of them has not compared anything.
template <class Asking, class A, class B>
bool believed(const Asking& ask, A& left, B& right) {
  // Many objects may well equal one plain value, as all marks below 50 are an F: then only the value is another.
  constexpr bool lefts = is_class<Bare<A>> <= is_class<Bare<B>>, rights = is_class<Bare<B>> <= is_class<Bare<A>>;
  constexpr uint32_t first = 100, then_one_in = 16;  // each comparison that is looked at costs many calls
  static uint32_t comparisons = 0;
  if (comparisons++ >= first && chance(then_one_in) != 0) return ask(left, right);
  Answers<Asking, A, B> answers{ask, left, right};
  if constexpr (lefts) answers.lefts = new Chain<Bare<A>>(left);
  if constexpr (rights) answers.rights = new Chain<Bare<B>>(right);
  return answers.believed();
}

}  // namespace acrisol
#endif
