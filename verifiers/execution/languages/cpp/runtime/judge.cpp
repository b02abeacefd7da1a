// The tests' side of the link: asks the candidate, and writes the report. No code of the candidate is in here.
#define ACRISOL_SIDE 0
#include "judging.hpp"

#include <cxxabi.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

#include <functional>
#include <new>
#include <optional>
#include <stdexcept>
#include <typeinfo>
#include <variant>

#include "link.hpp"
#include "asking.hpp"

extern "C" {
__attribute__((weak)) void __sanitizer_set_death_callback(void (*)());
__attribute__((weak)) void __asan_set_error_report_callback(void (*)(const char*));
void __assert_fail(const char*, const char*, unsigned, const char*) noexcept;
}

namespace acrisol {

const Thrower* throwers = nullptr;
uint32_t thrower_count = 0;

struct Registered {
  std::string path, name;
  int line;
  void (*body)();
};
static std::vector<Registered>& tests() {
  static auto* all = new std::vector<Registered>;
  return *all;
}

// One of the tests is running, or `main` is, which is a test itself.
static std::string current, current_path;
static bool current_failed = false, current_skipped = false, ended = false, has_main = true;
static int report_to = -1;
static std::string nonce;
static std::exception_ptr passing;
static sigjmp_buf out_of_test;
static bool can_leave = false;
static std::string last_report;

static void write_report(const std::string& line) {
  const char* at = line.data();
  size_t left = line.size();
  while (left > 0) {
    ssize_t done = write(report_to, at, left);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) _exit(4);
    at += done;
    left -= static_cast<size_t>(done);
  }
}

static std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size() && i < 2000; ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    char code[8];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20 || c >= 0x7f) {  // bytes beyond ASCII are shown one by one
      snprintf(code, sizeof code, "\\u%04x", c);
      out += code;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + "\"";
}

static std::string id_of(const std::string& path, const std::string& name) {
  std::string id = path + "::" + name;
  for (char& c : id) {  // brackets mean something else in a report
    if (c == '[') c = '(';
    if (c == ']') c = ')';
  }
  return id;
}

static std::string own_path(const char* path) {
  std::string text = path;
  return text.rfind("/work/", 0) == 0 ? text.substr(6) : text.rfind("./", 0) == 0 ? text.substr(2) : text;
}

static void report(const std::string& test, const char* outcome, const std::string& why, const char* path, int line) {
  std::string text = "{\"nonce\":" + quoted(nonce) + ",\"test\":" + quoted(test) + ",\"outcome\":\"" + outcome + "\"";
  if (!why.empty()) text += ",\"message\":" + quoted(why);
  if (path) text += ",\"path\":" + quoted(own_path(path)) + ",\"line\":" + std::to_string(line);
  write_report(text + "}\n");
}

[[noreturn]] static void end_report(const char* gone) {
  ended = true;
  std::string versions = "{\"gcc\":\"" + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "\"}";
  write_report("{\"nonce\":" + quoted(nonce) + ",\"end\":true,\"gone\":" + (gone ? quoted(gone) : "null") +
               ",\"versions\":" + versions + "}\n");
  _exit(0);
}

void failed(const char* path, int line, const std::string& why) {
  current_failed = true;
  report(current, "failed", why, path, line);
}

void skip(const std::string& why) {
  if (!current_failed) report(current, "skipped", why, nullptr, 0);
  current_skipped = true;
  throw Failed();
}

[[noreturn]] static void lost(const char* gone) {
  if (!ended) failed(nullptr, 0, gone);
  end_report(gone);
}

[[noreturn]] void broken(const char* what) {
  std::string said = std::string("the candidate broke the protocol: ") + what;
  lost(said.c_str());
}

// The candidate changed memory of the tests'. If that is constant, it would have died of it.
void changing(char* at) {
  static int ends[2] = {-1, -1};
  if (ends[0] < 0 && pipe2(ends, O_CLOEXEC) != 0) return;
  char same = *at;
  if (write(ends[1], &same, 1) != 1 || read(ends[0], at, 1) == 1) return;
  if (read(ends[0], &same, 1) != 1) return;
  lost("the candidate wrote to memory that is constant");
}

