// The search for an implicit rule, chains included.
// Reference: manual, "Implicit Rule Search Algorithm", "How Patterns Match", "Chains of Implicit Rules".
#include <fmt/format.h>

#include <algorithm>

#include "cmzmake/base/archive_name.h"
#include "cmzmake/base/strings.h"
#include "cmzmake/eval/recipes.h"
#include "cmzmake/eval/special_targets.h"
#include "cmzmake/search/search.h"
#include "cmzmake/syntax/reader.h"

namespace cmz {

struct Search::FoundPrerequisite {
  std::string name;
  bool order_only = false;
  bool wait_before = false;
  bool from_pattern = false;                // its text held a `%`
  bool hidden = false;                      // of .EXTRA_PREREQS
  std::unique_ptr<FoundRule> intermediate;  // made by a rule of its own
};

struct Search::FoundRule {
  const PatternRule* rule = nullptr;
  uint32_t target = 0;
  std::string directory;
  std::string stem;  // without directory
  std::vector<FoundPrerequisite> prerequisites;
};

// One pattern rule that matches the name.
struct Search::Match {
  const PatternRule* rule;
  uint32_t target;
  std::string_view directory;  // cut off the name because the pattern has no slash
  std::string_view stem;       // without that directory
  const RuleIndex::Piece* pieces;
  bool rejected = false;  // it wants a name that no rule can make
};

namespace {

std::string substitute_percent(std::string_view text, std::string_view stem, std::string_view directory,
                               bool* had_percent) {
  const Pattern pattern = parse_pattern(text);
  *had_percent = pattern.has_percent();
  if (!pattern.has_percent()) return pattern.text;
  return fmt::format("{}{}{}{}", directory, pattern.prefix(), stem, pattern.suffix());
}

// Puts the stem for the first `%` of each word, words being what stands between blanks. The text is to be
// expanded afterwards.
std::string stem_for_percents(std::string_view text, std::string_view stem, bool* had_percent) {
  std::string out;
  bool in_word = false;  // this word's `%` is done with
  for (const char c : text) {
    if (is_space(c)) in_word = false;
    if (c != '%' || in_word) {
      out += c;
      continue;
    }
    in_word = *had_percent = true;
    for (const char s : stem) {
      if (s == '$') out += s;
      out += s;
    }
  }
  return out;
}

// A rule as -d names it.
std::string rule_text(const PatternRule& rule) {
  std::string out;
  for (std::string_view target : rule.target_texts) (out += out.empty() ? "" : " ") += target;
  out += rule.terminal ? "::" : ":";
  bool bar = false;
  for (const PatternPrerequisite& p : rule.prerequisites) {
    if (p.order_only && !std::exchange(bar, true)) out += " |";
    if (p.wait_before) out += " .WAIT";
    (out += ' ') += p.text;
  }
  return out;
}

bool has_wildcard(std::string_view name) {
  static constexpr ByteSet kWildcards("*?[");
  return kWildcards.any_in(name);
}

}  // namespace

// Wildcards count after the stem is put in; a name that matches nothing stays.
void Search::add_globbed(FoundPrerequisite&& found, std::vector<FoundPrerequisite>& out) {
  std::vector<std::string> names;
  if (has_wildcard(found.name)) names = e_.disk.glob(found.name);
  if (names.empty()) {
    out.push_back(std::move(found));
    return;
  }
  for (std::string& name : names) {
    FoundPrerequisite f;
    f.name = std::move(name);
    f.order_only = found.order_only;
    f.wait_before = std::exchange(found.wait_before, false);
    f.from_pattern = found.from_pattern;
    out.push_back(std::move(f));
  }
}

bool Search::exists(std::string_view name) {
  if (const auto member = split_archive_name(name))
    return !e_.disk.member_mtime(member->archive, member->member).is_absent();
  return e_.disk.listed(name);
}

bool Search::implicit_rule(Target& target) {
  ++counts.searches;
  if (deferred_rules_) {
    if (!debug && out_of_builtin_reach(target.hashed_name.view())) {
      ++counts.deferred;
      return false;
    }
    make_deferred_rules();
  }
  if (index_version_ != e_.db.pattern_rules_version) {
    index_.build(e_.db.pattern_rules);
    index_version_ = e_.db.pattern_rules_version;
    impossible_.clear();
    around_.clear();
    here_ = {};
    hopeless_.assign(index_.texts(), 0);
    folders_ = index_.folders();
    glances_.clear();
    glances_.resize(index_.nodes());
  }
  if (!vpath_loaded_) load_vpath();
  if (vpaths_ != e_.db.vpaths.size()) {  // what glances know of them
    vpaths_ = e_.db.vpaths.size();
    glances_.assign(glances_.size(), {});
    around_.clear();
    here_ = {};
  }
  ++searches_;
  // By the makefile's name for it, also where vpath has found another.
  const std::string_view name = target.hashed_name.view();
  const bool told = debug && debug->wants(DebugLog::implicit);
  if (told) {
    debug->say(DebugLog::implicit, debug_depth, "Looking for an implicit rule for '{}'.", name);
  } else if (nothing_at_a_glance(name)) {
    ++counts.at_a_glance;
    return false;
  }
  std::unique_ptr<FoundRule> found = find_rule(&target, name, false, 0);
  if (!found)
    if (const auto member = split_archive_name(name)) {
      if (told) debug->say(DebugLog::implicit, debug_depth, "Looking for archive-member implicit rule for '{}'.", name);
      found = find_rule(&target, name.substr(member->archive.size()), true, 0);
      if (told && !found)
        debug->say(DebugLog::implicit, debug_depth, "No archive-member implicit rule found for '{}'.", name);
    }
  if (!found) return false;
  apply(target, *found, false);
  return true;
}

std::unique_ptr<Search::FoundRule> Search::find_rule(Target* target, std::string_view name, bool archive_member,
                                                     int depth) {
  // A member is in an archive and not in a directory, wherever slashes are. One at the end belongs to the name.
  size_t slash = std::string_view::npos;
  if (!archive_member && name.size() > 1 && !is_archive_member(name)) slash = name.rfind('/', name.size() - 2);
  const std::string_view directory = name.substr(0, slash + 1);  // npos + 1 is 0
  const std::string_view base = name.substr(directory.size());

  enter_directory(directory, name);
  if (depth == 0) root_ = {directory, base};

  const bool told = debug && debug->wants(DebugLog::implicit);
  if (told) {
    for (const auto& rule : e_.db.pattern_rules)  // also those that do not match
      if (rule->in_use)
        debug->say(DebugLog::implicit, debug_depth + depth + 1, "Avoiding implicit rule recursion for rule '{}'.",
                   rule_text(*rule));
  }

  const auto& candidates = index_.reach(name).candidates;
  std::vector<Match> matches;
  matches.reserve(candidates.size());
  bool specific = false;
  for (const auto& candidate : candidates) {
    if (candidate.anything && ((specific || depth > 0) && !candidate.terminal)) continue;
    const PatternRule& rule = *candidate.rule;
    if (!rule.prerequisites.empty() && rule.recipe == nullptr) continue;
    if (rule.in_use) continue;
    const PatternText& pattern = rule.targets[candidate.target];
    const bool whole = directory.empty() || candidate.slash;
    const std::string_view subject = whole ? name : base;
    // A stem has a character or, below a directory, the directory.
    if (whole ? !pattern.matches(name) : !pattern.encloses(base)) continue;
    if (!candidate.anything) specific = true;
    if (rule.prerequisites.empty() && rule.recipe == nullptr) continue;
    Match match;
    match.rule = &rule;
    match.target = candidate.target;
    match.directory = whole ? std::string_view() : directory;
    match.stem = subject.substr(pattern.prefix.size(), subject.size() - pattern.prefix.size() - pattern.suffix.size());
    match.pieces = candidate.pieces;
    matches.push_back(match);
  }
  if (specific)
    std::erase_if(matches,
                  [](const Match& m) { return m.rule->targets[m.target].match_anything() && !m.rule->terminal; });
  const auto nothing = [&]() -> std::unique_ptr<FoundRule> {
    if (told) debug->say(DebugLog::implicit, debug_depth + depth, "No implicit rule found for '{}'.", name);
    return nullptr;
  };
  if (matches.empty()) return nothing();
  // The shortest stem is the most specific.
  const auto more_specific = [](const Match& a, const Match& b) {
    return a.stem.size() + a.directory.size() < b.stem.size() + b.directory.size();
  };
  if (!std::is_sorted(matches.begin(), matches.end(), more_specific))
    std::stable_sort(matches.begin(), matches.end(), more_specific);

  std::unique_ptr<FoundRule> found;
  bool mentioned = false;
  for (const bool compatible : {false, true}) {
    if (compatible && !mentioned) break;
    for (const bool chains : {false, true}) {
      if (chains && debug) debug->say(DebugLog::implicit, debug_depth + depth + 1, "Trying harder.");
      for (Match& match : matches) {
        if ((chains && match.rule->terminal) || match.rejected) continue;
        if (!try_rule(target, name, match, chains, compatible, depth, found, &mentioned)) continue;
        if (debug)
          debug->say(DebugLog::implicit, debug_depth + depth, "Found implicit rule '{}' for '{}'.",
                     rule_text(*match.rule), name);
        return found;
      }
    }
  }
  return nothing();
}

bool Search::ought_to_exist(Target* target, std::string_view name, bool compatible, bool* mentioned) {
  const Symbol symbol = e_.db.symbols.find(name);
  if (!symbol) return false;
  if (target)
    for (const Prerequisite& p : target->prerequisites)
      if (p.target && p.target->name == symbol) return true;
  const Target* known = e_.db.find_target(symbol);
  if (known == nullptr) return false;
  if (known->is_target) return true;
  if (known->is_explicit || known->entered) {
    *mentioned = true;
    return compatible;
  }
  return false;
}

bool Search::found_directly(Target* target, std::string_view name, bool compatible, bool* mentioned) {
  return ought_to_exist(target, name, compatible, mentioned) || exists(name) || in_vpath(name);
}

// The same, told to those who listen.
bool Search::found_aloud(Target* target, const std::string& name, const Match& match, bool compatible, size_t indent,
                         bool* mentioned) {
  const auto say = [&](const std::string& text) { debug->say(DebugLog::implicit, indent, "{}", text); };
  const bool ought = ought_to_exist(target, name, compatible, mentioned);
  if (ought) {
    say(fmt::format("'{}' ought to exist.", name));
    return true;
  }
  if (*mentioned)
    say(fmt::format("Prerequisite '{}' of rule '{}' does not qualify as ought to exist.", name,
                    rule_text(*match.rule)));
  if (exists(name)) {
    say(fmt::format("Found '{}'.", name));
    return true;
  }
  if (!vpath_loaded_) load_vpath();
  const auto elsewhere = search_directories(name);
  if (elsewhere) say(fmt::format("Found prerequisite '{}' as VPATH '{}'.", name, elsewhere->path));
  return elsewhere.has_value();
}

// The names that one prerequisite of the rule stands for. A `|` in the text makes those behind it
// order-only.
void Search::add_names(const PatternPrerequisite& p, Target* target, std::string_view name, const Match& match,
                       bool& order_only, std::vector<FoundPrerequisite>& out) {
  FoundPrerequisite f;
  f.order_only = p.order_only || order_only;
  f.wait_before = p.wait_before;
  if (!p.second_expansion) {
    f.name = substitute_percent(p.text, match.stem, match.directory, &f.from_pattern);
    if (f.name[0] == '.') f.name = std::string(without_dot_slash(f.name));
    add_globbed(std::move(f), out);
    return;
  }
  const std::string text = stem_for_percents(p.text, match.stem, &f.from_pattern);
  Target temporary;
  Target& subject = target ? *target : temporary;
  if (!target) temporary.name = temporary.hashed_name = e_.db.symbols.intern(name);
  const std::string stem = fmt::format("{}{}", match.directory, match.stem);
  const std::string_view stem_view = stem;
  VariableSet automatic;
  set_automatic_variables(e_, subject, automatic, &stem_view);
  Scope scope{&automatic, target ? target_scope(e_, *target) : e_.global_scope(), false};
  ScopeGuard guard(e_, &scope);
  PlaceGuard no_place(e_, Location{});  // messages name no line, as make's do not
  const std::string expanded = e_.expand(text);

  const auto take = [&](std::string_view word) {
    FoundPrerequisite made;
    made.order_only = p.order_only || order_only;
    made.wait_before = std::exchange(f.wait_before, false);
    made.from_pattern = f.from_pattern;
    made.name = f.from_pattern ? fmt::format("{}{}", match.directory, word) : std::string(word);
    if (made.name.starts_with('~')) made.name = e_.disk.expand_tilde(made.name);
    if (made.name[0] == '.') made.name = std::string(without_dot_slash(made.name));
    add_globbed(std::move(made), out);
  };
  std::string_view rest = expanded;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest))
    for (;;) {  // a `|` separates also without blanks around it
      const size_t bar = word.find('|');
      if (bar != 0) take(word.substr(0, bar));
      if (bar == std::string_view::npos) break;
      order_only = true;
      word.remove_prefix(bar + 1);
      if (word.empty()) break;
    }
}

