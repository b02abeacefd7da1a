// The candidate's side of the link: waits for calls and makes them.
#define ACRISOL_SIDE 1
#include "guest.hpp"

#include <cxxabi.h>

#include <exception>
#include <stdexcept>
#include <typeinfo>

#include "link.hpp"

namespace acrisol {

const Serve* calls = nullptr;
uint32_t call_count = 0;
const Catcher* catchers = nullptr;
uint32_t catcher_count = 0;

static int depth = 0;

[[noreturn]] void broken(const char* what) {
  dprintf(2, "acrisol: %s\n", what);
  _exit(3);
}

void changing(char*) {}

// A callback of the tests' threw: the exception waits in their process while the candidate's code unwinds.
struct PassingOn {};

Borrowed::Borrowed(uint32_t number) {
  begin(out);
  out.byte(CALLBACK);
  out.count(number);
}

void Borrowed::send() {
  out.settle();
  if (!send_message(out)) _exit(0);
  serve_until_answer();
}

void Borrowed::serve_until_answer() {
  for (;;) {
    if (!receive_message(answer_, in)) _exit(0);
    unsigned char kind = in.byte();
    if (kind == PASSED_ON) throw PassingOn();
    if (kind == ANSWER) return;
    serve_one(in, kind);
  }
}

void Borrowed::finish() { in.settle(); }

static std::string name_of(const std::type_info& type) {
  int status = 0;
  char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string text = name ? name : type.name();
  free(name);
  return text;
}

static const char* std_base(const std::exception& error) {
#define ACRISOL_BASE(kind) \
  if (dynamic_cast<const std::kind*>(&error)) return #kind;
  ACRISOL_BASE(invalid_argument)
  ACRISOL_BASE(domain_error)
  ACRISOL_BASE(length_error)
  ACRISOL_BASE(out_of_range)
  ACRISOL_BASE(logic_error)
  ACRISOL_BASE(range_error)
  ACRISOL_BASE(overflow_error)
  ACRISOL_BASE(underflow_error)
  ACRISOL_BASE(runtime_error)
  ACRISOL_BASE(bad_array_new_length)
  ACRISOL_BASE(bad_alloc)
  ACRISOL_BASE(bad_cast)
  ACRISOL_BASE(bad_exception)
#undef ACRISOL_BASE
  const std::string name = name_of(typeid(error));
  if (name == "std::bad_optional_access") return "bad_optional_access";
  if (name == "std::bad_variant_access") return "bad_variant_access";
  if (name == "std::bad_function_call") return "bad_function_call";
  return "exception";
}

static void put_thrown(Writer& out) {
  for (uint32_t i = 0; i < catcher_count; ++i) {
    if (const char* what = catchers[i].what()) {
      out.byte('o');
      put_text(out, catchers[i].name);
      put_text(out, what);
      return;
    }
  }
  try {
    throw;
  } catch (const std::exception& error) {
    out.byte('e');
    put_text(out, std_base(error));
    put_text(out, error.what() ? error.what() : "");
  } catch (int value) {
    out.byte('i');
    out.raw(&value, sizeof value);
  } catch (double value) {
    out.byte('d');
    out.raw(&value, sizeof value);
  } catch (const char* value) {
    out.byte('c');
    put_text(out, value ? value : "");
  } catch (const std::string& value) {
    out.byte('s');
    put_text(out, value);
  } catch (...) {
    out.byte('u');
    put_text(out, name_of(*abi::__cxa_current_exception_type()));
  }
}

void serve_one(Reader& in, unsigned char kind) {
  Writer out;
  begin(out);
  if (kind == PING) {
    out.byte(ANSWER);
  } else {
    if (kind != CALL) broken("no call");
    if (depth == 0) touched.clear();
    uint32_t call;
    in.raw(&call, sizeof call);
    if (call >= call_count) broken("no such call");
    ++depth;
    try {
      out.byte(ANSWER);
      calls[call](in, out);
      out.settle();
    } catch (const PassingOn&) {
      begin(out);
      out.byte(PASSED_ON);
    } catch (...) {
      begin(out);
      out.byte(THROWN);
      put_thrown(out);
    }
    --depth;
  }
  fflush(stdout);
  if (!send_message(out)) _exit(0);
}

uint32_t lend(const void*, Function) { broken("a function that the candidate gives away"); }

struct HeldObject {
  void* object;
  Kind kind;
  bool owned;
};
static std::vector<HeldObject>& objects = *new std::vector<HeldObject>(1);
static std::map<void*, uint32_t>& object_numbers = *new std::map<void*, uint32_t>;

uint32_t hold(void* object, const Kind& kind, bool owned) {
  if (!object) return 0;
  auto known = object_numbers.find(object);
  if (known != object_numbers.end() && objects[known->second].kind.identity == kind.identity) {
    objects[known->second].owned |= owned;
    return known->second;
  }
  objects.push_back({object, kind, owned});
  uint32_t number = static_cast<uint32_t>(objects.size() - 1);
  object_numbers[object] = number;
  return number;
}

void* held(uint32_t number, const void* wanted) {
  if (number == 0) return nullptr;
  if (number >= objects.size() || !objects[number].object) broken("no such object");
  void* found = objects[number].kind.upcast(objects[number].object, wanted);
  if (!found) broken("an object of another class");
  return found;
}

void drop(uint32_t number) {
  if (number == 0 || number >= objects.size() || !objects[number].object) return;
  HeldObject gone = objects[number];
  objects[number].object = nullptr;
  object_numbers.erase(gone.object);
  if (gone.owned) gone.kind.drop(gone.object);
}

static bool start() {
  take_link();
  dup2(2, 1);  // what the candidate prints is no answer
  setvbuf(stdout, nullptr, _IOLBF, 4096);
  return true;
}

// Behind everything that it needs; this object is linked first, so it comes before the candidate's.
static const bool started = start();

}  // namespace acrisol

int main() {
  using namespace acrisol;
  Writer store;
  begin(store);
  store.byte(READY);
  if (!send_message(store)) _exit(0);
  for (;;) {
    Reader in;
    if (!receive_message(store, in)) _exit(0);
    serve_one(in, in.byte());
  }
}