// ---- asking

Ask::Ask(uint32_t call) {
  touched.clear();
  begin(out);
  out.byte(CALL);
  out.raw(&call, sizeof call);
}

struct Lent {
  const void* callee;
  Function serve;
};
static std::vector<Lent>& lent = *new std::vector<Lent>;

uint32_t lend(const void* callee, Function serve) {
  for (size_t i = 0; i < lent.size(); ++i)
    if (lent[i].callee == callee && lent[i].serve == serve) return static_cast<uint32_t>(i);
  lent.push_back({callee, serve});
  return static_cast<uint32_t>(lent.size() - 1);
}

static void serve_callback(Reader& in) {
  uint32_t number;
  in.raw(&number, sizeof number);
  if (number >= lent.size()) broken("a function that was never given");
  Writer out;
  begin(out);
  out.byte(ANSWER);
  try {
    lent[number].serve(in, out, lent[number].callee);
  } catch (...) {
    passing = std::current_exception();
    begin(out);
    out.byte(PASSED_ON);
  }
  if (!send_message(out)) lost("the candidate's process ended");
}

// The first message tells whether the candidate could be built together with its dispatcher.
static void wait_until_ready() {
  static bool ready = false;
  if (ready) return;
  ready = true;
  Writer store;
  Reader in;
  if (!receive_message(store, in)) lost("the candidate's process ended");
  unsigned char kind = in.byte();
  if (kind == UNFIT) _exit(97);
  if (kind != READY || in.at != in.end) broken("no message was waited for");
}

static std::map<uint32_t, void*>& lent_objects = *new std::map<uint32_t, void*>;

void* lent_object(uint32_t number, void* (*make)(uint32_t)) {
  auto known = lent_objects.find(number);
  if (known != lent_objects.end()) return known->second;
  return lent_objects[number] = make(number);
}

void Ask::send() {
  wait_until_ready();
  out.settle();
  if (!send_message(out)) lost("the candidate's process ended");
  for (;;) {
    Writer store;
    if (!receive_message(store, in)) lost("the candidate's process ended");
    unsigned char kind = in.byte();
    if (kind == CALLBACK) {
      serve_callback(in);
      continue;
    }
    std::swap(answer_.data, store.data);
    std::swap(answer_.size, store.size);
    std::swap(answer_.room, store.room);
    if (kind == ANSWER) return;
    if (kind == PASSED_ON && passing) std::rethrow_exception(std::exchange(passing, nullptr));
    if (kind == THROWN) rethrow();
    broken("an answer of no known kind");
  }
}

void Ask::finish() { in.settle(); }

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

// ---- tests of a framework

static std::vector<std::string> section_path;
static std::vector<std::string> sections_done;
static bool section_ran = false, section_left = false;

static bool is_done(const std::string& path) {
  for (const std::string& done : sections_done)
    if (done == path) return true;
  return false;
}

static std::string joined(const std::vector<std::string>& path) {
  std::string all;
  for (const std::string& part : path) all += "\x1f" + part;
  return all;
}

static bool leaf_closed = false;

// Each run of a test goes into one leaf that no run went into before.
Section::Section(const char* name) : entered_(false), raised_(std::uncaught_exceptions()) {
  std::vector<std::string> path = section_path;
  path.push_back(name);
  if (is_done(joined(path))) return;
  if (leaf_closed) {
    section_left = true;
    return;
  }
  entered_ = true;
  section_ran = true;
  section_left = false;
  section_path = path;
}

Section::~Section() {
  if (!entered_) return;
  // Done with all that is in it, unless something in it was left for another run.
  if (!section_left || std::uncaught_exceptions() > raised_) sections_done.push_back(joined(section_path));
  section_path.pop_back();
  leaf_closed = true;
}

static void run_once(const Registered& test) {
  can_leave = true;
  if (sigsetjmp(out_of_test, 1) == 0) {
    try {
      test.body();
    } catch (const Failed&) {
    } catch (...) {
      failed(test.path.c_str(), test.line, "threw " + thrown());
    }
  }
  can_leave = false;
}

