// How the standard library's values cross. Included again after more headers were: each part comes once,
// as soon as its header is there.
#include "calling.hpp"

#if defined(_GLIBCXX_STRING) && !defined(ACRISOL_STRING)
#define ACRISOL_STRING
namespace acrisol {
template <class C>
struct Codec<std::basic_string<C>> {
  static void put(Writer& out, const std::basic_string<C>& value) {
    out.count(value.size());
    out.raw(value.data(), value.size() * sizeof(C));
  }
  static std::basic_string<C> get(Reader& in) {
    std::basic_string<C> value(in.count(), C());
    in.raw(&value[0], value.size() * sizeof(C));
    return value;
  }
};
#if defined(_GLIBCXX_STRING_VIEW)
template <>
struct Codec<std::string_view> {
  static void put(Writer& out, std::string_view value) {
    out.count(value.size());
    out.raw(value.data(), value.size());
  }
  // Whoever gets a view may keep it, so the characters stay.
  static std::string_view get(Reader& in) { return *new std::string(Codec<std::string>::get(in)); }
};
#endif
}  // namespace acrisol
#endif

#if !defined(ACRISOL_SEQUENCES)
#define ACRISOL_SEQUENCES
namespace acrisol {
template <class C, class T>
struct Sequence {
  static void put(Writer& out, const C& value) {
    size_t size = 0;
    for (auto at = value.begin(); at != value.end(); ++at) ++size;
    out.count(size);
    for (const auto& item : value) Codec<T>::put(out, item);
  }
  static C get(Reader& in) {
    C value;
    for (size_t left = in.count(); left > 0; --left) value.insert(value.end(), Codec<T>::get(in));
    return value;
  }
};
template <class C, class K, class V>
struct Mapping {
  static void put(Writer& out, const C& value) {
    out.count(value.size());
    for (const auto& item : value) {
      Codec<K>::put(out, item.first);
      Codec<V>::put(out, item.second);
    }
  }
  static C get(Reader& in) {
    C value;
    for (size_t left = in.count(); left > 0; --left) {
      K key = Codec<K>::get(in);
      value.emplace(std::move(key), Codec<V>::get(in));
    }
    return value;
  }
};
template <class A, class B>
struct Codec<std::pair<A, B>> {
  static void put(Writer& out, const std::pair<A, B>& value) {
    Codec<Bare<A>>::put(out, value.first);
    Codec<Bare<B>>::put(out, value.second);
  }
  static std::pair<A, B> get(Reader& in) {
    auto first = Codec<Bare<A>>::get(in);
    return std::pair<A, B>(std::move(first), Codec<Bare<B>>::get(in));
  }
};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_VECTOR) && !defined(ACRISOL_VECTOR)
#define ACRISOL_VECTOR
namespace acrisol {
template <class T>
struct Codec<std::vector<T>> {
  static void put(Writer& out, const std::vector<T>& value) {
    out.count(value.size());
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      out.raw(value.data(), value.size() * sizeof(T));
    } else {
      for (const T& item : value) Codec<T>::put(out, item);
    }
  }
  static std::vector<T> get(Reader& in) {
    size_t size = in.count();
    std::vector<T> value;
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      value.resize(size);
      in.raw(value.data(), size * sizeof(T));
    } else {
      for (; size > 0; --size) value.push_back(Codec<T>::get(in));
    }
    return value;
  }
};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_LIST) && !defined(ACRISOL_LIST)
#define ACRISOL_LIST
namespace acrisol {
template <class T>
struct Codec<std::list<T>> : Sequence<std::list<T>, T> {};
}
#endif

#if defined(_GLIBCXX_DEQUE) && !defined(ACRISOL_DEQUE)
#define ACRISOL_DEQUE
namespace acrisol {
template <class T>
struct Codec<std::deque<T>> : Sequence<std::deque<T>, T> {};
}
#endif

#if defined(_GLIBCXX_SET) && !defined(ACRISOL_SET)
#define ACRISOL_SET
namespace acrisol {
template <class T, class C>
struct Codec<std::set<T, C>> : Sequence<std::set<T, C>, T> {};
template <class T, class C>
struct Codec<std::multiset<T, C>> : Sequence<std::multiset<T, C>, T> {};
}
#endif

#if defined(_GLIBCXX_UNORDERED_SET) && !defined(ACRISOL_UNORDERED_SET)
#define ACRISOL_UNORDERED_SET
namespace acrisol {
template <class T>
struct Codec<std::unordered_set<T>> : Sequence<std::unordered_set<T>, T> {};
template <class T>
struct Codec<std::unordered_multiset<T>> : Sequence<std::unordered_multiset<T>, T> {};
}
#endif

