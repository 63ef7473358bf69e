/* The C interface between make and the objects that its `load` directive loads.

   Written for cmzmake from GNU Make's manual, "Loaded Object Interface"; binary compatible with objects made
   for GNU Make 4.4.1, and with GNU Make 4.4.1 for objects made with this header. docs/extending.md shows how to
   write one. An object defines the symbol `plugin_is_GPL_compatible` and a setup function

       int NAME_gmk_setup (const gmk_floc *place);

   where NAME is the object's file name up to the first character that is no letter, digit or `_`. `place` is
   the `load` directive, and lives as long as the call. The setup function returns 0 when it failed, -1 when
   it succeeded and make shall not try to remake the object's file, and anything else when it succeeded.

   The functions below may be called from the setup function and from the functions that it registers, in the
   thread that make called them in. A makefile error inside gmk_expand, gmk_eval or gmk_add_function ends make:
   the call does not return.  */

#ifndef GNUMAKE_H
#define GNUMAKE_H

#ifdef __cplusplus
extern "C" {
#endif

/* A place in a makefile. FILENM is null for what the command line gave.  */
typedef struct {
  const char* filenm;
  unsigned long lineno;
} gmk_floc;

/* Computes what `$(NAME ARGUMENTS)` expands to. ARGV has ARGC arguments and a null pointer behind them; they are
   gone when the function returns. The result is null (nothing), or a string from gmk_alloc, which make frees.  */
typedef char* (*gmk_func_ptr)(const char* name, unsigned int argc, char** argv);

/* For gmk_add_function: the arguments are expanded before the function gets them, or it gets them as written.  */
#define GMK_FUNC_DEFAULT 0x00
#define GMK_FUNC_NOEXPAND 0x01

/* Makes FUNCTION known to makefiles as NAME: 1 to 255 letters, digits, `.`, `-` and `_`, the first one no `.`.
   Less than MIN_ARGS arguments are an error; the commas behind MAX_ARGS of them belong to the last one, and 0
   sets no limit. Both are at most 255.  */
void gmk_add_function(const char* name, gmk_func_ptr function, unsigned int min_args, unsigned int max_args,
                      unsigned int flags);

/* Expands TEXT as make would at this moment. The result belongs to the caller, who gives it to gmk_free.  */
char* gmk_expand(const char* text);

/* Reads TEXT as makefile lines. Messages say that it stands at PLACE; null means where make is now.  */
void gmk_eval(const char* text, const gmk_floc* place);

/* Memory that may pass between make and the object. gmk_alloc never returns null; gmk_free takes null.  */
char* gmk_alloc(unsigned int size);
void gmk_free(char* memory);

#ifdef __cplusplus
}
#endif

#endif
