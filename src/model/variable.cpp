#include "cmzmake/model/variable.h"

#include <algorithm>

namespace cmz {

Variable& VariableSet::at(Symbol name) {
  if (Variable* found = find(name)) return *found;
  ++version_;
  ++membership_;
  items_.push_back(std::make_unique<Variable>());
  Variable* fresh = items_.back().get();
  fresh->name = name;
  fresh->place = static_cast<uint32_t>(items_.size() - 1);
  if (dense_) {
    if (name.id() >= by_id_.size()) by_id_.resize(std::max<size_t>(name.id() + 1, by_id_.size() * 2));
    by_id_[name.id()] = fresh;
  } else if (items_.size() > kLinear) {
    if (index_.empty())
      for (const auto& v : *this) index_[v->name] = v.get();
    else
      index_[name] = fresh;
  }
  return *fresh;
}

void VariableSet::erase(Symbol name) {
  Variable* const found = find(name);
  if (found == nullptr) return;
  ++version_;
  ++membership_;
  erased_.push_back(std::move(items_[found->place]));
  ++holes_;
  if (dense_)
    by_id_[name.id()] = nullptr;
  else
    index_.erase(name);
  if (holes_ > items_.size() / 2) close_holes();
}

void VariableSet::close_holes() {
  std::erase(items_, nullptr);
  holes_ = 0;
  for (size_t i = 0; i < items_.size(); ++i) items_[i]->place = static_cast<uint32_t>(i);
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
  ++membership_;
  items_.clear();
  holes_ = 0;
  by_id_.clear();
  index_.clear();
}

}  // namespace cmz
