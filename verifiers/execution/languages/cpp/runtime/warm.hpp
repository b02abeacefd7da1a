// What most programs do with the commonest types, done once when a header is compiled ahead: a template that is
// instantiated in here costs the programs that use it nothing but its code. None of this is ever called.
namespace acrisol {
template <class T>
void warm_values(Writer& out, Reader& in) {
  Codec<T>::put(out, Codec<T>::get(in));
}
#if defined(_GLIBCXX_VECTOR)
template <class T>
void warm_list(Writer& out, Reader& in, const T& x) {
  using L = std::vector<T>;
  L a = {x, x}, b(a), c(std::move(a)), d(3), e(3, x), f(b.begin(), b.end());
  const L& k = b;
  a = b;
  b = std::move(c);
  a = {x};
  a.push_back(x);
  a.push_back(T(x));
  a.emplace_back(x);
  a.insert(a.begin(), x);
  a.insert(a.end(), b.begin(), b.end());
  a.erase(a.begin());
  a.erase(a.begin(), a.end());
  a.resize(2);
  a.resize(2, x);
  a.reserve(2);
  a.pop_back();
  a.clear();
  a.swap(b);
  static_cast<void>(a == b);
  static_cast<void>(a != b);
  static_cast<void>(a < b);
  static_cast<void>(a[0] == k[0]);
  static_cast<void>(a.at(0) == k.at(0));
  static_cast<void>(a.front() == k.front());
  static_cast<void>(a.back() == k.back());
  static_cast<void>(k.size() + k.empty());
  for (auto& y : a) static_cast<void>(y);
  for (const auto& y : k) static_cast<void>(y);
  static_cast<void>(a.end() - a.begin() + 1);
  static_cast<void>(k.end() - k.begin());
  static_cast<void>(a.rbegin() != a.rend());
#if defined(_GLIBCXX_ALGORITHM)
  std::sort(a.begin(), a.end());
  std::reverse(a.begin(), a.end());
  static_cast<void>(std::max(x, x) == std::min(x, x));
  static_cast<void>(std::find(a.begin(), a.end(), x) == std::max_element(a.begin(), a.end()));
  static_cast<void>(std::min_element(a.begin(), a.end()));
  static_cast<void>(std::count(a.begin(), a.end(), x));
#endif
  warm_values<L>(out, in);
}
#endif
inline void warm(Writer& out, Reader& in) {
#if defined(_GLIBCXX_VECTOR)
  warm_list<int>(out, in, 1);
  warm_list<float>(out, in, 1);
  warm_list<double>(out, in, 1);
  warm_list<std::vector<int>>(out, in, {1});
#endif
#if defined(_GLIBCXX_STRING)
  std::string s = "x", t = s;
  s += t;
  s += 'c';
  s += "x";
  s = s + t + "x" + 'c';
  s = "x" + s;
  s = 'c' + s;
  s = "x";
  s = t;
  s.push_back('c');
  s.append("x");
  s.insert(0, "x");
  s.erase(0, 1);
  s.length();
  for (char& c : s) static_cast<void>(c);
  for (char c : t) static_cast<void>(c);
  static_cast<void>(s == t && s == "x" && s != t && s != "x" && s < t && s[0] == t.at(0));
  static_cast<void>(s.substr(0, 1) + std::to_string(1) + std::to_string(1LL) + std::to_string(1.0));
  static_cast<void>(s.find("x") + s.find('x') + std::stoi(s) + std::stod(s));
  static_cast<void>(std::string(3, 'x') + std::string(s.begin(), s.end()));
  warm_values<std::string>(out, in);
#if defined(_GLIBCXX_ALGORITHM)
  std::reverse(s.begin(), s.end());
  std::sort(s.begin(), s.end());
#endif
#if defined(_GLIBCXX_VECTOR)
  warm_list<std::string>(out, in, s);
#endif
#endif
  warm_values<int>(out, in);
  warm_values<bool>(out, in);
  warm_values<double>(out, in);
}
}  // namespace acrisol
#pragma acrisol instantiate
