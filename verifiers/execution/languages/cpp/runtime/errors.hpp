// What the candidate threw, thrown again in the tests' process. Part of judge.cpp.
#pragma once
#include <cxxabi.h>

#include <functional>
#include <new>
#include <optional>
#include <stdexcept>
#include <typeinfo>
#include <variant>

#include "asking.hpp"
#include "report.hpp"

namespace acrisol {

static void raise_std(const std::string& name, const std::string& what) {
#define ACRISOL_RAISE(kind) \
  if (name == #kind) throw std::kind(what);
  ACRISOL_RAISE(runtime_error)
  ACRISOL_RAISE(invalid_argument)
  ACRISOL_RAISE(out_of_range)
  ACRISOL_RAISE(logic_error)
  ACRISOL_RAISE(domain_error)
  ACRISOL_RAISE(length_error)
  ACRISOL_RAISE(range_error)
  ACRISOL_RAISE(overflow_error)
  ACRISOL_RAISE(underflow_error)
#undef ACRISOL_RAISE
#define ACRISOL_RAISE(kind) \
  if (name == #kind) throw std::kind();
  ACRISOL_RAISE(bad_array_new_length)
  ACRISOL_RAISE(bad_alloc)
  ACRISOL_RAISE(bad_cast)
  ACRISOL_RAISE(bad_optional_access)
  ACRISOL_RAISE(bad_variant_access)
  ACRISOL_RAISE(bad_function_call)
#undef ACRISOL_RAISE
}

// An exception of a class that the tests do not know more of than that it is one.
struct Unknown : std::exception {
  std::string text;
  explicit Unknown(std::string said) : text(std::move(said)) {}
  const char* what() const noexcept override { return text.c_str(); }
};

void Ask::rethrow() {
  unsigned char kind = in.byte();
  if (kind == 'i') throw get<int>(in);
  if (kind == 'd') throw get<double>(in);
  std::string text = get_text(in);
  if (kind == 'c') throw static_cast<const char*>((new std::string(text))->c_str());
  if (kind == 's') throw text;
  if (kind == 'u') throw Made();
  std::string what = get_text(in);
  if (kind == 'o')
    for (uint32_t i = 0; i < thrower_count; ++i)
      if (text == throwers[i].name) throwers[i].raise(what.c_str());
  if (kind == 'e') raise_std(text, what);
  throw Unknown(what);
}

std::string thrown() {
  try {
    throw;
  } catch (const std::exception& error) {
    int status = 0;
    char* name = abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr, &status);
    std::string text = std::string(name && std::string(name).find("acrisol") == std::string::npos ? name : "an exception");
    free(name);
    return text + " (" + error.what() + ")";
  } catch (const std::string& value) {
    return "text (" + value + ")";
  } catch (const char* value) {
    return std::string("text (") + value + ")";
  } catch (int value) {
    return "the number " + std::to_string(value);
  } catch (...) {
    return "something";
  }
}

}  // namespace acrisol
