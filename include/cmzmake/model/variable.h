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
  bool has_dollar = false;        // a recursive value that is perhaps not its own expansion
  bool append = false;            // target-specific `+=` on a recursive value: joined with the outer one on look-up
  bool special = false;           // computed or watched by the evaluator when it is looked up
  bool from_environment = false;  // make got it: exported whatever a makefile assigns
  bool name_seen = false;         // defined at least once (not only made by a look-up)
  uint16_t expanding = 0;         // references to it that are being expanded now
  uint32_t call_depth = 0;        // `$(call)` may expand it inside itself
  uint32_t place = 0;             // in its set

  void set_value(std::string text) {
    value = std::move(text);
    value_changed();
  }
  // A recursive value that is assigned while the variable is being expanded cannot be had either until that is over.
  void value_changed() {
    tree.reset();
    has_dollar = flavor == Flavor::recursive && (expanding > 0 || value.find('$') != std::string::npos);
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
        if (v && v->name == name) return v.get();
      return nullptr;
    }
    auto it = index_.find(name);
    return it == index_.end() ? nullptr : it->second;
  }

  // The variable of that name, made when there is none.
  Variable& at(Symbol name);
  // Takes it out of the set. Who has found it before (it may be what is being expanded) may go on using it until
  // forget_erased().
  void erase(Symbol name);
  void forget_erased() { erased_.clear(); }
  // Adds copies of the variables of `other` whose names are not in this set.
  void add_missing(const VariableSet& other);
  void clear();

  size_t size() const { return items_.size() - holes_; }
  // In order of definition.
  class Iterator {
   public:
    using Place = std::vector<std::unique_ptr<Variable>>::const_iterator;
    Iterator(Place at, Place end) : at_(at), end_(end) { skip_holes(); }
    const std::unique_ptr<Variable>& operator*() const { return *at_; }
    Iterator& operator++() {
      ++at_;
      skip_holes();
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void skip_holes() {
      while (at_ != end_ && !*at_) ++at_;
    }
    Place at_, end_;
  };
  Iterator begin() const { return {items_.begin(), items_.end()}; }
  Iterator end() const { return {items_.end(), items_.end()}; }

  // Grows with every change of the set's membership or of a variable marked by touch().
  uint64_t version() const { return version_; }
  void touch() { ++version_; }
  // Grows with every change of the membership alone.
  uint64_t membership() const { return membership_; }

 private:
  static constexpr size_t kLinear = 8;

  void close_holes();

  bool dense_;
  uint64_t version_ = 0;
  uint64_t membership_ = 0;
  std::vector<std::unique_ptr<Variable>> items_;  // null where one was erased
  size_t holes_ = 0;
  std::vector<std::unique_ptr<Variable>> erased_;
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
