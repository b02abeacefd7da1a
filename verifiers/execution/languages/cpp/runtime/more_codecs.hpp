// How the rarer values of the standard library cross; the second part of codecs.hpp.
#if (defined(_GLIBCXX_FUNCTIONAL) || defined(_GLIBCXX_STD_FUNCTION_H)) && !defined(ACRISOL_FUNCTION)
#define ACRISOL_FUNCTION
namespace acrisol {
template <class R, class... A>
struct Codec<std::function<R(A...)>> {
  using Value = std::function<R(A...)>;
  static void serve(Reader& in, Writer& out, const void* callee) {
    Calling<R, A...>::serve_with(in, out, *static_cast<const Value*>(callee));
    out.settle();
  }
  // The candidate may keep the function, so the tests' side keeps it too.
  static void put(Writer& out, const Value& value) { out.count(value ? lend(new Value(value), serve) + 1 : 0); }
  static Value get(Reader& in) {
    uint32_t number = 0;
    in.raw(&number, sizeof number);
    if (number == 0) return nullptr;
    return [number](A... given) -> R { return Calling<R, A...>::ask(number - 1, static_cast<A>(given)...); };
  }
};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_STACK) && !defined(ACRISOL_STACK)
#define ACRISOL_STACK
namespace acrisol {
template <class T, class C>
struct Codec<std::stack<T, C>> {
  struct Open : std::stack<T, C> {
    const C& items() const { return this->c; }
  };
  static void put(Writer& out, const std::stack<T, C>& value) {
    Codec<C>::put(out, static_cast<const Open&>(value).items());
  }
  static std::stack<T, C> get(Reader& in) { return std::stack<T, C>(Codec<C>::get(in)); }
};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_QUEUE) && !defined(ACRISOL_QUEUE)
#define ACRISOL_QUEUE
namespace acrisol {
template <class T, class C>
struct Codec<std::queue<T, C>> {
  struct Open : std::queue<T, C> {
    const C& items() const { return this->c; }
  };
  static void put(Writer& out, const std::queue<T, C>& value) {
    Codec<C>::put(out, static_cast<const Open&>(value).items());
  }
  static std::queue<T, C> get(Reader& in) { return std::queue<T, C>(Codec<C>::get(in)); }
};
}  // namespace acrisol
#endif

#if (defined(BOOST_ANY_INCLUDED) || defined(_GLIBCXX_ANY)) && !defined(ACRISOL_BOXES)
#define ACRISOL_BOXES
namespace acrisol {
// A box of any type holds one of these, or it is not carried.
template <class Any, class Cast, class... T>
struct Box {
  static void put(Writer& out, const Any& value) { put_as<Any, 1, T...>(out, value); }
  static Any get(Reader& in) { return get_as<Any, 1, T...>(in, in.byte()); }

 private:
  template <class A, int I>
  static void put_as(Writer& out, const A& value) {
    if (!Cast::empty(value)) broken("a box that holds neither numbers, text nor lists of them");
    out.byte(0);
  }
  template <class A, int I, class First, class... Rest>
  static void put_as(Writer& out, const A& value) {
    if (const First* item = Cast::template as<First>(value)) {
      out.byte(I);
      if constexpr (std::is_same_v<First, const char*>) Codec<std::string>::put(out, *item);
      else Codec<First>::put(out, *item);
    } else {
      put_as<A, I + 1, Rest...>(out, value);
    }
  }
  template <class A, int I>
  static A get_as(Reader&, int index) {
    if (index != 0) broken("a box of no known kind");
    return A();
  }
  template <class A, int I, class First, class... Rest>
  static A get_as(Reader& in, int index) {
    if (index != I) return get_as<A, I + 1, Rest...>(in, index);
    if constexpr (std::is_same_v<First, const char*>) {
      return static_cast<const char*>((new std::string(Codec<std::string>::get(in)))->c_str());
    } else {
      return Codec<First>::get(in);
    }
  }
};
#define ACRISOL_BOXED_PLAIN \
  int, double, std::string, bool, char, float, long, long long, unsigned, unsigned long, const char*
#if defined(_GLIBCXX_VECTOR)  // last, so that both programs count alike
#define ACRISOL_BOXED ACRISOL_BOXED_PLAIN, std::vector<int>, std::vector<double>, std::vector<std::string>
#else
#define ACRISOL_BOXED ACRISOL_BOXED_PLAIN
#endif
}  // namespace acrisol
#endif

#if defined(BOOST_ANY_INCLUDED) && defined(_GLIBCXX_STRING) && !defined(ACRISOL_BOOST_ANY)
#define ACRISOL_BOOST_ANY
namespace acrisol {
struct BoostCast {
  static bool empty(const boost::any& value) { return value.empty(); }
  template <class T>
  static const T* as(const boost::any& value) { return boost::any_cast<T>(&value); }
};
template <>
struct Codec<boost::any> : Box<boost::any, BoostCast, ACRISOL_BOXED> {};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_ANY) && defined(_GLIBCXX_STRING) && !defined(ACRISOL_STD_ANY)
#define ACRISOL_STD_ANY
namespace acrisol {
struct StdCast {
  static bool empty(const std::any& value) { return !value.has_value(); }
  template <class T>
  static const T* as(const std::any& value) { return std::any_cast<T>(&value); }
};
template <>
struct Codec<std::any> : Box<std::any, StdCast, ACRISOL_BOXED> {};
}  // namespace acrisol
#endif
