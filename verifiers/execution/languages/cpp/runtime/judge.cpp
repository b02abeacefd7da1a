// The tests' side of the link: asks the candidate, and writes the report. No code of the candidate is in here.
#define ACRISOL_SIDE 0
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

#include "asking.hpp"
#include "errors.hpp"
#include "report.hpp"
#include "sections.hpp"

extern "C" {
__attribute__((weak)) void __sanitizer_set_death_callback(void (*)());
__attribute__((weak)) void __asan_set_error_report_callback(void (*)(const char*));
void __assert_fail(const char*, const char*, unsigned, const char*) noexcept;
}

namespace acrisol {

const Thrower* throwers = nullptr;
uint32_t thrower_count = 0;

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
  parts.clear();
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

extern "C" void acrisol_part(const volatile void* base, size_t size) {
  acrisol::parts.push_back({static_cast<char*>(const_cast<void*>(base)), size});
}

extern "C" void __assert_fail(const char* text, const char* path, unsigned line, const char*) noexcept {
  acrisol::failed(path, static_cast<int>(line), std::string("assertion failed: ") + text);
  acrisol::leave();
}
