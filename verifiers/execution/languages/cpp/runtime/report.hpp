// The report: one line of JSON a test, to a descriptor that nobody else has. Part of judge.cpp.
#pragma once
#include "judging.hpp"
#include "link.hpp"

namespace acrisol {

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

}  // namespace acrisol
