"""The projects that are built, and how.

package   Debian source package; none: this repository itself
patched   whether Debian's patches are applied
needs     Debian packages that the build needs, beyond build-essential
prepare   shell commands before make
arguments make's arguments
touch     a source whose change is followed
varies    a regular expression: made files whose content may be different (they hold a time, or
          the order in which parallel jobs ended)
since_44  an older GNU Make's -n shows something else, for this reason: it is compared with 4.4 only
"""

KERNEL_TIME = "KBUILD_BUILD_TIMESTAMP='2020-01-01' KBUILD_BUILD_USER=u KBUILD_BUILD_HOST=h"

PROJECTS = {
    "lua5.4": dict(package="lua5.4", patched=False, arguments="linux", touch="src/lapi.h"),
    "zlib": dict(package="zlib", prepare="./configure", touch="deflate.c"),
    "bzip2": dict(package="bzip2", arguments="bzip2 bzip2recover libbz2.a", touch="huffman.c"),
    "redis": dict(package="redis", patched=False, arguments="MALLOC=libc BUILD_TLS=no USE_SYSTEMD=no",
                  touch="src/sds.c"),
    "musl": dict(package="musl", prepare="./configure", touch="src/string/memcpy.c"),
    "sed": dict(package="sed", prepare="./configure --disable-nls", touch="sed/compile.c"),
    "jq": dict(package="jq", needs="autoconf automake libtool",
               prepare="autoreconf -i && ./configure --without-oniguruma --disable-docs", touch="src/jv.c"),
    "nginx": dict(package="nginx", prepare="./configure --without-http_rewrite_module",
                  touch="src/core/ngx_string.c"),
    "sqlite3": dict(package="sqlite3", prepare="./configure --disable-tcl --disable-readline",
                    arguments="sqlite3 libsqlite3.la", touch="src/btree.c"),
    "git": dict(package="git", needs="zlib1g-dev", touch="strbuf.c",
                varies=r"^templates/boilerplates\.made$",
                arguments="NO_CURL=1 NO_EXPAT=1 NO_GETTEXT=1 NO_TCLTK=1 NO_OPENSSL=1 NO_PYTHON=1 NO_PERL=1"),
    "brotli": dict(package="brotli", needs="cmake", touch="c/common/dictionary.c",
                   prepare="cmake -G 'Unix Makefiles' ."),
    "cmzmake": dict(package=None, needs="cmake", touch="src/disk/glob.cpp",
                    prepare="cmake -G 'Unix Makefiles' -DCMAKE_BUILD_TYPE=Debug -DBUILD_TESTING=OFF ."),
    "busybox": dict(package="busybox", prepare="make defconfig", touch="coreutils/cat.c",
                    since_44="MAKEFLAGS holds the command line's variables while makefiles are read",
                    arguments="KCONFIG_NOTIMESTAMP=1"),
    "u-boot tools": dict(package="u-boot", needs="flex bison libssl-dev", prepare="make tools-only_defconfig",
                         arguments="tools-only", touch="tools/mkimage.c",
                         since_44="exported variables are expanded for $(shell) too"),
    "postgresql": dict(package="postgresql-15", needs="flex bison",
                       prepare="./configure --without-readline --without-zlib --without-icu"
                               " && make -C src/backend generated-headers submake-libpgport",
                       # Alone and with -j, src/backend may look for libpgcommon_srv.a before it is there.
                       arguments="-C src/backend", touch="src/backend/utils/adt/int.c"),
    "openssl": dict(package="openssl", prepare="./Configure linux-x86_64 no-tests", touch="crypto/cryptlib.c"),
    "linux": dict(package="linux", patched=False, needs="flex bison bc libelf-dev",
                  prepare="make tinyconfig", arguments="vmlinux " + KERNEL_TIME, touch="kernel/fork.c",
                  since_44="makefiles are remade in the order in which they were read"),
}
