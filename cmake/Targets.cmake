# lm_library(NAME SOURCES... LINK ...)   a library of libs/; includes libraries only, as <library>/<header>.hpp
# lm_service(NAME SOURCES... LINK ... [PCH target])
#                                        all of a service but main(); includes libraries and itself, as
#                                        <service>/<area>/<header>.hpp, never another service
# lm_binary(NAME SOURCES... LINK ...)    an executable, installed into bin/
# lm_test(NAME SOURCES... LINK ...)      a doctest executable, registered with CTest
function(_lm_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra)
  # g++ 12 takes the allocator of Asio's coroutine frames for a mismatch wherever it inlines a coroutine.
  target_compile_options(${target} PRIVATE -Wno-mismatched-new-delete)
  # It also sees overlapping copies and reads past the end of std::string and uninitialised bytes in std::optional that
  # are not there: at -O2, and behind a precompiled header, where it forgets that the place is in a system header.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds
      -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  if(LM_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# The tests need to compile quickly; what they test is optimised.
function(_lm_test_options target)
  _lm_options(${target})
  if(CMAKE_BUILD_TYPE STREQUAL "Dev")
    target_compile_options(${target} PRIVATE -O0 -g0)
  endif()
endfunction()

function(lm_library name)
  cmake_parse_arguments(ARG "" "PCH" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}/libs")
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  _lm_options(${name})
  if(NOT ARG_PCH)
    set(ARG_PCH lm_pch_common)
  endif()
  _lm_use_pch(${name} ${ARG_PCH})
endfunction()

# The services stand side by side in services/, which therefore cannot be where headers are looked for: each is found
# through a folder that holds a link to it alone.
function(lm_service name)
  lm_library(${name} ${ARGN})
  lm_include_root(root "${CMAKE_CURRENT_SOURCE_DIR}")
  target_include_directories(${name} PUBLIC "${root}")
endfunction()

function(lm_include_root result source)
  get_filename_component(folder "${source}" NAME)
  set(root "${CMAKE_BINARY_DIR}/include/${folder}")
  file(MAKE_DIRECTORY "${root}")
  file(CREATE_LINK "${source}" "${root}/${folder}" SYMBOLIC)
  set(${result} "${root}" PARENT_SCOPE)
endfunction()

# What an installation runs, without its tests.
add_custom_target(programs)

# What every program of a build with sanitizers tells them, and what time they take.
set(LM_SANITIZER_DEFAULTS)
set(LM_TEST_SECONDS 300)
if(LM_SANITIZE)
  set(LM_TEST_SECONDS 1500)
  set(LM_SANITIZER_DEFAULTS "${CMAKE_SOURCE_DIR}/cmake/sanitizers/defaults.cpp")
endif()

function(lm_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${LM_SANITIZER_DEFAULTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  _lm_options(${name})
  add_dependencies(programs ${name})
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

function(lm_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${LM_SANITIZER_DEFAULTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} lm_testing doctest::doctest)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  _lm_test_options(${name})
  _lm_use_pch(${name} lm_pch_tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${LM_TEST_SECONDS})
endfunction()
