#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cmzmake/base/location.h"
#include "cmzmake/base/symbol.h"
#include "cmzmake/eval/object_loader.h"

namespace cmz {

class Evaluator;
struct Target;

// A function that an object registered with gmk_add_function.
struct LoadedFunction {
  using Code = char* (*)(const char* name, unsigned argc, char** argv);

  Symbol name;
  Code code = nullptr;
  uint8_t min_args = 0;
  uint8_t max_args = 0;  // 0: no limit
  bool expands_args = true;
  const void* object = nullptr;  // the handle of the object that is called; null: of none
};

// The objects that `load` brought into the program, and the functions they registered.
// Manual, "Loading Dynamic Objects".
class LoadedObjects {
 public:
  explicit LoadedObjects(Evaluator& evaluator);
  // Leaves the objects in memory: what they registered with the system may need their code to the
  // end.
  ~LoadedObjects();

  // Replaces the system's loader.
  void set_loader(std::unique_ptr<ObjectLoader> loader) { loader_ = std::move(loader); }

  // Loads OBJECT or OBJECT(SYMBOL) and calls its setup function; not a second time, whatever came
  // of the first. Its file joins the makefiles that are remade, unless the setup function objects.
  // Throws Fatal when it cannot be opened or its setup fails, and for `-load` (`optional`) only
  // when it is no object for make.
  // `where` is what the setup function is told, and where the object is loaded again.
  void load(std::string_view word, bool optional, Location where);

  // To be called before a recipe remakes `target`: an object of that name is unloaded, so that
  // nobody runs code that is being overwritten. Its functions are gone until it is loaded again.
  void unload(const Target& target);

  // Loads again what was unloaded while makefiles were remade.
  void reload();

  // What gmk_add_function does. Throws Fatal when make does not accept it.
  void add_function(std::string_view name, LoadedFunction::Code code, unsigned min_args, unsigned max_args,
                    bool expands_args);

  // The function of that name, or nullptr. It stays until its object is unloaded, which no
  // expansion does.
  const LoadedFunction* find(Symbol name) const {
    const auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : &found->second;
  }

  // Calls `function` and appends its result to `out`.
  void call(const LoadedFunction& function, std::span<const std::string_view> arguments, std::string& out);

 private:
  struct Object {
    const Target* target;
    Location where;  // of the first directive
    void* handle = nullptr;
    bool tried = false;     // and nobody tries again; it may have failed
    bool remade = false;    // with the makefiles
    bool unloaded = false;  // since then
  };

  Object* find(const Target& target);
  int set_up(Object& object, const std::string& symbol, bool optional, Location where);
  void* open(const std::string& name, std::string* error);

  Evaluator& e_;
  std::unique_ptr<ObjectLoader> loader_;
  std::deque<Object> objects_;
  std::unordered_map<Symbol, LoadedFunction> functions_;
  const void* running_ = nullptr;  // the object whose code is running
};

}  // namespace cmz
