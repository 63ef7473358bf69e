#include "cmzmake/search/glance.h"

#include <algorithm>
#include <memory>

#include "cmzmake/base/tail_filter.h"
#include "cmzmake/model/database.h"

namespace cmz {
namespace {

constexpr size_t kMostForms = 600;  // rules that go on without end

// Whether one of the two texts is the beginning of the other, the first one being given in parts.
bool begin_alike(std::initializer_list<std::string_view> parts, std::string_view text) {
  for (const std::string_view part : parts) {
    const size_t both = std::min(part.size(), text.size());
    if (part.substr(0, both) != text.substr(0, both)) return false;
    text.remove_prefix(both);
    if (text.empty()) break;
  }
  return true;
}

size_t folder_size(std::string_view name) { return name.rfind('/') + 1; }  // npos + 1 is 0

// The element of `list` for which `is_it` holds, made from `fresh` when there is none.
template <class T, class IsIt>
T& find_or_add(std::vector<T>& list, IsIt is_it, T fresh) {
  const auto known = std::find_if(list.begin(), list.end(), is_it);
  return known != list.end() ? *known : list.emplace_back(std::move(fresh));
}

}  // namespace

void Glance::ask(const Form& form, std::vector<std::string>& folders) {
  const std::string folder = form.prefix.substr(0, folder_size(form.prefix));
  auto known = std::find(folders.begin(), folders.end(), folder);
  if (known == folders.end()) known = folders.insert(known, folder);
  const auto number = static_cast<uint32_t>(known - folders.begin());
  Area& area = find_or_add(areas_, [&](const Area& a) { return a.cut == form.cut && a.root == form.root; },
                           {form.cut, form.root, {}, {}});
  Ask& same = find_or_add(area.asks, [&](const Ask& a) { return a.suffix == form.suffix; },
                          {form.suffix, {}, TailFilter::tail_of({}, {}, form.suffix), true});
  const Prefix prefix = {number, form.prefix.substr(folder.size())};
  find_or_add(
      same.prefixes, [&](const Prefix& p) { return p == prefix; }, prefix);
  find_or_add(
      area.folders, [&](uint32_t f) { return f == number; }, number);
}

// The form of what `rule` makes a name of `form` from; false when that is too involved. Of each rule the first
// prerequisite is enough: without it the rule does not apply.
bool Glance::source_of(const Form& form, const PatternRule& rule, const PatternText& pattern, bool slash,
                       Form& source) const {
  if (rule.prerequisites.empty()) return false;
  const PatternPrerequisite& first = rule.prerequisites.front();
  const size_t percent = first.text.find('%');
  if (first.second_expansion || percent == std::string_view::npos ||
      first.text.find_first_of("\\*?[()") != std::string_view::npos ||
      first.text.find('/', percent) != std::string_view::npos || first.text.starts_with('-'))
    return false;
  const std::string_view before = first.text.substr(0, percent);
  source = form;
  source.suffix = form.suffix.substr(0, form.suffix.size() - pattern.suffix.size()).append(first.text, percent + 1);
  if (!slash) {
    source.prefix.insert(folder_size(form.prefix), before);
    return true;
  }
  // A rule for names below a folder: the stem is what follows it, with the rest of the directory.
  if (!pattern.prefix.ends_with('/') || !form.prefix.empty() || !form.cut.empty() ||
      !(before.empty() || before.ends_with('/')))
    return false;
  source.cut = pattern.prefix;
  source.root = before;
  return true;
}

// Notes what the rules want for names of this form; false when nothing certain can be said.
bool Glance::expand(const Form& form, bool nested, const Rules& rules, std::vector<Form>& todo,
                    std::vector<std::string>& folders) {
  for (const auto& rule : rules) {
    if (rule->recipe == nullptr) continue;
    for (size_t t = 0; t < rule->targets.size(); ++t) {
      const PatternText& pattern = rule->targets[t];
      if (nested && pattern.match_anything() && !rule->terminal) continue;
      const std::string_view suffix = form.suffix;
      if (pattern.suffix.size() > suffix.size()) {
        if (pattern.suffix.ends_with(suffix))
          endings_.emplace_back(pattern.suffix.substr(0, pattern.suffix.size() - suffix.size()));
        continue;
      }
      if (!suffix.ends_with(pattern.suffix)) continue;
      const bool slash = Database::pattern_has_slash(rule->target_texts[t]);
      Form source;
      if (!source_of(form, *rule, pattern, slash, source) || (!slash && !pattern.prefix.empty())) {
        if (pattern.prefix.empty()) return false;
        beginnings_.push_back({std::string(pattern.prefix), form, slash});
        continue;
      }
      ask(source, folders);
      if (!rule->terminal && std::find(todo.begin(), todo.end(), source) == todo.end())
        todo.push_back(std::move(source));
    }
  }
  return true;
}

void Glance::build(const Rules& rules, std::string_view ending, std::vector<std::string>& folders, uint32_t& areas) {
  built_ = true;
  std::vector<Form> todo = {{{}, {}, {}, std::string(ending)}};
  for (size_t i = 0; i < todo.size(); ++i) {
    const Form form = todo[i];
    if (todo.size() > kMostForms || !expand(form, i > 0, rules, todo, folders)) return;
  }
  std::sort(endings_.begin(), endings_.end());
  endings_.erase(std::unique(endings_.begin(), endings_.end()), endings_.end());
  for (Area& area : areas_) area.number = areas++;
  usable_ = true;
}

bool Glance::holds_for(std::string_view directory, std::string_view base) const {
  if (!usable_ || base.size() < TailFilter::kTail || base.starts_with('-')) return false;
  for (const Beginning& b : beginnings_) {
    if (!directory.starts_with(b.form.cut)) continue;
    const std::string_view prefix = b.form.prefix;
    const bool alike = b.whole ? begin_alike({b.form.root, directory.substr(b.form.cut.size()), prefix, base}, b.text)
                               : begin_alike({prefix.substr(folder_size(prefix)), base}, b.text);
    if (alike) return false;
  }
  for (const std::string& ending : endings_) {
    if (base.ends_with(ending)) return false;
    if (ending.size() > base.size() && ending.ends_with(base)) return false;  // reaches into the directory
  }
  return true;
}

}  // namespace cmz
