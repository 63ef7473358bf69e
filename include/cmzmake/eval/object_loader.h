#pragma once

#include <memory>
#include <string>

namespace cmz {

// The system's loader of shared objects. Tests plug a fake.
class ObjectLoader {
 public:
  virtual ~ObjectLoader() = default;
  // Loads the object of that path, or of that name from where the system looks. The handle is null,
  // and `error` the system's words, when it cannot be.
  virtual void* open(const std::string& path, std::string* error) = 0;
  // The address of a symbol in the object or in what it depends on; null, and the system's words.
  virtual void* symbol(void* object, const std::string& name, std::string* error) = 0;
  virtual void close(void* object) = 0;
};

// dlopen and its like.
std::unique_ptr<ObjectLoader> make_object_loader();

}  // namespace cmz