Test::Test(const char* path, int line, const char* suite, const char* name, void (*body)()) {
  tests().push_back({own_path(path), suite ? std::string(suite) + "." + name : std::string(name), line, body});
}

int run_tests() {
  has_main = false;
  int bad = 0;
  for (const Registered& test : tests()) {
    current = id_of(test.path, test.name);
    current_path = test.path;
    current_failed = current_skipped = false;
    sections_done.clear();
    for (int runs = 0; runs < 10000; ++runs) {
      section_path.clear();
      section_ran = section_left = leaf_closed = false;
      run_once(test);
      if (!section_left || !section_ran || current_skipped) break;
    }
    if (!current_failed && !current_skipped) report(current, "passed", "", nullptr, 0);
    bad += current_failed;
  }
  current = id_of(current_path, "main");
  return bad ? 1 : 0;
}

// ---- the beginning and the end

#ifdef ACRISOL_TOGETHER
bool returned = false;  // from the tests' main
#endif

static void at_exit(int status, void*) {
  if (ended) return;
#ifdef ACRISOL_TOGETHER
  if (!returned) {
    failed(nullptr, 0, "the process was ended before the tests were done");
    _exit(status ? status : 1);
  }
#endif
  if (has_main) {
    if (status == 0 && !current_failed) report(current, "passed", "", nullptr, 0);
    else if (!current_failed) failed(nullptr, 0, "main ended with " + std::to_string(status));
  }
#ifndef ACRISOL_TOGETHER
  wait_until_ready();
  Writer out, store;
  begin(out);
  out.byte(PING);
  Reader in;
  if (!send_message(out) || !receive_message(store, in)) lost("the candidate's process ended");
  if (in.byte() != ANSWER || in.at != in.end) broken("no message was waited for");
#endif
  end_report(nullptr);
}

[[noreturn]] static void leave() {
  if (can_leave) siglongjmp(out_of_test, 1);
  exit(1);
}

static void on_signal(int number) {
  static const char* words[] = {"crashed with signal "};
  failed(nullptr, 0, words[0] + std::to_string(number));
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  if (can_leave && number == SIGABRT) {
    signal(SIGABRT, on_signal);
    siglongjmp(out_of_test, 1);
  }
  end_report(nullptr);
}

// An exception that nobody caught ends the tests' main.
[[noreturn]] static void on_terminate() {
  if (std::current_exception()) {
    failed(nullptr, 0, "threw " + thrown());
    end_report(nullptr);
  }
  abort();
}

static void on_sanitizer_report(const char* text) { last_report = text; }

static void on_sanitizer_death() {
  size_t from = last_report.find("ERROR: ");
  std::string said = from == std::string::npos ? "broke a rule of memory" : last_report.substr(from + 7);
  failed(nullptr, 0, said.substr(0, said.find('\n')));
  end_report(nullptr);
}

static bool start() {
#ifdef ACRISOL_TOGETHER  // with the candidate in here, below a parent that knows the nonce
  report_to = 3;
  const char* given = nullptr;
#else
  take_link();
  report_to = fcntl(2, F_DUPFD_CLOEXEC, 100);
  dup2(0, 1);
  dup2(0, 2);
  const char* given = getenv("ACRISOL_NONCE");
#endif
  nonce = given ? given : "";
  given = getenv("ACRISOL_MAIN");
  current_path = given ? given : "";
  current = id_of(current_path, "main");
  unsetenv("ACRISOL_NONCE");
  signal(SIGPIPE, SIG_IGN);
  for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) signal(number, on_signal);
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(on_sanitizer_death);
  if (__asan_set_error_report_callback) __asan_set_error_report_callback(on_sanitizer_report);
  std::set_terminate(on_terminate);
  on_exit(at_exit, nullptr);
  return true;
}

// Behind everything that it needs; this object is linked first, so no test begins before it.
static const bool started = start();

}  // namespace acrisol

extern "C" void __assert_fail(const char* text, const char* path, unsigned line, const char*) noexcept {
  acrisol::failed(path, static_cast<int>(line), std::string("assertion failed: ") + text);
  acrisol::leave();
}
