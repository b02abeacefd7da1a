// Values that are close to a given one and differ from it.
#ifndef ACRISOL_EDITING_HPP
#define ACRISOL_EDITING_HPP
#include "acrisol.hpp"

namespace acrisol {

extern "C" ptrdiff_t getrandom(void*, size_t, unsigned);

// A number below a limit that the candidate cannot foresee.
inline size_t chance(size_t limit) {
  uint32_t drawn = 0;
  if (getrandom(&drawn, sizeof drawn, 0) != static_cast<ptrdiff_t>(sizeof drawn)) broken("no chance");
  return drawn % limit;
}

// ---- which types can be edited

struct Editor {
  bool changed = false;
  template <class T>
  void operator()(T& value);
};
template <class T, class = void>
constexpr bool has_fields = false;  // a struct of the candidate's with public fields
template <class T>
constexpr bool has_fields<T, std::void_t<decltype(T::acrisol_fields(std::declval<T&>(), std::declval<Editor&>()))>> = true;
template <class T, class = void>
constexpr bool is_pair = false;
template <class T>
constexpr bool is_pair<T, std::void_t<typename T::first_type, typename T::second_type>> = true;
template <class T, class = void>
constexpr bool holds_items = false;
template <class T>
constexpr bool holds_items<T, std::void_t<typename T::value_type, decltype(std::declval<T&>().begin())>> =
    std::is_copy_constructible_v<typename T::value_type>;
template <class T, class = void>
constexpr bool grows = false;
template <class T>
constexpr bool grows<T, std::void_t<decltype(std::declval<T&>().insert(std::declval<T&>().begin(),
                                                                       std::declval<const typename T::value_type&>())),
                                    decltype(std::declval<T&>().erase(std::declval<T&>().begin()))>> = true;
template <class T, class = void>
constexpr bool may_be_empty = false;  // an optional
template <class T>
constexpr bool may_be_empty<T, std::void_t<decltype(*std::declval<T&>()), decltype(std::declval<T&>().has_value())>> = true;
template <class T>
constexpr bool is_text = std::is_same_v<T, const char*> || std::is_same_v<T, char*>;
template <class T, class = void>
constexpr bool is_view = false;  // a text that cannot be changed in place
template <class T>
constexpr bool is_view<T, std::void_t<decltype(std::declval<T&>().remove_prefix(1)), decltype(T("", 0))>> = true;

template <class T>
constexpr bool can_be_edited = !IsObject<T>::value && std::is_copy_constructible_v<T> &&
                               (std::is_arithmetic_v<T> || std::is_enum_v<T> || has_fields<T> || is_pair<T> ||
                                holds_items<T> || may_be_empty<T> || is_text<T>);

// Whether a copy can be kept for later: what only shows where something is, cannot.
template <class T>
constexpr bool can_be_kept = can_be_edited<T> && !is_text<T> && !is_view<T>;

// ---- how they are edited; false: it could not be

template <class T>
bool edit(T& value);

// Keeps the sign, for a number is not to be told from others by its size.
template <class T>
bool edit_number(T& value) {
  const T step = static_cast<T>(1 + chance(12)), before = value;
  const bool down = chance(2) == 0 && value >= step;
  if constexpr (std::is_integral_v<T>) {
    using Wide = unsigned long long;
    value = static_cast<T>(down ? Wide(value) - Wide(step) : Wide(value) + Wide(step));
  } else {
    value = down ? value - step : value + step;
    if (value == before) value = value / 2;
  }
  return value != before;
}

// Made from items that are there already, so that a text stays one of the same letters.
template <class T>
bool edit_items(T& value) {
  size_t count = 0;
  for (auto at = value.begin(); at != value.end(); ++at) ++count;
  auto one = value.begin(), two = value.begin();
  if (count) for (size_t left = chance(count); left > 0; --left) ++one;
  if (count) for (size_t left = chance(count); left > 0; --left) ++two;
  constexpr bool in_place = std::is_same_v<decltype(*value.begin()), typename T::value_type&>;
  constexpr bool letters = std::is_same_v<typename T::value_type, char>;
  if constexpr (in_place) {
    if (count && (!grows<T> || chance(2) == 0)) {
      if constexpr (letters) {
        if (*one != *two) return *one = *two, true;
      } else if (edit(*one)) {
        return true;
      }
    }
  }
  if constexpr (grows<T>) {
    if (count == 0) {
      if constexpr (letters) return value.insert(value.begin(), 'x'), true;
      else if constexpr (std::is_default_constructible_v<typename T::value_type>)
        return value.insert(value.begin(), typename T::value_type()), true;
      else return false;
    }
    if (chance(2) == 0) {
      typename T::value_type copy = *two;
      value.insert(one, copy);
      size_t now = 0;
      for (auto at = value.begin(); at != value.end(); ++at) ++now;
      if (now != count) return true;
      one = value.begin();
    }
    value.erase(one);
    return true;
  }
  return false;
}

// A text with a letter less or one twice; it stays, as whoever gets it may keep it.
inline char* edited_text(const char* text, size_t size, size_t& now) {
  char* made = new char[size + 2];
  const size_t at = size ? chance(size) : 0;
  const bool more = size == 0 || chance(2) == 0;
  now = more ? size + 1 : size - 1;
  for (size_t i = 0; i < now; ++i) made[i] = size == 0 ? 'x' : more ? text[i <= at ? i : i - 1] : text[i < at ? i : i + 1];
  made[now] = 0;
  return made;
}

template <class T>
bool edit(T& value) {
  size_t now = 0;
  if constexpr (std::is_const_v<T>) {
    return false;
  } else if constexpr (std::is_same_v<T, bool>) {
    return value = !value, true;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return edit_number(value);
  } else if constexpr (std::is_enum_v<T>) {
    using Number = std::underlying_type_t<T>;
    return value = static_cast<T>(static_cast<Number>(value) == 0 ? 1 : 0), true;
  } else if constexpr (has_fields<T>) {
    Editor editor;
    T::acrisol_fields(value, editor);
    return editor.changed;
  } else if constexpr (std::is_array_v<T>) {
    bool changed = false;
    for (auto& item : value) changed |= edit(item);
    return changed;
  } else if constexpr (is_pair<T>) {
    const bool changed = edit(value.first);
    return edit(value.second) || changed;
  } else if constexpr (is_view<T>) {
    const char* made = edited_text(value.data(), value.size(), now);
    return value = T(made, now), true;
  } else if constexpr (holds_items<T>) {
    return edit_items(value);
  } else if constexpr (may_be_empty<T>) {
    return value.has_value() && edit(*value);
  } else if constexpr (is_text<T>) {
    return value && (value = edited_text(value, __builtin_strlen(value), now), true);
  } else {
    return false;
  }
}

template <class T>
void Editor::operator()(T& value) {
  changed |= edit(value);
}

}  // namespace acrisol
#endif
