// The search's shortcut: most names of a build have no implicit rule, and that shows without a search.
//
//     name            src/main.c          the ending that rules know: .c     (RuleIndex, a trie of suffixes)
//     Glance of .c    main.y main.l main.w ... main.c,v  RCS/main.c,v  SCCS/s.main.c
//                                         all that rules, or chains of rules, could make a .c from
//     what is left    main.y main.l       in a folder without `,v`, SCCS or .w the others cannot be (NameShapes)
//     TailFilter      "in.y"? "in.l"?     the last characters: no file and no mentioned name ends so
//     answer          no rule applies; no name was put together, and of the disk one listing of the folder is enough
//
// A "maybe" anywhere leads to the full search (implicit_rule.cpp), which alone says yes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/model/rule.h"

namespace cmz {

// All that implicit rules can want of the names with one ending, worked out once: if none of it exists, no rule
// applies, and the search for one need not begin. Most names of a build are sources and `.d` files of which that
// is true (it takes 0.2 us for each of them, the search takes 20).
class Glance {
 public:
  // Names that some rule, or a chain of them, may start from: a prefix, the base, `suffix`.
  struct Prefix {
    uint32_t folder;   // number in the list given to build()
    std::string rest;  // behind the folder
    bool operator==(const Prefix&) const = default;
  };
  struct Ask {
    std::string suffix;
    std::vector<Prefix> prefixes;
    uint64_t tail = 0;  // of the suffix
    bool vpath = true;  // some vpath may find such a name
  };
  // Where they are: in the name's own directory, or, by a rule such as `build/%.o: src/%.c`, in one that begins
  // otherwise.
  struct Area {
    std::string cut;   // the name's directory begins so, or nothing is wanted here
    std::string root;  // what stands for it
    std::vector<Ask> asks;
    std::vector<uint32_t> folders;  // of all their prefixes
    uint32_t number = 0;            // among all areas of all glances
  };

  // Works it out for names that end with `ending`, behind which no rule's suffix goes on to match. `folders` grows;
  // `areas` are counted on.
  void build(const std::vector<std::unique_ptr<PatternRule>>& rules, std::string_view ending,
             std::vector<std::string>& folders, uint32_t& areas);

  bool built() const { return built_; }
  // Whether what it knows holds for the name `directory` + `base` + ending.
  bool holds_for(std::string_view directory, std::string_view base) const;
  const std::vector<Area>& areas() const { return areas_; }
  // Asks of whose suffixes `is_free` holds are out of vpath's reach.
  template <class IsFree>
  void set_vpath(IsFree is_free) {
    for (Area& area : areas_)
      for (Ask& ask : area.asks) ask.vpath = !is_free(ask.suffix);
  }

  uint32_t wanted = 0;  // how often it was asked for

 private:
  // How a source's name is written: `root`, the directory of the name asked for without `cut` at its end, `prefix`, the
  // base of the name asked for, `suffix`.
  struct Form {
    std::string cut, root, prefix, suffix;
    bool operator==(const Form&) const = default;
  };
  // A rule with the prefix `text` may apply to a source that is written as `form` says and begins like `text`: of such
  // names the glance knows nothing. The two are compared behind the source's directory, or from its start if `whole`.
  struct Beginning {
    std::string text;
    Form form;
    bool whole;
  };
  using Rules = std::vector<std::unique_ptr<PatternRule>>;
  bool expand(const Form& form, bool nested, const Rules& rules, std::vector<Form>& todo,
              std::vector<std::string>& folders);
  bool source_of(const Form& form, const PatternRule& rule, const PatternText& pattern, bool slash, Form& source) const;
  void ask(const Form& form, std::vector<std::string>& folders);

  bool built_ = false;
  bool usable_ = false;
  std::vector<Area> areas_;
  std::vector<std::string> endings_;  // of the base: a rule with a longer suffix may match
  std::vector<Beginning> beginnings_;
};

}  // namespace cmz
