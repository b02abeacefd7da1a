// Where tests and candidate share a process: this one is above it, and it alone can write a report.
// parent PROGRAM; the program writes report lines without a nonce to descriptor 3.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const std::string without = "{\"nonce\":\"\",";
static const std::string is_end = without + "\"end\":true,";

int main(int, char** argv) {
  prctl(PR_SET_DUMPABLE, 0);  // closes this process's files in /proc to the other
  const char* given = getenv("ACRISOL_NONCE");
  const std::string nonce = given ? given : "";
  unsetenv("ACRISOL_NONCE");
  int ends[2];
  if (pipe(ends) != 0) return 4;
  const pid_t child = fork();
  if (child < 0) return 4;
  if (child == 0) {
    if (ends[1] != 3) dup2(ends[1], 3);
    if (ends[0] > 3) close(ends[0]);
    if (ends[1] > 3) close(ends[1]);
    execv(argv[1], argv + 1);
    _exit(4);
  }
  close(ends[1]);
  std::string kept;
  char buffer[65536];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0 && kept.size() < (size_t(4) << 20);)
    kept.append(buffer, static_cast<size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  for (size_t at = 0, next; (next = kept.find('\n', at)) != std::string::npos; at = next + 1) {
    const std::string line = kept.substr(at, next - at);
    if (line.compare(0, without.size(), without) != 0) continue;
    if (line.compare(0, is_end.size(), is_end) == 0 && code != 0) break;  // it did not end as it said
    fprintf(stderr, "\n{\"nonce\":\"%s\",%s\n", nonce.c_str(), line.c_str() + without.size());
  }
  return code;
}
