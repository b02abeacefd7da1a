// A plug-in for GCC, loaded only when headers are compiled ahead: `#pragma acrisol instantiate` instantiates every
// template that the header's own functions use, there and then.
//
// GCC otherwise keeps the list of them in the compiled header, and works it off again in each program that includes
// it: 90 ms for <string> and <vector> before a program has a line of its own. clang has
// -fpch-instantiate-templates for this; GCC has only the function, which its plug-ins may call.
struct cpp_reader;

extern "C" {
int plugin_is_GPL_compatible;
}
void instantiate_pending_templates(int retries);
void c_register_pragma(const char* space, const char* name, void (*handler)(cpp_reader*));
extern "C" void register_callback(const char* plugin, int event, void (*callback)(void*, void*), void* data);

namespace {
constexpr int pragmas_event = 15;  // PLUGIN_PRAGMAS of gcc/plugin.def

void instantiate(cpp_reader*) { instantiate_pending_templates(0); }
void add_pragma(void*, void*) { c_register_pragma("acrisol", "instantiate", instantiate); }
}  // namespace

extern "C" int plugin_init(void*, void*) {
  register_callback("instantiate", pragmas_event, add_pragma, nullptr);
  return 0;
}
