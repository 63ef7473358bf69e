// What a Session is made of. Private to cli's session*.cpp: each of them has one stretch of the
// run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmzmake/cli/host.h"
#include "cmzmake/cli/options.h"
#include "cmzmake/cli/session.h"
#include "cmzmake/disk/disk.h"
#include "cmzmake/eval/evaluator.h"
#include "cmzmake/event/diagnostics.h"
#include "cmzmake/event/sink.h"
#include "cmzmake/plan/builder.h"
#include "cmzmake/report/json_events.h"
#include "cmzmake/report/plain.h"
#include "cmzmake/run/jobserver.h"
#include "cmzmake/run/local_executor.h"
#include "cmzmake/search/search.h"
#include "local_shell.h"
#include "statistics.h"

namespace cmz {

// The variable that $(MAKEOVERRIDES) refers to, and the one that MAKEFLAGS takes --eval from.
inline constexpr std::string_view kCommandVariables = "-*-command-variables-*-";
inline constexpr std::string_view kEvalFlags = "-*-eval-flags-*-";

struct Session::Impl : OptionListener {
  Impl(Host& its_host, std::vector<std::string> args, std::vector<std::string> env);

  // --- the run (session.cpp) ---
  int run();
  // False when there is nothing to run: --help, --version or a wrong command line, with the exit
  // status.
  bool read_options(int* status);
  void assignment(const std::string& text) override;
  void wrong_option(const std::string& line) override;
  void wrong_argument(const std::string& message) override;
  void options_grew();
  bool check_options();
  int read_and_build();
  void give_up() noexcept;
  void say_why();
  int print_only(event::Text::What what, const std::string& text);
  void say(event::Text::What what, std::string_view text) { events.on(event::Text{what, text}); }
  std::optional<std::string> working_directory();
  void change_directories();
  bool prints_directory() const;
  void enter_directory();
  void find_level();
  int leave(int status);
  void close();
  void raise_again(int signal);
  void stretch_over(Stretches::Time Stretches::*end);
  void tell_statistics();
  void open_events();
  void end_events(const event::RunEnded& ended);
  // A variable of make's own environment, or nullptr.
  const char* variable(std::string_view name) const;
  // Where temporary files go; complains once.
  const std::string& temporary();

  // --- variables that makefiles find defined (session_variables.cpp) ---
  void begin_variables();
  void import_environment();
  void define_override(const std::string& assignment);
  void define_variables();
  void define_own_variables();
  void define_shell();
  void define_make_command();
  void define_terminals();
  void define_overrides();
  void set_include_dirs();
  void forget_builtin_variables();

  // --- MAKEFLAGS, and options that change with it (session_makeflags.cpp) ---
  void set_makeflags();
  // Where variables come from that make itself puts into the environment.
  Origin environment_origin() const {
    return options.environment_overrides ? Origin::environment_override : Origin::environment;
  }
  void makeflags_changed(Origin assigns);
  void take_flags(const std::string& text, Origin assigns);
  void take_gnumakeflags();
  void apply_options();
  void toggle_debug();

  // --- makefiles (session_makefiles.cpp) ---
  void read_makefiles();
  void read_named_makefile(std::string_view name);
  void read_default_makefile();
  void read_stdin_makefile();
  void finish_options();
  Builder::Remade remake_makefiles();
  [[noreturn]] void restart();

  // --- what jobs share: slots and the terminal (session_jobs.cpp) ---
  void join_jobserver();
  void leave_jobserver();
  void open_pool();
  void serve();
  void use_jobserver(std::unique_ptr<JobserverPool> shared);
  std::string fifo_directory();
  OutputSync output_sync() const;
  OutputCapture& capture_output(OutputSync mode);
  void frame_pieces();
  void begin_output_sync();
  void check_sync_mutex();
  void show_reading_output();
  void settle_output_sync();
  void make_sync_mutex(OutputCapture& capture);
  void share_output();

  // --- the build (session_build.cpp) ---
  int build();
  void add_implicit_rules();
  BuildOptions build_options() const;
  Target& named_target(std::string_view name);
  std::vector<Target*> goals();
  std::vector<Target*> likely_goals();
  void mark_old_files();
  void mark_new_files();
  Target& entered_target(std::string_view name);

  Host& host;
  std::vector<std::string> arguments, environment;
  std::string program;
  unsigned level = 0;
  int restarts = 0;
  Options options;
  Options command_line_options;         // as they were before makefiles were read
  std::string shuffle;                  // --shuffle, whatever makefiles say
  std::vector<std::string> overridden;  // the command line's variables, in order
  bool mflags_inherited = false;
  bool defining_makeflags = false, makeflags_defined = false;
  std::string makeflags_value;  // as make defined it last
  Console& console = host.console;
  std::optional<PlainReport> report;
  FanOut events;  // to the report, and to whoever else wants to hear
  std::unique_ptr<JsonEvents> json_events;
  Stretches stretches;
  Diagnostics diagnostics{events};
  std::unique_ptr<Disk> disk = make_real_disk();
  LocalExecutor executor{host.loop, host.state};
  LocalShell shell{executor};
  Database db;
  std::optional<Evaluator> evaluator;
  std::optional<Search> search;
  DebugLog debug{[this](const std::string& line) { say(event::Text::What::debug, line); }};
  std::unique_ptr<TokenPool> pool;
  JobserverPool* jobserver = nullptr;
  bool serves = false;        // the pool is our own
  bool sync_is_idle = false;  // one job at a time: -O has nothing to keep apart
  std::string opened_mutex;   // a --sync-mutex that has been looked at
  int reading_capture = -1;   // -O: what is written while makefiles are read
  std::string temporary_;
  std::optional<Builder> builder;
  bool entered = false;
  bool left_directory = false;
  std::string write_failure;             // why standard output failed, where make tells
  std::optional<std::string> directory;  // after -C; what getcwd could not tell at first is empty
  std::optional<std::string> start_directory;
};

}  // namespace cmz
