#include "cmzmake/eval/loaded_objects.h"

#include <gnumake.h>
#include <catch2/catch.hpp>

#include <cstring>
#include <map>

#include "fakes/fake_make.h"

using namespace cmz;

namespace {

// Objects in memory: a name and the symbols in it.
class FakeLoader : public ObjectLoader {
 public:
  using Symbols = std::map<std::string, void*>;
  std::map<std::string, Symbols> objects;
  std::vector<std::string> opened, closed;

  void* open(const std::string& path, std::string* error) override {
    const auto found = objects.find(path);
    if (found == objects.end()) {
      *error = path + ": not here";
      return nullptr;
    }
    opened.push_back(path);
    return &*found;
  }
  void* symbol(void* object, const std::string& name, std::string* error) override {
    const auto& symbols = static_cast<std::pair<const std::string, Symbols>*>(object)->second;
    const auto found = symbols.find(name);
    if (found != symbols.end()) return found->second;
    *error = "no " + name;
    return nullptr;
  }
  void close(void* object) override {
    closed.push_back(static_cast<std::pair<const std::string, Symbols>*>(object)->first);
  }
};

int licence;

char* copy(const std::string& text) {
  return std::strcpy(gmk_alloc(static_cast<unsigned>(text.size() + 1)), text.c_str());
}

char* count(const char*, unsigned argc, char**) { return copy(std::to_string(argc)); }
char* upper(const char*, unsigned, char** argv) {
  for (char* c = argv[0]; *c; ++c) *c = static_cast<char>(std::toupper(*c));
  return copy(argv[0]);
}
char* expand(const char*, unsigned, char** argv) { return gmk_expand(argv[0]); }
char* eval(const char*, unsigned, char** argv) {
  gmk_eval(argv[0], nullptr);
  return nullptr;
}
char* define_upper(const char*, unsigned, char** argv) {
  gmk_add_function(argv[0], upper, 1, 1, GMK_FUNC_DEFAULT);
  return nullptr;
}

int set_up(const gmk_floc*) {
  gmk_add_function("count", count, 0, 0, GMK_FUNC_DEFAULT);
  gmk_add_function("upper", upper, 1, 1, GMK_FUNC_DEFAULT);
  gmk_add_function("upper-raw", upper, 1, 1, GMK_FUNC_NOEXPAND);
  gmk_add_function("expand", expand, 1, 1, GMK_FUNC_NOEXPAND);
  gmk_add_function("do-eval", eval, 1, 1, GMK_FUNC_NOEXPAND);
  gmk_add_function("define-upper", define_upper, 1, 1, GMK_FUNC_DEFAULT);
  return 1;
}
int set_up_and_keep(const gmk_floc* place) { return set_up(place) - 2; }
int set_up_nothing(const gmk_floc*) { return 0; }
int tell_place(const gmk_floc* place) {
  gmk_eval(("place = " + std::string(place->filenm) + ":" + std::to_string(place->lineno)).c_str(), place);
  return 1;
}

template <class F>
void* address(F* function) {
  return reinterpret_cast<void*>(function);
}

struct ObjectMake : FakeMake {
  FakeLoader* loader = new FakeLoader;

  ObjectMake() {
    evaluator.objects().set_loader(std::unique_ptr<ObjectLoader>(loader));
    loader->objects["./o.so"] = {{"plugin_is_GPL_compatible", &licence},
                                 {"o_gmk_setup", address(&set_up)},
                                 {"keep", address(&set_up_and_keep)},
                                 {"nothing", address(&set_up_nothing)},
                                 {"place", address(&tell_place)}};
  }

  std::string expanded(std::string_view text) { return evaluator.expand(text); }
  // What make says when it ends.
  std::string failure(std::string_view makefile) {
    try {
      read(makefile);
    } catch (const Fatal& fatal) {
      return std::string(fatal.where().file) + ":" + std::to_string(fatal.where().line) + ": " + fatal.what();
    }
    return "none";
  }
  std::vector<std::string> remade() const {
    std::vector<std::string> out;
    for (const ReadMakefile& m : evaluator.makefiles)
      if (m.is_object) out.emplace_back(m.target->name.view());
    return out;
  }
};

}  // namespace

TEST_CASE("functions of a loaded object") {
  ObjectMake make;
  make.read("x = $(upper a)\nearly := $(x)\nload o.so\nlate := $(x)\nv = w\n");
  CHECK(make.expanded("[$(early)] [$(late)] $(upper $(v)) $(upper-raw $(v))") == "[] [A] W $(V)");
  CHECK(make.expanded("$(count )$(count a,b)$(call count)$(call count,a,b,c)") == "1203");
  CHECK(make.expanded("$(expand $(v)$(upper b)) $(do-eval v = new)$(v)") == "wB new");
  CHECK(make.expanded("$(define-upper up)$(up x)$(up) $(value up)") == "X ");
  CHECK(make.expanded("$(.LOADED) $(flavor .LOADED)") == "o.so simple");
}

