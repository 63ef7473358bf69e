#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cmzmake/base/location.h"
#include "cmzmake/base/symbol.h"
#include "cmzmake/syntax/expr.h"

namespace cmz {

// How the value of a variable comes about. Manual, "The Two Flavors of Variables".
enum class Flavor : uint8_t { recursive, simple };

// Where a definition came from, weakest first: a stronger one is not replaced by a weaker.
enum class Origin : uint8_t {
  default_,
  environment,
  file,
  environment_override,
  command_line,
  override_,
  automatic,
};

// What `export` and `unexport` said about a variable.
enum class Export : uint8_t { unsaid, yes, no, if_set };

struct Variable {
  Symbol name;
  std::string value;
  ExprPtr tree;  // of a recursive value, made at its first expansion; null: not made, or no `$` in it
  Location where;
  Flavor flavor = Flavor::recursive;
  Origin origin = Origin::file;
  Export export_ = Export::unsaid;
  bool private_ = false;
  bool has_dollar = false;        // a recursive value that is not its own expansion
  bool append = false;            // target-specific `+=` on a recursive value: joined with the outer one on look-up
  bool special = false;           // computed or watched by the evaluator when it is looked up
  bool from_environment = false;  // make got it: exported whatever a makefile assigns
  bool name_seen = false;         // defined at least once (not only made by a look-up)
  uint16_t expanding = 0;         // references to it that are being expanded now
  uint32_t call_depth = 0;        // `$(call)` may expand it inside itself

  void set_value(std::string text) {
    value = std::move(text);
    value_changed();
  }
  void value_changed() {
    tree.reset();
    has_dollar = flavor == Flavor::recursive && value.find('$') != std::string::npos;
  }
};

// A set of variables: the global one, a target's, a pattern's, the arguments of a call.
class VariableSet {
 public:
  // `dense`: look-up by the symbol's number; for the global set.
  explicit VariableSet(bool dense = false) : dense_(dense) {}
  VariableSet(const VariableSet&) = delete;
  VariableSet& operator=(const VariableSet&) = delete;

  Variable* find(Symbol name) const {
    if (dense_) return name.id() < by_id_.size() ? by_id_[name.id()] : nullptr;
    if (items_.size() <= kLinear) {
      for (const auto& v : items_)
        if (v->name == name) return v.get();
      return nullptr;
    }
    auto it = index_.find(name);
    return it == index_.end() ? nullptr : it->second;
  }

  // The variable of that name, made when there is none.
  Variable& at(Symbol name);
  void erase(Symbol name);
  // Adds copies of the variables of `other` whose names are not in this set.
  void add_missing(const VariableSet& other);
  void clear();

  size_t size() const { return items_.size(); }
  // In order of definition.
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

  // Grows with every change of the set's membership or of a variable marked by touch().
  uint64_t version() const { return version_; }
  void touch() { ++version_; }

 private:
  static constexpr size_t kLinear = 8;

  bool dense_;
  uint64_t version_ = 0;
  std::vector<std::unique_ptr<Variable>> items_;
  std::vector<Variable*> by_id_;
  std::unordered_map<Symbol, Variable*> index_;
};

// A chain of sets, innermost first: what a reference sees.
struct Scope {
  VariableSet* set = nullptr;
  const Scope* next = nullptr;
  bool next_is_parent = false;  // the sets behind belong to a parent target: its private ones are not seen
  bool of_patterns = false;     // pattern-specific ones: private ones of them are not exported
};

}  // namespace cmz
