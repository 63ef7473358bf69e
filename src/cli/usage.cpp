// --help and --version.
#include <fmt/format.h>

#include "cmzmake/cli/options.h"

namespace cmz {

namespace {

// A part of the help text; what GNU Make does not have is ours.
struct Part {
  bool ours;
  std::string_view text;
};

constexpr Part kOptionsText[] = {
    {false,
     "Options:\n"
     "  -b, -m                      Ignored for compatibility.\n"
     "  -B, --always-make           Unconditionally make all targets.\n"
     "  -C DIRECTORY, --directory=DIRECTORY\n"
     "                              Change to DIRECTORY before doing anything.\n"
     "  -d                          Print lots of debugging information.\n"
     "  --debug[=FLAGS]             Print various types of debugging information.\n"
     "  -e, --environment-overrides\n"
     "                              Environment variables override makefiles.\n"
     "  -E STRING, --eval=STRING    Evaluate STRING as a makefile statement.\n"},
    {true, "  --events=FILE|fd:N          Write what happens as lines of JSON.\n"},
    {false,
     "  -f FILE, --file=FILE, --makefile=FILE\n"
     "                              Read FILE as a makefile.\n"
     "  -h, --help                  Print this message and exit.\n"
     "  -i, --ignore-errors         Ignore errors from recipes.\n"
     "  -I DIRECTORY, --include-dir=DIRECTORY\n"
     "                              Search DIRECTORY for included makefiles.\n"
     "  -j [N], --jobs[=N]          Allow N jobs at once; infinite jobs with no arg.\n"},
    {true, "  --jobserver                 Serve a jobserver for -j1 as well.\n"},
    {false,
     "  --jobserver-style=STYLE     Select the style of jobserver to use.\n"
     "  -k, --keep-going            Keep going when some targets can't be made.\n"
     "  -l [N], --load-average[=N], --max-load[=N]\n"
     "                              Don't start multiple jobs unless load is below N.\n"
     "  -L, --check-symlink-times   Use the latest mtime between symlinks and target.\n"
     "  -n, --just-print, --dry-run, --recon\n"
     "                              Don't actually run any recipe; just print them.\n"
     "  -o FILE, --old-file=FILE, --assume-old=FILE\n"
     "                              Consider FILE to be very old and don't remake it.\n"
     "  -O[TYPE], --output-sync[=TYPE]\n"
     "                              Synchronize output of parallel jobs by TYPE.\n"
     "  -p, --print-data-base       Print make's internal database.\n"},
    {true, "  --print-targets             Print the targets that makefiles define, and exit.\n"},
    {false,
     "  -q, --question              Run no recipe; exit status says if up to date.\n"
     "  -r, --no-builtin-rules      Disable the built-in implicit rules.\n"
     "  -R, --no-builtin-variables  Disable the built-in variable settings.\n"
     "  --shuffle[={SEED|random|reverse|none}]\n"
     "                              Perform shuffle of prerequisites and goals.\n"
     "  -s, --silent, --quiet       Don't echo recipes.\n"
     "  --no-silent                 Echo recipes (disable --silent mode).\n"
     "  -S, --no-keep-going, --stop\n"
     "                              Turns off -k.\n"},
    {true, "  --stats                     Say at the end what this program did itself.\n"},
    {false,
     "  -t, --touch                 Touch targets instead of remaking them.\n"
     "  --trace                     Print tracing information.\n"
     "  -v, --version               Print the version number of make and exit.\n"
     "  -w, --print-directory       Print the current directory.\n"
     "  --no-print-directory        Turn off -w, even if it was turned on implicitly.\n"
     "  -W FILE, --what-if=FILE, --new-file=FILE, --assume-new=FILE\n"
     "                              Consider FILE to be infinitely new.\n"},
    {true, "  --warn[=CONTROL]            Ignore, warn of or fail at flaws in makefiles.\n"},
    {false, "  --warn-undefined-variables  Warn when an undefined variable is referenced.\n"},
};

}  // namespace

Dialect dialect_of(std::string_view program) {
  return program == "make" || program == "gmake" ? Dialect::gnu : Dialect::own;
}

std::string usage_text(std::string_view program) {
  const bool gnu = dialect_of(program) == Dialect::gnu;
  std::string out = fmt::format("Usage: {} [options] [target] ...\n", program);
  for (const Part& part : kOptionsText)
    if (!gnu || !part.ours) out += part.text;
  out += gnu ? "\nThis program built for " CMZMAKE_HOST "\nReport bugs to <bug-make@gnu.org>\n"
             : "\nThis program is cmzmake " CMZMAKE_VERSION ", built for " CMZMAKE_HOST
               "\nReport bugs with the makefile that shows them.\n";
  return out;
}

// The first line is GNU Make's own to the letter: scripts cut the version out of it in many ways, the first or
// the last number, or compare the whole.
std::string version_text() {
  return "GNU Make 4.4.1\n"
         "This is cmzmake " CMZMAKE_VERSION
         ", a drop-in replacement for GNU Make\n"
         "Built for " CMZMAKE_HOST
         "\n"
         "License MIT: free to use, change and redistribute.\n"
         "There is NO WARRANTY, to the extent permitted by law.\n";
}

}  // namespace cmz
