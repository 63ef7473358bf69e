/* The object that the golden cases of this folder load. */
#include <gnumake.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int plugin_is_GPL_compatible;

static char *copy (const char *text)
{
  return strcpy (gmk_alloc (strlen (text) + 1), text);
}

/* NAME/ARGC[ARGV 0][ARGV 1]... */
static char *show (const char *name, unsigned argc, char **argv)
{
  char text[4096];
  int n = sprintf (text, "%s/%u", name, argc);
  for (unsigned i = 0; i < argc; ++i)
    n += sprintf (text + n, "[%s]", argv[i]);
  if (argv[argc] != NULL)
    strcpy (text + n, "no null pointer");
  return copy (text);
}

static char *nothing (const char *name, unsigned argc, char **argv)
{
  for (unsigned i = 0; i < argc; ++i)
    argv[i][0] = '\0';
  return NULL;
}

static char *print (const char *name, unsigned argc, char **argv)
{
  printf ("%s", argv[0]);
  return NULL;
}

static char *eval (const char *name, unsigned argc, char **argv)
{
  gmk_eval (argv[0], NULL);
  return NULL;
}

static char *eval_elsewhere (const char *name, unsigned argc, char **argv)
{
  gmk_floc place = { "elsewhere.mk", 77 };
  gmk_eval (argv[0], &place);
  return NULL;
}

static char *expand (const char *name, unsigned argc, char **argv)
{
  return gmk_expand (argv[0]);
}

/* $(register NAME,MIN,MAX,FLAGS) */
static char *reg (const char *name, unsigned argc, char **argv)
{
  unsigned n[4] = { 0 };
  for (unsigned i = 1; i < argc && i < 4; ++i)
    n[i] = atoi (argv[i]);
  gmk_add_function (argv[0], show, n[1], n[2], n[3]);
  return NULL;
}

static int setup (const char *how, const gmk_floc *place, int result)
{
  if (getenv ("QUIET") == NULL)
    printf ("%s at %s:%lu\n", how, place->filenm ? place->filenm : "(null)", place->lineno);
  gmk_add_function ("any", show, 0, 0, GMK_FUNC_DEFAULT);
  gmk_add_function ("one", show, 1, 1, GMK_FUNC_DEFAULT);
  gmk_add_function ("Two-3.x_y", show, 2, 3, GMK_FUNC_DEFAULT);
  gmk_add_function ("raw", show, 0, 0, GMK_FUNC_NOEXPAND);
  gmk_add_function ("raw2", show, 0, 2, GMK_FUNC_NOEXPAND);
  gmk_add_function ("nothing", nothing, 0, 0, GMK_FUNC_DEFAULT);
  gmk_add_function ("print", print, 1, 1, GMK_FUNC_DEFAULT);
  gmk_add_function ("do-eval", eval, 1, 1, GMK_FUNC_DEFAULT);
  gmk_add_function ("eval-elsewhere", eval_elsewhere, 1, 1, GMK_FUNC_DEFAULT);
  gmk_add_function ("expand", expand, 1, 1, GMK_FUNC_DEFAULT);
  gmk_add_function ("expand-raw", expand, 1, 1, GMK_FUNC_NOEXPAND);
  gmk_add_function ("register", reg, 1, 4, GMK_FUNC_DEFAULT);
  return result;
}

int probe_gmk_setup (const gmk_floc *place) { return setup ("probe", place, 1); }
int another (const gmk_floc *place) { return setup ("another", place, 7); }
int keep (const gmk_floc *place) { return setup ("keep", place, -1); }
int fail (const gmk_floc *place) { return setup ("fail", place, 0); }
int _gmk_setup (const gmk_floc *place) { return setup ("nameless", place, 1); }
int a_b1_gmk_setup (const gmk_floc *place) { return setup ("a_b1", place, 1); }

int in_setup (const gmk_floc *place)
{
  char *text = gmk_expand ("[$(.LOADED)] [$(MAKEFILE_LIST)] [$(V)]");
  printf ("%s\n", text);
  gmk_free (text);
  gmk_eval ("V += from setup\nall: ; @echo $(V)", place);
  return 1;
}
