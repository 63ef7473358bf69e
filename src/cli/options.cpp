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

// What Program_options calls an option.
std::string key_of(const OptionRow& row) {
  return row.names[0].empty() ? std::string(1, row.letter()) : std::string(row.names[0]);
}

// An option with its argument as Program_options hands it on. An optional argument that is not there becomes an empty
// value without a token: an option with none would take the next operand.
po::option make_option(const OptionRow& row, const std::string* argument) {
  po::option out;
  out.string_key = key_of(row);
  if (argument) out.original_tokens.push_back(*argument);
  if (row.takes != Takes::nothing) out.value.push_back(argument ? *argument : std::string());
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
  bool number_follows(const OptionRow& row) const {
    if (next_ >= words_.size() || words_[next_].empty()) return false;
    const std::string& word = words_[next_];
    if (row.number_begins.find(word[0]) == std::string_view::npos) return false;
    return row.number_goes_on.empty() || word.find_first_not_of(row.number_goes_on) == std::string::npos;
  }

  // The option with the argument that it takes from the next word, if any.
  void finish(const OptionRow& row, size_t letter) {
    const bool takes_word = row.takes == Takes::argument || number_follows(row);
    out_.push_back(make_option(row, takes_word ? &words_[next_] : nullptr));
    if (!takes_word) return;
    if (names_stdin(row, words_[next_])) stdin_makefiles_.push_back({next_ - 1, letter, true});
    ++next_;
  }

  // The option with an argument in the same word.
  void finish_here(const OptionRow& row, size_t letter, const std::string& value) {
    out_.push_back(make_option(row, &value));
    if (names_stdin(row, value)) stdin_makefiles_.push_back({next_ - 1, letter, false});
  }

  static bool names_stdin(const OptionRow& row, const std::string& argument) {
    return row.letter() == 'f' && argument == "-";
  }

  void long_option(const std::string& word) {
    const size_t equals = word.find('=');
    const std::string_view name = std::string_view(word).substr(2, equals == std::string::npos ? equals : equals - 2);
    const auto [row, found] = find_option(name, dialect_, candidates_);
    if (row == nullptr && candidates_.empty())
      return error(fmt::format("{}: unrecognized option '{}'", program_, word));
    if (row == nullptr) {
      std::string message = fmt::format("{}: option '{}' is ambiguous; possibilities:", program_, word);
      for (const LongOption& each : candidates_) message += fmt::format(" '--{}'", each.name);
      return error(std::move(message));
    }
    if (equals != std::string::npos) {
      if (row->takes == Takes::nothing)
        return error(fmt::format("{}: option '--{}' doesn't allow an argument", program_, found));
      return finish_here(*row, 0, word.substr(equals + 1));
    }
    if (row->takes == Takes::argument && next_ >= words_.size())
      return error(fmt::format("{}: option '--{}' requires an argument", program_, found));
    finish(*row, 0);
  }

  void letters(const std::string& word) {
    for (size_t i = 1; i < word.size(); ++i) {
      const OptionRow* row = find_option(word[i]);
      if (row == nullptr) {
        error(fmt::format("{}: invalid option -- '{}'", program_, word[i]));
      } else if (row->takes == Takes::nothing) {
        out_.push_back(make_option(*row, nullptr));
      } else if (i + 1 < word.size()) {
        return finish_here(*row, i, word.substr(i + 1));
      } else if (row->takes == Takes::argument && next_ >= words_.size()) {
        error(fmt::format("{}: option requires an argument -- '{}'", program_, word[i]));
      } else {
        finish(*row, i);
      }
    }
  }

  const std::vector<std::string>& words_;
  std::string_view program_;
  Dialect dialect_;
  size_t next_ = 0;
  std::vector<po::option> out_;
  std::vector<StdinMakefile> stdin_makefiles_;
  std::vector<LongOption> candidates_;
};

// What Program_options knows of an option: how many arguments it has, and what becomes of them.
class OptionValue final : public po::value_semantic {
 public:
  OptionValue(const OptionRow& row, OptionSource source, Options& options)
      : row_(row), source_(source), options_(options) {}

  std::string name() const override { return std::string(row_.argument); }
  unsigned min_tokens() const override { return row_.takes == Takes::nothing ? 0 : 1; }
  unsigned max_tokens() const override { return min_tokens(); }
  bool is_composing() const override { return true; }
  bool is_required() const override { return false; }
  bool apply_default(boost::any&) const override { return false; }
  void parse(boost::any& value, const std::vector<std::string>& words, bool) const override {
    if (!words.empty()) value = words.front();
  }
  // Throws po::error, which says what is wrong with the argument.
  void notify(const boost::any& value) const override {
    const std::string wrong = apply_option({row_, boost::any_cast<std::string>(&value), source_}, options_);
    if (!wrong.empty()) throw po::error(wrong);
  }

 private:
  const OptionRow& row_;
  OptionSource source_;
  Options& options_;
};

// Describes the options that were found: all of them would take longer than the rest of the parsing.
po::options_description describe(const std::vector<po::option>& found, OptionSource source, Options& options) {
  po::options_description out;
  std::vector<LongOption> candidates;
  uint64_t described = 0;
  for (const po::option& option : found) {
    const std::string& key = option.string_key;
    if (key.empty()) continue;
    const OptionRow& row =
        key.size() == 1 ? *find_option(key[0]) : *find_option(key, Dialect::own, candidates).row;  // a full name
    const uint64_t bit = uint64_t{1} << (&row - option_table().data());
    if (described & bit) continue;
    described |= bit;
    out.add_options()(key.c_str(), new OptionValue(row, source, options), std::string(row.help).c_str());
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
  const po::options_description description = describe(found, source, options);
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
      const auto value = description.find(option.string_key, false).semantic();
      boost::any argument;
      value->parse(argument, option.original_tokens, true);
      try {
        value->notify(argument);
      } catch (const po::error& wrong) {
        listener.wrong_argument(wrong.what());
        right = false;
      }
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
