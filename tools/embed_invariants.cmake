# Writes a C++ source holding database/invariants/I-nn.sql: cmake -DFROM=<folder> -DTO=<file> -P embed_invariants.cmake
file(GLOB files "${FROM}/I-*.sql")
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  file(READ "${file}" sql)
  get_filename_component(id "${file}" NAME_WE)
  # The first line reads "-- I-01 What holds".
  string(REGEX MATCH "^-- ${id} ([^\n]*)\n" header "${sql}")
  if(NOT header)
    message(FATAL_ERROR "${file} must begin with: -- ${id} <title>")
  endif()
  string(APPEND rows "    {\"${id}\", R\"~(${CMAKE_MATCH_1})~\", R\"~(${sql})~\"},\n")
endforeach()
if(NOT rows)
  message(FATAL_ERROR "no invariants in ${FROM}")
endif()
file(WRITE "${TO}" "// Generated from database/invariants.
#include <array>
#include \"tools/commands/invariants.hpp\"

namespace loan_manager::ctl {
namespace {
constexpr Invariant all[] = {
${rows}};
}  // namespace
std::span<const Invariant> invariants() { return all; }
}  // namespace loan_manager::ctl
")
