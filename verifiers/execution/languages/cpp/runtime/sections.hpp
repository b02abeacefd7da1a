// Running the tests of a framework, each once for every leaf of its sections. Part of judge.cpp.
#pragma once
#include "report.hpp"

namespace acrisol {

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

}  // namespace acrisol