TEST_CASE("an object is loaded once, from here before from where the system looks") {
  ObjectMake make;
  make.loader->objects["system.so"] = make.loader->objects["./o.so"];
  make.loader->objects["dir/o.so"] = make.loader->objects["./o.so"];
  make.read("load o.so ./o.so(nothing)\nload system.so(keep)\n-load dir/o.so(place) o.so none.so none.so\n");
  CHECK(make.loader->opened == std::vector<std::string>{"./o.so", "system.so", "dir/o.so"});
  CHECK(make.expanded("$(.LOADED) $(place)") == "o.so system.so dir/o.so Makefile:3");
  CHECK(make.remade() == std::vector<std::string>{"o.so", "dir/o.so", "none.so"});
  CHECK(make.said.messages.empty());
}

TEST_CASE("what cannot be loaded") {
  ObjectMake make;
  make.loader->objects["./bare.so"] = {{"bare_gmk_setup", address(&set_up)}};
  CHECK(make.failure("load none.so") == "Makefile:1: none.so: failed to load");
  CHECK(make.said.messages == std::vector<std::string>{"Makefile:1: none.so: not here"});
  CHECK(make.failure("-load bare.so") == "Makefile:1: Loaded object bare.so is not declared to be GPL compatible");
  CHECK(make.failure("\n-load o.so(none)") == "Makefile:2: Failed to load symbol none from o.so: no none");
  CHECK(make.failure("load ./o.so()") == "Makefile:1: Empty symbol name for load: o.so()");
  CHECK(ObjectMake().failure("load o.so(nothing)") == "Makefile:1: o.so(nothing): failed to load");
  CHECK(ObjectMake().failure("-load o.so(nothing)") == "none");
}

TEST_CASE("an error in make leaves the object's code, however deep") {
  ObjectMake make;
  make.read("load o.so\n");
  CHECK_THROWS_WITH(make.expanded("$(expand $(do-eval $(expand $(error deep))))"), "deep");
  CHECK_THROWS_WITH(make.expanded("$(define-upper .no)"), "Invalid function name: .no");
  CHECK_THROWS_WITH(make.expanded("$(upper a$(expand $(call upper)))"),
                    "insufficient number of arguments (0) to function 'upper'");
  CHECK(make.expanded("$(upper still here)") == "STILL HERE");
}

TEST_CASE("an unloaded object's functions are gone until it is loaded again") {
  ObjectMake make;
  make.loader->objects["./other.so"] = make.loader->objects["./o.so"];
  make.read("load o.so\nload other.so(keep)\n");
  const Target& object = *make.db.find_target("o.so");
  const Target& other = *make.db.find_target("other.so");
  LoadedObjects& objects = make.evaluator.objects();

  objects.unload(object);  // the other one registered the same names later
  CHECK(make.loader->closed == std::vector<std::string>{"./o.so"});
  CHECK(make.expanded("$(upper a)") == "A");
  objects.unload(other);
  CHECK(make.expanded("$(upper a)") == "");
  objects.unload(*make.db.find_target("Makefile"));
  CHECK(make.loader->closed.size() == 2);

  objects.reload();  // only what is remade with the makefiles
  CHECK(make.expanded("$(upper a) $(.LOADED)") == "A o.so other.so o.so");
  objects.reload();
  CHECK(make.loader->opened.size() == 3);

  objects.unload(object);
  make.loader->objects.erase("./o.so");
  CHECK_THROWS_WITH(objects.reload(), "o.so: failed to load");
}

TEST_CASE("the C functions outside of a call") {
  char* text = gmk_expand("$(x)");
  CHECK(std::string(text).empty());
  gmk_free(text);
  gmk_eval("x = 1", nullptr);
  gmk_add_function("f", count, 0, 0, GMK_FUNC_DEFAULT);
  gmk_free(nullptr);
  char* nothing = gmk_alloc(0);
  CHECK(nothing != nullptr);
  gmk_free(nothing);
}

TEST_CASE("two makes in one program have their own functions") {
  ObjectMake one, two;
  one.read("load o.so\nv = one\n");
  two.read("load o.so\nv = two\n");
  CHECK(one.expanded("$(expand $(v))") == "one");
  CHECK(two.expanded("$(expand $(v))$(define-upper mine)$(mine x)") == "twoX");
  CHECK(one.expanded("$(mine x)") == "");
}