#if defined(_GLIBCXX_MAP) && !defined(ACRISOL_MAP)
#define ACRISOL_MAP
namespace acrisol {
template <class K, class V, class C>
struct Codec<std::map<K, V, C>> : Mapping<std::map<K, V, C>, K, V> {};
template <class K, class V, class C>
struct Codec<std::multimap<K, V, C>> : Mapping<std::multimap<K, V, C>, K, V> {};
}
#endif

#if defined(_GLIBCXX_UNORDERED_MAP) && !defined(ACRISOL_UNORDERED_MAP)
#define ACRISOL_UNORDERED_MAP
namespace acrisol {
template <class K, class V>
struct Codec<std::unordered_map<K, V>> : Mapping<std::unordered_map<K, V>, K, V> {};
template <class K, class V>
struct Codec<std::unordered_multimap<K, V>> : Mapping<std::unordered_multimap<K, V>, K, V> {};
}
#endif

#if defined(_GLIBCXX_ARRAY) && !defined(ACRISOL_ARRAY)
#define ACRISOL_ARRAY
namespace acrisol {
template <class T, size_t N>
struct Codec<std::array<T, N>> {
  static void put(Writer& out, const std::array<T, N>& value) {
    for (const T& item : value) Codec<T>::put(out, item);
  }
  static std::array<T, N> get(Reader& in) {
    std::array<T, N> value{};
    for (T& item : value) item = Codec<T>::get(in);
    return value;
  }
};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_TUPLE) && !defined(ACRISOL_TUPLE)
#define ACRISOL_TUPLE
namespace acrisol {
template <class... T>
struct Codec<std::tuple<T...>> {
  static void put(Writer& out, const std::tuple<T...>& value) {
    std::apply([&](const T&... item) { (Codec<Bare<T>>::put(out, item), ...); }, value);
  }
  static std::tuple<T...> get(Reader& in) { return std::tuple<T...>{Codec<Bare<T>>::get(in)...}; }
};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_OPTIONAL) && !defined(ACRISOL_OPTIONAL)
#define ACRISOL_OPTIONAL
namespace acrisol {
template <class T>
struct Codec<std::optional<T>> {
  static void put(Writer& out, const std::optional<T>& value) {
    out.byte(value.has_value());
    if (value) Codec<T>::put(out, *value);
  }
  static std::optional<T> get(Reader& in) {
    if (!Codec<bool>::get(in)) return std::nullopt;
    return Codec<T>::get(in);
  }
};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_VARIANT) && !defined(ACRISOL_VARIANT)
#define ACRISOL_VARIANT
namespace acrisol {
template <>
struct Codec<std::monostate> {
  static void put(Writer&, std::monostate) {}
  static std::monostate get(Reader&) { return {}; }
};
template <class... T>
struct Codec<std::variant<T...>> {
  using Value = std::variant<T...>;
  static void put(Writer& out, const Value& value) {
    if (value.valueless_by_exception()) broken("a variant without a value");
    out.byte(static_cast<unsigned char>(value.index()));
    std::visit([&](const auto& item) { Codec<Bare<decltype(item)>>::put(out, item); }, value);
  }
  static Value get(Reader& in) { return pick<0>(in, in.byte()); }

 private:
  template <size_t I>
  static Value pick(Reader& in, size_t index) {
    if constexpr (I < sizeof...(T)) {
      if (index == I) return Value(std::in_place_index<I>, Codec<std::variant_alternative_t<I, Value>>::get(in));
      return pick<I + 1>(in, index);
    } else {
      broken("a variant of no known kind");
    }
  }
};
}  // namespace acrisol
#endif

#if (defined(_GLIBCXX_MEMORY) || defined(_UNIQUE_PTR_H)) && !defined(ACRISOL_UNIQUE)
#define ACRISOL_UNIQUE
namespace acrisol {
template <class T>
struct Codec<std::unique_ptr<T>> {
  static void put(Writer& out, const std::unique_ptr<T>& value) {
    out.byte(value != nullptr);
    if (value) Codec<T>::put(out, *value);
  }
  static std::unique_ptr<T> get(Reader& in) {
    if (!Codec<bool>::get(in)) return nullptr;
    return std::unique_ptr<T>(new T(Codec<T>::get(in)));
  }
};
}  // namespace acrisol
#endif

#if defined(_GLIBCXX_COMPLEX) && !defined(ACRISOL_COMPLEX)
#define ACRISOL_COMPLEX
namespace acrisol {
template <class T>
struct Codec<std::complex<T>> {
  static void put(Writer& out, const std::complex<T>& value) {
    Codec<T>::put(out, value.real());
    Codec<T>::put(out, value.imag());
  }
  static std::complex<T> get(Reader& in) {
    T real = Codec<T>::get(in);
    return {real, Codec<T>::get(in)};
  }
};
}  // namespace acrisol
#endif

#include "more_codecs.hpp"
