#include "cmzmake/eval/object_loader.h"

#include <dlfcn.h>

namespace cmz {
namespace {

class SystemLoader : public ObjectLoader {
 public:
  void* open(const std::string& path, std::string* error) override {
    void* object = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_GLOBAL);
    if (object == nullptr) *error = words();
    return object;
  }

  void* symbol(void* object, const std::string& name, std::string* error) override {
    void* address = ::dlsym(object, name.c_str());
    if (address == nullptr) *error = words();
    return address;
  }

  void close(void* object) override { ::dlclose(object); }

 private:
  // What went wrong last.
  static std::string words() {
    const char* text = ::dlerror();
    return text ? text : "unknown error";
  }
};

}  // namespace

std::unique_ptr<ObjectLoader> make_object_loader() { return std::make_unique<SystemLoader>(); }

}  // namespace cmz
