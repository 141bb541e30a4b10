# Compiler settings that every target shares. The definitions that change class layouts in Boost.Asio
# and Beast must be the same everywhere, so they are set once, here, for the whole build.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(LM_WERROR "Treat warnings as errors" OFF)
option(LM_HARDENING "Build with the distribution's hardening flags" OFF)
set(LM_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")

# Dev: fast enough to serve real load, quick to compile, with line numbers in backtraces.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1")

add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED
  SPDLOG_FMT_EXTERNAL
)

if(LM_SANITIZE)
  add_compile_options(-fsanitize=${LM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LM_SANITIZE})
endif()

if(LM_HARDENING)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack -pie)
endif()

# Objects are shared by all clones on a machine: no path of this one takes part, a precompiled header counts by what it
# was made from (precompile.sh), and what a file depends on comes from the compiler instead of from a first
# preprocessing, which shortens a cold build. Settings of the user's own, such as the size, stay his.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 CCACHE_PCH_EXTSUM=1
    CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE_PROGRAM}")
endif()

# lld links these binaries several times faster than bfd.
find_program(LLD_PROGRAM NAMES ld.lld ld.lld-14)
if(LLD_PROGRAM)
  add_link_options(-fuse-ld=lld)
endif()
