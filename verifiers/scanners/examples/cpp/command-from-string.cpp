#include <cstdlib>
#include <string>

void list(const std::string &folder) {
    // ruleid: cpp.command-from-string
    system(("ls " + folder).c_str());
    std::string command = "ls " + folder;
    // ruleid: cpp.command-from-string
    std::system(command.c_str());
    // ok: cpp.command-from-string
    std::system("ls -l");
}
