#include "cmzmake/model/variable.h"

#include <algorithm>

namespace cmz {

Variable& VariableSet::at(Symbol name) {
  if (Variable* found = find(name)) return *found;
  ++version_;
  items_.push_back(std::make_unique<Variable>());
  Variable* fresh = items_.back().get();
  fresh->name = name;
  if (dense_) {
    if (name.id() >= by_id_.size()) by_id_.resize(std::max<size_t>(name.id() + 1, by_id_.size() * 2));
    by_id_[name.id()] = fresh;
  } else if (items_.size() > kLinear) {
    if (index_.empty())
      for (const auto& v : items_) index_[v->name] = v.get();
    else
      index_[name] = fresh;
  }
  return *fresh;
}

void VariableSet::erase(Symbol name) {
  auto it = std::find_if(items_.begin(), items_.end(), [&](const auto& v) { return v->name == name; });
  if (it == items_.end()) return;
  ++version_;
  items_.erase(it);
  if (dense_) by_id_[name.id()] = nullptr;
  index_.erase(name);
  if (items_.size() <= kLinear) index_.clear();
}

void VariableSet::add_missing(const VariableSet& other) {
  for (const auto& from : other) {
    if (find(from->name)) continue;
    Variable& v = at(from->name);
    v.where = from->where;
    v.flavor = from->flavor;
    v.origin = from->origin;
    v.export_ = from->export_;
    v.private_ = from->private_;
    v.append = from->append;
    v.special = from->special;
    v.name_seen = from->name_seen;
    v.set_value(from->value);
  }
}

void VariableSet::clear() {
  ++version_;
  items_.clear();
  by_id_.clear();
  index_.clear();
}

}  // namespace cmz