// Tries one rule. Its prerequisites are expanded one by one, and no further than to the first that cannot be
// had: what their functions do is seen as often as make does it.
bool Search::try_rule(Target* target, std::string_view name, Match& match, bool chains, bool compatible, int depth,
                      std::unique_ptr<FoundRule>& out, bool* mentioned) {
  ++counts.rules_tried;
  const bool told = debug && debug->wants(DebugLog::implicit);
  const size_t indent = debug_depth + static_cast<size_t>(depth) + 1;
  if (told)
    debug->say(DebugLog::implicit, indent, "Trying pattern rule '{}' with stem '{}'.", rule_text(*match.rule),
               match.stem);
  std::vector<FoundPrerequisite> prerequisites;
  bool order_only = false;
  for (size_t n = 0; n < match.rule->prerequisites.size(); ++n) {
    const PatternPrerequisite& p = match.rule->prerequisites[n];
    const RuleIndex::Piece& piece = match.pieces[n];
    const bool is_refused = !told && refused(match.directory, match.stem, piece);
    uint64_t* hopeless = nullptr;
    if (is_refused) {
      if (!chains) return false;
      if (match.stem == root_.base && here_.directory == root_.directory) hopeless = &hopeless_[piece.text];
      if (hopeless && *hopeless == searches_) return false;
    } else if (!told && piece.plain && !here_.odd) {
      // The name is put together in a buffer: most are not found.
      const PatternText& pattern = piece.pattern;
      scratch_.clear();
      if (pattern.has_percent) scratch_ += match.directory;
      scratch_ += pattern.prefix;
      if (pattern.has_percent) (scratch_ += match.stem) += pattern.suffix;
      if (found_directly(target, scratch_, compatible, mentioned)) {
        FoundPrerequisite& f = prerequisites.emplace_back();
        f.name = scratch_;
        f.order_only = p.order_only || order_only;
        f.wait_before = p.wait_before;
        f.from_pattern = pattern.has_percent;
        f.hidden = p.hidden;
        continue;
      }
      if (!chains) return false;
    }
    const size_t first = prerequisites.size();
    if (is_refused) {  // nothing but the stem has to be put in
      FoundPrerequisite& f = prerequisites.emplace_back();
      f.name.reserve(match.directory.size() + match.stem.size() + piece.pattern.prefix.size() +
                     piece.pattern.suffix.size());
      f.name.append(match.directory).append(piece.pattern.prefix).append(match.stem).append(piece.pattern.suffix);
      f.order_only = p.order_only || order_only;
      f.wait_before = p.wait_before;
      f.from_pattern = true;
    } else {
      add_names(p, target, name, match, order_only, prerequisites);
    }
    for (size_t i = first; i < prerequisites.size(); ++i) {
      FoundPrerequisite& f = prerequisites[i];
      f.hidden = p.hidden;
      if (told) {
        if (const Symbol known = e_.db.symbols.find(f.name); known && impossible_.contains(known)) {
          debug->say(DebugLog::implicit, indent, "Rejecting rule '{}' due to impossible {} prerequisite '{}'.",
                     rule_text(*match.rule), f.from_pattern ? "implicit" : "rule", f.name);
          match.rejected = true;
          return false;
        }
        debug->say(DebugLog::implicit, indent, "Trying {} prerequisite '{}'.", f.from_pattern ? "implicit" : "rule",
                   f.name);
      }
      bool is_mentioned = false;
      const bool found = told ? found_aloud(target, f.name, match, compatible, indent, &is_mentioned)
                              : !is_refused && found_directly(target, f.name, compatible, &is_mentioned);
      *mentioned |= is_mentioned;
      if (found) continue;
      if (told && !chains) debug->say(DebugLog::implicit, indent, "Not found '{}'.", f.name);
      if (!chains) return false;
      // Without a symbol for each name that is only thought of.
      const Symbol symbol = is_refused ? Symbol() : e_.db.symbols.intern(f.name);
      if (symbol && impossible_.contains(symbol)) return false;
      const Place here = here_;
      if (told)
        debug->say(DebugLog::implicit, indent, "Looking for a rule with {} file '{}'.",
                   is_mentioned ? "explicit" : "intermediate", f.name);
      match.rule->in_use = true;
      f.intermediate = find_rule(nullptr, f.name, false, depth + 1);
      match.rule->in_use = false;
      here_ = here;
      if (!f.intermediate) {
        if (told)
          debug->say(DebugLog::implicit, indent, "Rejecting rule '{}' due to impossible prerequisite '{}'.",
                     rule_text(*match.rule), f.name);
        if (symbol) impossible_.insert(symbol);
        if (hopeless) *hopeless = searches_;
        return false;
      }
    }
  }
  out = std::make_unique<FoundRule>();
  out->rule = match.rule;
  out->target = match.target;
  out->directory = match.directory;
  out->stem = match.stem;
  out->prerequisites = std::move(prerequisites);
  return true;
}

