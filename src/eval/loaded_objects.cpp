#include "cmzmake/eval/loaded_objects.h"

#include <fmt/format.h>
#include <gnumake.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include "cmzmake/base/fatal.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/eval/evaluator.h"
#include "object_call.h"

namespace cmz {
namespace {

constexpr unsigned kMostArguments = 255;
constexpr size_t kLongestName = 255;

using Setup = int (*)(const gmk_floc* place);

// How a setup function is called "NAME_gmk_setup": the file's base name up to the first character
// that a C name cannot have.
std::string default_symbol(std::string_view file) {
  std::string_view name = file.substr(file.rfind('/') + 1);
  size_t end = 0;
  while (end < name.size() && is_function_char(name[end]) && name[end] != '.' && name[end] != '-') ++end;
  return std::string(name.substr(0, end)) + "_gmk_setup";
}

// Sets a variable for as long as it lives.
class Running {
 public:
  Running(const void*& variable, const void* value) : variable_(variable), old_(std::exchange(variable, value)) {}
  ~Running() { variable_ = old_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  const void*& variable_;
  const void* old_;
};

}  // namespace

LoadedObjects::LoadedObjects(Evaluator& evaluator) : e_(evaluator), loader_(make_object_loader()) {}
LoadedObjects::~LoadedObjects() = default;

void LoadedObjects::load(std::string_view word, bool optional, Location where) {
  std::string_view name = word;
  std::string symbol;
  const size_t open = word.find('(');
  if (open != std::string_view::npos && word.find(')', open) == word.size() - 1) {
    name = word.substr(0, open);
    symbol = word.substr(open + 1, word.size() - open - 2);
    if (symbol.empty()) throw Fatal(e_.where, fmt::format("Empty symbol name for load: {}", word));
  }

  Target& target = e_.db.target(name);
  Object* object = find(target);
  if (object == nullptr) object = &objects_.emplace_back(Object{&target, where});
  if (object->tried) return;
  const int result = set_up(*object, symbol.empty() ? default_symbol(name) : symbol, optional, where);
  if (result == 0 && !optional) throw Fatal(e_.where, fmt::format("{}: failed to load", word));
  if (result == -1 || object->remade) return;
  object->remade = true;
  target.vpath_searched = true;
  ReadMakefile makefile{&target, where};
  makefile.error = ENOENT;  // without a file there has to be a rule, even if the system found an
                            // object elsewhere
  makefile.named = makefile.is_object = true;
  e_.makefiles.push_back(makefile);
}

// Opens an object and calls its setup function. Returns what that returned, and 0 when it cannot be
// opened.
int LoadedObjects::set_up(Object& object, const std::string& symbol, bool optional, Location where) {
  const std::string name(object.target->hashed_name.view());
  object.tried = true;
  if (e_.debug) e_.debug->say(DebugLog::verbose, 0, "Loading symbol {} from {}", symbol, name);
  std::string error;
  call_object(e_, [&] { object.handle = open(name, &error); });
  if (object.handle == nullptr) {
    if (!optional)
      e_.diagnostics.bare_error(e_.where, error);
    else if (e_.debug)
      e_.debug->say(DebugLog::verbose, 0, "{}", error);
    return 0;
  }
  if (e_.debug) e_.debug->say(DebugLog::verbose, 0, "Loaded shared object {}", name);

  if (loader_->symbol(object.handle, "plugin_is_GPL_compatible", &error) == nullptr)
    throw Fatal(e_.where, fmt::format("Loaded object {} is not declared to be GPL compatible", name));
  void* const address = loader_->symbol(object.handle, symbol, &error);
  if (address == nullptr)
    throw Fatal(e_.where, fmt::format("Failed to load symbol {} from {}: {}", symbol, name, error));

  const gmk_floc place{where.known() ? e_.db.symbols.intern(where.file).c_str() : nullptr, where.line};
  int result = 0;
  {
    const Running running(running_, object.handle);
    call_object(e_, [&] { result = reinterpret_cast<Setup>(address)(&place); });
  }
  if (result == 0) return 0;

  std::string loaded = name;
  Flavor flavor = Flavor::simple;
  if (const Variable* list = e_.lookup(".LOADED")) {
    flavor = list->flavor;
    if (!list->value.empty()) loaded = name.empty() ? list->value : list->value + ' ' + name;
  }
  e_.define(e_.db.globals, ".LOADED", loaded, Origin::file, flavor, e_.where);
  return result;
}

// A name without a slash is a file here, before the system looks for it where it always does.
void* LoadedObjects::open(const std::string& name, std::string* error) {
  if (name.find('/') == std::string::npos)
    if (void* here = loader_->open("./" + name, error)) return here;
  return loader_->open(name, error);
}

LoadedObjects::Object* LoadedObjects::find(const Target& target) {
  const auto found =
      std::find_if(objects_.begin(), objects_.end(), [&](const Object& o) { return o.target == &target; });
  return found == objects_.end() ? nullptr : &*found;
}

void LoadedObjects::unload(const Target& target) {
  Object* object = find(target);
  if (object == nullptr) return;
  object->tried = false;
  object->unloaded = true;
  if (object->handle == nullptr) return;
  if (e_.debug) e_.debug->say(DebugLog::verbose, 0, "Unloading shared object {}", target.name.view());
  std::erase_if(functions_, [&](const auto& entry) { return entry.second.object == object->handle; });
  void* const handle = std::exchange(object->handle, nullptr);
  call_object(e_, [&] { loader_->close(handle); });
}

void LoadedObjects::reload() {
  for (Object& object : objects_) {
    if (!object.remade || !object.unloaded || object.tried) continue;
    object.unloaded = false;
    const PlaceGuard place(e_, object.where);
    const std::string_view name = object.target->hashed_name.view();
    // GNU Make has forgotten the symbol that the directive gave.
    if (set_up(object, default_symbol(name), false, object.where) == 0)
      throw Fatal(object.where, fmt::format("{}: failed to load", name));
  }
}

void LoadedObjects::add_function(std::string_view name, LoadedFunction::Code code, unsigned min_args, unsigned max_args,
                                 bool expands_args) {
  if (name.empty()) throw Fatal(e_.where, "Empty function name");
  // GNU Make 4.4.1 crashes when an object replaces one of its own functions.
  if (name[0] == '.' || !std::all_of(name.begin(), name.end(), is_function_char) || find_function(name))
    throw Fatal(e_.where, fmt::format("Invalid function name: {}", name));
  if (name.size() > kLongestName) throw Fatal(e_.where, fmt::format("Function name too long: {}", name));
  if (min_args > kMostArguments)
    throw Fatal(e_.where, fmt::format("Invalid minimum argument count ({}) for function {}", min_args, name));
  if (max_args > kMostArguments || (max_args != 0 && max_args < min_args))
    throw Fatal(e_.where, fmt::format("Invalid maximum argument count ({}) for function {}", max_args, name));
  const Symbol symbol = e_.db.symbols.intern(name);
  functions_[symbol] = {symbol,       code,    static_cast<uint8_t>(min_args), static_cast<uint8_t>(max_args),
                        expands_args, running_};
}

void LoadedObjects::call(const LoadedFunction& called, std::span<const std::string_view> arguments, std::string& out) {
  const LoadedFunction function = called;  // its code may register another one of that name
  if (arguments.size() < function.min_args)
    throw Fatal(e_.error_place(), fmt::format("insufficient number of arguments ({}) to function '{}'",
                                              arguments.size(), function.name.view()));
  // Copies: the object may write into them.
  size_t size = 0;
  for (std::string_view argument : arguments) size += argument.size() + 1;
  std::vector<char> texts(size);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  char* end = texts.data();
  for (std::string_view argument : arguments) {
    argv.push_back(end);
    end = std::copy(argument.begin(), argument.end(), end);
    *end++ = '\0';
  }
  argv.push_back(nullptr);

  const Running running(running_, function.object);
  char* result = nullptr;
  call_object(
      e_, [&] { result = function.code(function.name.c_str(), static_cast<unsigned>(arguments.size()), argv.data()); });
  if (result == nullptr) return;
  out += result;
  std::free(result);
}

}  // namespace cmz
