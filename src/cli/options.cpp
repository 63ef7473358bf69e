// The command line, through Boost.Program_options with make's habits on top: an argument for -j and -l may
// follow as a number of its own, `VAR=value` may stand anywhere, messages are those of getopt.
#include "cmzmake/cli/options.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <unordered_map>

#include "cmzmake/base/strings.h"
#include "cmzmake/syntax/statement.h"

namespace cmz {
namespace {

namespace po = boost::program_options;

enum class Takes { nothing, argument, optional };

struct OptionInfo {
  const char* names;  // long name and letter, as Program_options writes them
  Takes takes;
  void (*apply)(Options&, const std::string&);
};

[[noreturn]] void fatal(const std::string& message) { throw UsageError(message, true); }

void set_jobs(Options& o, const std::string& text) {
  if (text.empty()) {
    o.jobs = Options::kJobsUnlimited;
    return;
  }
  int n = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), n);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size() || n < 1)
    throw UsageError("the '-j' option requires a positive integer argument", false);
  o.jobs = n;
}

void set_load(Options& o, const std::string& text) {
  if (text.empty()) {
    o.max_load = -1;
    return;
  }
  char* end = nullptr;
  o.max_load = std::strtod(text.c_str(), &end);
}

void set_sync(Options& o, const std::string& text) {
  const std::string type = text.empty() ? "target" : text;
  if (type != "none" && type != "line" && type != "target" && type != "recurse")
    fatal(fmt::format("unknown output-sync type '{}'", type));
  o.output_sync = type;
}

void set_shuffle(Options& o, const std::string& text) {
  if (text.empty() || text == "random") {
    o.shuffle = std::to_string(static_cast<unsigned>(std::time(nullptr)) & 0x7fffffff);
  } else if (text == "none" || text == "reverse") {
    o.shuffle = text == "none" ? "" : text;
  } else {
    unsigned seed = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size())
      fatal(fmt::format("invalid shuffle mode: Invalid value: '{}'", text));
    o.shuffle = text;
  }
}