void Search::apply(Target& target, FoundRule& found, bool in_chain) {
  Database& db = e_.db;
  const PatternRule& rule = *found.rule;
  const std::string stem = found.directory + found.stem;
  target.stem = db.arena.copy(stem);
  target.recipe = rule.recipe;

  // Names that the rule gives literally count as mentioned, where a rule has to be found for them.
  for (const FoundPrerequisite& f : found.prerequisites)
    if (!f.from_pattern && !f.hidden && f.intermediate) db.target(f.name).is_explicit = true;

  std::vector<Prerequisite> all;
  for (FoundPrerequisite& f : found.prerequisites) {
    Target& made = db.target(f.name);
    Prerequisite p;
    p.target = &made;
    p.order_only = f.order_only;
    p.wait_before = f.wait_before;
    p.hidden = f.hidden;
    all.push_back(p);
    if (in_chain && made.double_colon) db.add_double_colon(made).parent = &target;  // without a rule, as -W adds one
    if (rule.terminal) made.searched = true;  // no chaining beyond a terminal rule
    // What only implicit rules know of is intermediate from the second time on, though it was there before.
    const bool known_to_rules = made.peer || (f.from_pattern && made.searched && made.recipe);
    if (known_to_rules && !made.is_explicit && !made.not_intermediate && !db.special.not_intermediate_all)
      made.intermediate = true;
    if (f.intermediate && &made == &target) {
      // A rule that needs what it makes, and another one for that: what this one needs takes the place of the rest.
      for (const FoundPrerequisite& other : f.intermediate->prerequisites) {
        Prerequisite q;
        q.target = &db.target(other.name);
        q.order_only = other.order_only;
        q.wait_before = other.wait_before;
        q.hidden = other.hidden;
        all.push_back(q);
      }
      break;
    } else if (f.intermediate && !made.recipe) {
      apply(made, *f.intermediate, true);
      made.searched = true;
      made.is_target = true;
      if (!made.is_explicit && !made.not_intermediate && !db.special.not_intermediate_all) made.intermediate = true;
    }
  }
  all.insert(all.end(), target.prerequisites.begin(), target.prerequisites.end());
  target.prerequisites = std::move(all);

  if (const Target* pattern = db.find_target(rule.target_texts[found.target])) {
    if (pattern->precious) target.precious = true;
    if (pattern->not_intermediate) target.not_intermediate = true;
  }

  // The rule's other targets are made by the same recipe.
  if (rule.targets.size() > 1) {
    TargetGroup& group = db.new_group();
    for (size_t t = rule.targets.size(); t-- > 0;) {
      if (t == found.target) {
        group.members.push_back(&target);
        continue;
      }
      const PatternText& pattern = rule.targets[t];
      const bool slash = db.pattern_has_slash(rule.target_texts[t]);
      Target& other =
          db.target(fmt::format("{}{}{}{}", slash ? "" : found.directory, pattern.prefix, found.stem, pattern.suffix));
      if (&other == &target) continue;
      if (!other.is_target) other.peer = true;
      other.is_target = true;
      if (const Target* named = db.find_target(rule.target_texts[t]))
        if (named->precious) other.precious = true;
      group.members.push_back(&other);
    }
    target.group = &group;
  }
}

}  // namespace cmz
