// The command line, through Boost.Program_options with make's habits as its style: abbreviations, a number
// behind -j or -l, operands anywhere, the messages of getopt, wrong options that are only skipped.
#include "cmzmake/cli/options.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "cmzmake/base/strings.h"
#include "cmzmake/syntax/statement.h"
#include "option_table.h"

namespace cmz {
namespace {

namespace po = boost::program_options;

// An option with its argument, as Program_options hands it on, or an operand (no key). An optional argument
// that is not there becomes an empty one without a token: an option with none would take the next operand.
po::option make_option(const OptionInfo& info, const std::string* argument) {
  po::option out;
  out.string_key = info.name.empty() ? std::string(1, info.letter) : std::string(info.name);
  if (argument) out.original_tokens.push_back(*argument);
  if (info.takes != Takes::nothing) out.value.push_back(argument ? *argument : std::string());
  return out;
}

po::option make_operand(const std::string& text) {
  po::option out;
  out.value.push_back(text);
  return out;
}

po::option make_error(std::string message) {
  po::option out;
  out.unregistered = true;
  out.value.push_back(std::move(message));
  return out;
}

// Cuts words into options and operands as getopt_long() does, with make's numbers behind -j and -l.
class Cutter {
 public:
  Cutter(const std::vector<std::string>& words, std::string_view program, Dialect dialect)
      : words_(words), program_(program), dialect_(dialect) {}

  // Where `-f -` stands, in whatever form.
  struct StdinMakefile {
    size_t word;    // the option's
    size_t letter;  // its place there; 0: a long option
    bool two_words;
  };

  std::vector<po::option> run() {
    for (next_ = 0; next_ < words_.size();) {
      const std::string& word = words_[next_++];
      if (word == "--") {
        while (next_ < words_.size()) out_.push_back(make_operand(words_[next_++]));
      } else if (word.size() < 2 || word[0] != '-') {
        out_.push_back(make_operand(word));
      } else if (word[1] == '-') {
        long_option(word);
      } else {
        letters(word);
      }
    }
    return std::move(out_);
  }

  // Those that run() has found.
  const std::vector<StdinMakefile>& stdin_makefiles() const { return stdin_makefiles_; }

 private:
  void error(std::string message) { out_.push_back(make_error(std::move(message))); }

  // Whether the next word is the number of an option that may have one.
  bool number_follows(const OptionInfo& info) const {
    if (next_ >= words_.size() || words_[next_].empty()) return false;
    const std::string& word = words_[next_];
    if (info.id == OptionId::jobs) return word.find_first_not_of("0123456789") == std::string::npos;
    return info.id == OptionId::load_average && (word[0] == '.' || (word[0] >= '0' && word[0] <= '9'));
  }

  // The option with the argument that it takes from the next word, if any.
  void finish(const OptionInfo& info, size_t letter) {
    const bool takes_word = info.takes == Takes::argument || number_follows(info);
    out_.push_back(make_option(info, takes_word ? &words_[next_] : nullptr));
    if (!takes_word) return;
    if (names_stdin(info, words_[next_])) stdin_makefiles_.push_back({next_ - 1, letter, true});
    ++next_;
  }

  // The option with an argument in the same word.
  void finish_here(const OptionInfo& info, size_t letter, const std::string& value) {
    out_.push_back(make_option(info, &value));
    if (names_stdin(info, value)) stdin_makefiles_.push_back({next_ - 1, letter, false});
  }

  static bool names_stdin(const OptionInfo& info, const std::string& argument) {
    return info.id == OptionId::file && argument == "-";
  }

  void long_option(const std::string& word) {
    const size_t equals = word.find('=');
    const std::string_view name = std::string_view(word).substr(2, equals == std::string::npos ? equals : equals - 2);
    const OptionInfo* info = find_option(name, dialect_, &candidates_);
    if (info == nullptr && candidates_.empty())
      return error(fmt::format("{}: unrecognized option '{}'", program_, word));
    if (info == nullptr) {
      std::string message = fmt::format("{}: option '{}' is ambiguous; possibilities:", program_, word);
      for (const OptionInfo* each : candidates_) message += fmt::format(" '--{}'", each->name);
      return error(std::move(message));
    }
    if (equals != std::string::npos) {
      if (info->takes == Takes::nothing)
        return error(fmt::format("{}: option '--{}' doesn't allow an argument", program_, info->name));
      return finish_here(*info, 0, word.substr(equals + 1));
    }
    if (info->takes == Takes::argument && next_ >= words_.size())
      return error(fmt::format("{}: option '--{}' requires an argument", program_, info->name));
    finish(*info, 0);
  }

  void letters(const std::string& word) {
    for (size_t i = 1; i < word.size(); ++i) {
      const OptionInfo* info = find_option(word[i]);
      if (info == nullptr) {
        error(fmt::format("{}: invalid option -- '{}'", program_, word[i]));
      } else if (info->takes == Takes::nothing) {
        out_.push_back(make_option(*info, nullptr));
      } else if (i + 1 < word.size()) {
        return finish_here(*info, i, word.substr(i + 1));
      } else if (info->takes == Takes::argument && next_ >= words_.size()) {
        error(fmt::format("{}: option requires an argument -- '{}'", program_, word[i]));
      } else {
        finish(*info, i);
      }
    }
  }

