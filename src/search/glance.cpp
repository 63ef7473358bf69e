#include "cmzmake/search/glance.h"

#include <algorithm>
#include <memory>

#include "cmzmake/base/tail_filter.h"

namespace cmz {
namespace {

constexpr size_t kMostForms = 300;  // rules that go on without end

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

}  // namespace

void Glance::ask(const Form& form, std::vector<std::string>& folders) {
  const std::string folder = form.prefix.substr(0, folder_size(form.prefix));
  auto known = std::find(folders.begin(), folders.end(), folder);
  if (known == folders.end()) known = folders.insert(known, folder);
  const auto number = static_cast<uint32_t>(known - folders.begin());
  auto same = std::find_if(asks_.begin(), asks_.end(), [&](const Ask& a) { return a.suffix == form.suffix; });
  if (same == asks_.end()) same = asks_.insert(same, {form.suffix, {}});
  const Prefix prefix = {number, form.prefix.substr(folder.size())};
  if (std::find(same->prefixes.begin(), same->prefixes.end(), prefix) == same->prefixes.end())
    same->prefixes.push_back(prefix);
}

// Notes what the rules want for names of this form; false when nothing certain can be said. Of each rule the
// first prerequisite is enough: without it the rule does not apply.
bool Glance::expand(const Form& form, bool nested, const std::vector<std::unique_ptr<PatternRule>>& rules,
                    std::vector<Form>& todo, std::vector<std::string>& folders) {
  const size_t folder = folder_size(form.prefix);
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
      const bool slash = rule->target_texts[t].find('/') != std::string_view::npos;
      if (!pattern.prefix.empty()) {
        beginnings_.push_back({std::string(pattern.prefix), slash ? form.prefix : form.prefix.substr(folder), slash});
        continue;
      }
      if (slash || rule->prerequisites.empty()) return false;
      const PatternPrerequisite& first = rule->prerequisites.front();
      const size_t percent = first.text.find('%');
      if (first.second_expansion || percent == std::string_view::npos ||
          first.text.find_first_of("\\*?[()") != std::string_view::npos ||
          first.text.find('/', percent) != std::string_view::npos || first.text.starts_with('-'))
        return false;
      Form source;
      source.prefix = form.prefix.substr(0, folder).append(first.text, 0, percent).append(form.prefix, folder);
      source.suffix =
          std::string(suffix.substr(0, suffix.size() - pattern.suffix.size())).append(first.text, percent + 1);
      ask(source, folders);
      if (!rule->terminal && std::find(todo.begin(), todo.end(), source) == todo.end())
        todo.push_back(std::move(source));
    }
  }
  return true;
}

void Glance::build(const std::vector<std::unique_ptr<PatternRule>>& rules, std::string_view ending,
                   std::vector<std::string>& folders) {
  built_ = true;
  std::vector<Form> todo = {{{}, std::string(ending)}};
  for (size_t i = 0; i < todo.size(); ++i) {
    const Form form = todo[i];
    if (todo.size() > kMostForms || !expand(form, i > 0, rules, todo, folders)) return;
  }
  std::sort(endings_.begin(), endings_.end());
  endings_.erase(std::unique(endings_.begin(), endings_.end()), endings_.end());
  usable_ = true;
}

bool Glance::holds_for(std::string_view directory, std::string_view base) const {
  if (!usable_ || base.size() < TailFilter::kTail || base.starts_with('-')) return false;
  for (const Beginning& b : beginnings_)
    if (begin_alike({b.whole ? directory : std::string_view(), b.prefix, base}, b.text)) return false;
  for (const std::string& ending : endings_) {
    if (base.ends_with(ending)) return false;
    if (ending.size() > base.size() && ending.ends_with(base)) return false;  // reaches into the directory
  }
  return true;
}

}  // namespace cmz