void check_debug(const std::string& flags) {
  // Letters, or words of which the first letter counts.
  std::string_view rest = flags;
  while (!rest.empty()) {
    const size_t end = rest.find_first_of(", ");
    const std::string_view word = rest.substr(0, end);
    if (!word.empty() && std::string_view("abijmnpvw").find(static_cast<char>(word[0] | 32)) ==
                             std::string_view::npos)
      fatal(fmt::format("unknown debug level specification '{}'", flags));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

const OptionInfo kOptions[] = {
    {"ignored-b,b", Takes::nothing, [](Options&, const std::string&) {}},
    {"ignored-m,m", Takes::nothing, [](Options&, const std::string&) {}},
    {"always-make,B", Takes::nothing, [](Options& o, const std::string&) { o.always_make = true; }},
    {"directory,C", Takes::argument,
     [](Options& o, const std::string& v) { o.directories.push_back(v); }},
    {"debug-all,d", Takes::nothing, [](Options& o, const std::string&) { o.debug_all = true; }},
    {"debug", Takes::optional,
     [](Options& o, const std::string& v) {
       check_debug(v.empty() ? "basic" : v);
       o.debug.push_back(v.empty() ? "basic" : v);
     }},
    {"environment-overrides,e", Takes::nothing,
     [](Options& o, const std::string&) { o.environment_overrides = true; }},
    {"eval,E", Takes::argument, [](Options& o, const std::string& v) { o.evals.push_back(v); }},
    {"file,f", Takes::argument, [](Options& o, const std::string& v) { o.makefiles.push_back(v); }},
    {"makefile", Takes::argument, [](Options& o, const std::string& v) { o.makefiles.push_back(v); }},
    {"help,h", Takes::nothing, [](Options& o, const std::string&) { o.help = true; }},
    {"ignore-errors,i", Takes::nothing, [](Options& o, const std::string&) { o.ignore_errors = true; }},
    {"include-dir,I", Takes::argument,
     [](Options& o, const std::string& v) { o.include_dirs.push_back(v); }},
    {"jobs,j", Takes::optional, set_jobs},
    {"jobserver-auth", Takes::argument,
     [](Options& o, const std::string& v) { o.jobserver_auth = v; }},
    {"jobserver-fds", Takes::argument, [](Options& o, const std::string& v) { o.jobserver_auth = v; }},
    {"jobserver-style", Takes::argument,
     [](Options& o, const std::string& v) {
       if (v != "pipe" && v != "fifo") fatal(fmt::format("unknown jobserver style '{}'", v));
       o.jobserver_style = v;
     }},
    {"keep-going,k", Takes::nothing,
     [](Options& o, const std::string&) {
       o.keep_going = true;
       o.stop = false;
     }},
    {"no-keep-going,S", Takes::nothing,
     [](Options& o, const std::string&) {
       o.keep_going = false;
       o.stop = true;
     }},
    {"stop", Takes::nothing,
     [](Options& o, const std::string&) {
       o.keep_going = false;
       o.stop = true;
     }},
    {"load-average,l", Takes::optional, set_load},
    {"max-load", Takes::optional, set_load},
    {"check-symlink-times,L", Takes::nothing,
     [](Options& o, const std::string&) { o.check_symlink_times = true; }},
    {"just-print,n", Takes::nothing, [](Options& o, const std::string&) { o.dry_run = true; }},
    {"dry-run", Takes::nothing, [](Options& o, const std::string&) { o.dry_run = true; }},
    {"recon", Takes::nothing, [](Options& o, const std::string&) { o.dry_run = true; }},
    {"old-file,o", Takes::argument, [](Options& o, const std::string& v) { o.old_files.push_back(v); }},
    {"assume-old", Takes::argument, [](Options& o, const std::string& v) { o.old_files.push_back(v); }},
    {"output-sync,O", Takes::optional, set_sync},
    {"print-data-base,p", Takes::nothing, [](Options& o, const std::string&) { o.print_data_base = true; }},
    {"question,q", Takes::nothing, [](Options& o, const std::string&) { o.question = true; }},
    {"no-builtin-rules,r", Takes::nothing,
     [](Options& o, const std::string&) { o.no_builtin_rules = true; }},
    {"no-builtin-variables,R", Takes::nothing,
     [](Options& o, const std::string&) { o.no_builtin_rules = o.no_builtin_variables = true; }},
    {"shuffle", Takes::optional, set_shuffle},
    {"silent,s", Takes::nothing,
     [](Options& o, const std::string&) {
       o.silent = true;
       o.no_silent = false;
     }},
    {"quiet", Takes::nothing,
     [](Options& o, const std::string&) {
       o.silent = true;
       o.no_silent = false;
     }},
    {"no-silent", Takes::nothing,
     [](Options& o, const std::string&) {
       o.silent = false;
       o.no_silent = true;
     }},
    {"temp-stdin", Takes::argument,
     [](Options& o, const std::string& v) {
       o.makefiles.push_back(v);
       o.temporary_makefile = v;
     }},
    {"sync-mutex", Takes::argument, [](Options& o, const std::string& v) { o.sync_mutex = v; }},
    {"touch,t", Takes::nothing, [](Options& o, const std::string&) { o.touch = true; }},
    {"trace", Takes::nothing, [](Options& o, const std::string&) { o.trace = true; }},
    {"version,v", Takes::nothing, [](Options& o, const std::string&) { o.version = true; }},
    {"print-directory,w", Takes::nothing,
     [](Options& o, const std::string&) {
       o.print_directory = true;
       o.no_print_directory = false;
     }},
    {"no-print-directory", Takes::nothing,
     [](Options& o, const std::string&) {
       o.print_directory = false;
       o.no_print_directory = true;
     }},
    {"what-if,W", Takes::argument, [](Options& o, const std::string& v) { o.new_files.push_back(v); }},
    {"new-file", Takes::argument, [](Options& o, const std::string& v) { o.new_files.push_back(v); }},
    {"assume-new", Takes::argument, [](Options& o, const std::string& v) { o.new_files.push_back(v); }},
    {"warn-undefined-variables", Takes::nothing,
     [](Options& o, const std::string&) { o.warn_undefined = true; }},
};

std::string_view long_name(const OptionInfo& info) {
  std::string_view names = info.names;
  return names.substr(0, names.find(','));
}

char letter_of(const OptionInfo& info) {
  std::string_view names = info.names;
  const size_t comma = names.find(',');
  return comma == std::string_view::npos ? '\0' : names[comma + 1];
}

const OptionInfo* find_letter(char letter) {
  for (const OptionInfo& info : kOptions)
    if (letter_of(info) == letter) return &info;
  return nullptr;
}

// Names that exist only to give a letter a place in the table.
bool is_hidden(std::string_view name) {
  return name == "ignored-b" || name == "ignored-m" || name == "debug-all";
}

const OptionInfo* find_long(std::string_view name, std::string_view program) {
  const OptionInfo* found = nullptr;
  std::vector<const OptionInfo*> candidates;
  for (const OptionInfo& info : kOptions) {
    const std::string_view candidate = long_name(info);
    if (is_hidden(candidate)) continue;
    if (candidate == name) return &info;
    if (candidate.substr(0, name.size()) == name) candidates.push_back(&info);
  }
  if (candidates.empty())
    throw UsageError(fmt::format("{}: unrecognized option '--{}'", program, name), false);
  found = candidates[0];
  for (const OptionInfo* c : candidates)
    if (c->apply != found->apply) {
      std::string text = fmt::format("{}: option '--{}' is ambiguous; possibilities:", program, name);
      for (const OptionInfo* each : candidates) text += fmt::format(" '--{}'", long_name(*each));
      throw UsageError(text, false);
    }
  return found;
}

bool starts_with_digit(const std::string& text) {
  return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

// Takes the words apart into options with their arguments and operands. Program_options then sees only
// complete `--name=value` words: abbreviations, bundles and free-standing numbers are make's own affair.
struct Tokens {
  std::vector<std::string> options;   // --name or --name=value
  std::vector<std::string> operands;
};

Tokens tokenize(const std::vector<std::string>& words, std::string_view program, bool keep_order_after_dashes) {
  Tokens out;
  (void)keep_order_after_dashes;
  const auto add = [&](const OptionInfo& info, const std::string* value) {
    std::string word = fmt::format("--{}", long_name(info));
    if (value) word += '=' + *value;
    out.options.push_back(std::move(word));
  };
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      out.operands.insert(out.operands.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      out.operands.push_back(word);
      continue;
    }
    const auto number_follows = [&](const OptionInfo& info) {
      return (info.apply == set_jobs || info.apply == set_load) && i + 1 < words.size() &&
             starts_with_digit(words[i + 1]);
    };
    if (word[1] == '-') {
      const size_t equals = word.find('=');
      const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
      const OptionInfo& info = *find_long(name, program);
      if (equals != std::string::npos) {
        if (info.takes == Takes::nothing)
          throw UsageError(fmt::format("{}: option '--{}' doesn't allow an argument", program, long_name(info)),
                           false);
        const std::string value = word.substr(equals + 1);
        add(info, &value);
      } else if (info.takes == Takes::argument) {
        if (i + 1 >= words.size())
          throw UsageError(fmt::format("{}: option '--{}' requires an argument", program, long_name(info)), false);
        add(info, &words[++i]);
      } else if (number_follows(info)) {
        add(info, &words[++i]);
      } else {
        add(info, nullptr);
      }
      continue;
    }
    for (size_t c = 1; c < word.size(); ++c) {
      const OptionInfo* info = find_letter(word[c]);
      if (info == nullptr)
        throw UsageError(fmt::format("{}: invalid option -- '{}'", program, word[c]), false);
      if (info->takes == Takes::nothing) {
        add(*info, nullptr);
        continue;
      }
      if (c + 1 < word.size()) {
        const std::string value = word.substr(c + 1);
        add(*info, &value);
      } else if (info->takes == Takes::argument) {
        if (i + 1 >= words.size())
          throw UsageError(fmt::format("{}: option requires an argument -- '{}'", program, word[c]), false);
        add(*info, &words[++i]);
      } else if (number_follows(*info)) {
        add(*info, &words[++i]);
      } else {
        add(*info, nullptr);
      }
      break;
    }
  }
  return out;
}

const po::options_description& description() {
  static const po::options_description* all = [] {
    auto* d = new po::options_description;
    for (const OptionInfo& info : kOptions) {
      const std::string name(long_name(info));
      if (info.takes == Takes::nothing)
        d->add_options()(name.c_str(), "");
      else if (info.takes == Takes::argument)
        d->add_options()(name.c_str(), po::value<std::string>(), "");
      else
        d->add_options()(name.c_str(), po::value<std::string>()->implicit_value("", ""), "");
    }
    return d;
  }();
  return *all;
}

void apply(const std::vector<std::string>& words, Options& options) {
  if (words.empty()) return;
  namespace style = po::command_line_style;
  const po::parsed_options parsed = po::command_line_parser(words)
                                        .options(description())
                                        .style(style::allow_long | style::long_allow_adjacent)
                                        .run();
  for (const po::option& option : parsed.options)
    for (const OptionInfo& info : kOptions)
      if (long_name(info) == option.string_key) {
        info.apply(options, option.value.empty() ? std::string() : option.value[0]);
        break;
      }
}

}  // namespace

void parse_command_line(const std::vector<std::string>& arguments, std::string_view program,
                        Options& options) {
  const Tokens tokens = tokenize(arguments, program, true);
  const int before = options.jobs;
  options.jobs = Options::kJobsUnset;
  apply(tokens.options, options);
  options.jobs_here = options.jobs != Options::kJobsUnset;
  if (!options.jobs_here) options.jobs = before;
  for (const std::string& operand : tokens.operands) {
    Statement s;
    if (parse_assignment(operand, &s) && !s.name.empty())
      options.assignments.push_back(operand);
    else if (!operand.empty())
      options.goals.push_back(operand);
  }
}

void parse_makeflags(std::string_view text, Options& options) {
  // Words, with backslashes quoting blanks; what follows `--` are assignments, latest first.
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '$') {
      word += text[++i];
      in_word = true;
    } else if (is_space(text[i])) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += text[i];
      in_word = true;
    }
  }
  if (in_word) words.push_back(std::move(word));
  if (words.empty()) return;
  // A first word without a dash is letters, unless it assigns.
  if (words[0][0] != '-' && words[0].find('=') == std::string::npos) words[0].insert(0, 1, '-');
  const Tokens tokens = tokenize(words, "", false);
  apply(tokens.options, options);
  std::vector<std::string> assignments;
  for (const std::string& operand : tokens.operands) {
    Statement s;
    if (parse_assignment(operand, &s) && !s.name.empty()) assignments.insert(assignments.begin(), operand);
  }
  options.assignments.insert(options.assignments.begin(), assignments.begin(), assignments.end());
}

DebugFlags Options::debug_flags() const {
  DebugFlags out;
  const auto all = [&] {
    out.basic = out.verbose = out.implicit = out.jobs = out.makefile = out.print = out.why = true;
  };
  if (debug_all) all();
  for (const std::string& flags : debug) {
    std::string_view rest = flags;
    while (!rest.empty()) {
      const size_t end = rest.find_first_of(", ");
      switch (rest[0] | 32) {
        case 'a': all(); break;
        case 'b': out.basic = true; break;
        case 'v': out.basic = out.verbose = true; break;
        case 'i': out.basic = out.implicit = true; break;
        case 'j': out.jobs = true; break;
        case 'm': out.basic = out.makefile = true; break;
        case 'n': out = DebugFlags{}; break;
        case 'p': out.print = true; break;
        case 'w': out.why = true; break;
        default: break;
      }
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  return out;
}

}  // namespace cmz