  const std::vector<std::string>& words_;
  std::string_view program_;
  Dialect dialect_;
  size_t next_ = 0;
  std::vector<po::option> out_;
  std::vector<StdinMakefile> stdin_makefiles_;
  std::vector<const OptionInfo*> candidates_;
};

const OptionInfo& option_of_key(const std::string& key) {
  if (key.size() == 1) return *find_option(key[0]);
  std::vector<const OptionInfo*> candidates;
  return *find_option(key, Dialect::own, &candidates);  // a full name
}

// Describes the options that were found: all of them would take longer than the rest of the parsing.
po::options_description describe(const std::vector<po::option>& found) {
  po::options_description out;
  uint64_t described = 0;
  for (const po::option& option : found) {
    if (option.string_key.empty()) continue;
    const auto number = static_cast<unsigned>(&option_of_key(option.string_key) - option_table().data());
    if (described >> number & 1) continue;
    described |= uint64_t{1} << number;
    if (option_table()[number].takes == Takes::nothing)
      out.add_options()(option.string_key.c_str(), "");
    else
      out.add_options()(option.string_key.c_str(), po::value<std::string>());
  }
  return out;
}

bool is_assignment(const std::string& word, Dialect dialect) {
  Statement statement;
  if (!parse_assignment(word, &statement, dialect)) return false;
  return !statement.modifiers.any();
}

// Reads `words` into `options`. `program` is what getopt's messages start with. False when something was wrong.
bool parse(const std::vector<std::string>& words, std::string_view program, OptionSource source, Options& options,
           OptionListener& listener) {
  if (words.empty()) return true;
  std::vector<po::option> found = Cutter(words, program, options.dialect).run();
  const po::options_description description = describe(found);
  const auto give_all = [&](std::vector<std::string>& rest) {
    rest.clear();
    return std::move(found);
  };
  namespace style = po::command_line_style;
  const po::parsed_options parsed = po::command_line_parser(words)
                                        .options(description)
                                        .style(style::allow_long | style::long_allow_adjacent)
                                        .extra_style_parser(give_all)
                                        .allow_unregistered()
                                        .run();
  bool right = true;
  for (const po::option& option : parsed.options) {
    if (option.unregistered) {
      listener.wrong_option(option.value[0]);
      right = false;
    } else if (option.string_key.empty()) {
      const std::string& text = option.value[0];
      if (text.empty() || text == "-") continue;
      const bool assigns = is_assignment(text, options.dialect);
      if (source != OptionSource::makefile) (assigns ? options.assignments : options.goals).push_back(text);
      if (assigns) listener.assignment(text);
    } else {
      const std::string* argument = option.original_tokens.empty() ? nullptr : &option.value[0];
      const std::string wrong = apply_option(option_of_key(option.string_key), argument, source, options);
      if (wrong.empty()) continue;
      listener.wrong_argument(wrong);
      right = false;
    }
  }
  return right;
}

// The words of a MAKEFLAGS: a backslash quotes the character behind it, a first word of mere letters gets a dash.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  // Before the first word, and only there, the end of a line is a blank too.
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
  for (; !text.empty(); text = skip_blanks(text)) {
    std::string& word = words.emplace_back();
    size_t i = 0;
    for (; i < text.size() && !is_blank(text[i]); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      word += text[i];
    }
    text.remove_prefix(i);
  }
  if (!words.empty() && words[0][0] != '-' && words[0].find('=') == std::string::npos) words[0].insert(0, 1, '-');
  return words;
}

}  // namespace

bool parse_command_line(const std::vector<std::string>& arguments, std::string_view program, Options& options,
                        OptionListener& listener) {
  return parse(arguments, program, OptionSource::command_line, options, listener);
}

bool parse_makeflags(std::string_view text, Options& options, OptionListener& listener) {
  return parse(words_of(text), "", OptionSource::environment, options, listener);
}

void check_values(const Options& options) {
  check_debug(options);
  check_output_sync(options);
}

MakefileFlags parse_makefile_flags(std::string_view text, Options& options) {
  struct Collector : OptionListener {
    MakefileFlags flags;
    void assignment(const std::string& word) override { flags.assignments.push_back(word); }
    void wrong_option(const std::string&) override {}
    void wrong_argument(const std::string& message) override { flags.complaints.push_back(message); }
  } collector;
  parse(words_of(text), "", OptionSource::makefile, options, collector);
  check_values(options);
  return std::move(collector.flags);
}

bool finish_makefile_flags(Options& options) {
  bool changed = false;
  if (options.command_line_jobs != Options::kJobsUnset && options.jobs != options.command_line_jobs) {
    options.jobs = options.command_line_jobs;
    changed = true;
  }
  if (options.no_builtin_variables && !options.no_builtin_rules) changed = options.no_builtin_rules = true;
  return changed;
}

std::vector<std::string> arguments_with_temp_stdin(const std::vector<std::string>& arguments, const std::string& file) {
  Cutter cutter(arguments, {}, Dialect::own);
  cutter.run();
  std::vector<std::string> out;
  auto rest = arguments.begin();
  for (const Cutter::StdinMakefile& place : cutter.stdin_makefiles()) {
    const auto word = arguments.begin() + static_cast<std::ptrdiff_t>(place.word);
    out.insert(out.end(), rest, word);
    if (place.letter > 1) out.push_back(word->substr(0, place.letter));
    out.push_back("--temp-stdin=" + file);
    rest = word + (place.two_words ? 2 : 1);
  }
  out.insert(out.end(), rest, arguments.end());
  return out;
}

}  // namespace cmz
