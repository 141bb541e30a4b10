# Headers of others that most files include and that took about half of their compile time. Only such headers: one of
# ours that changed would compile everything anew. No file may rely on them – it includes what it uses, and a build
# with LM_PCH=OFF proves that it does.
#
# Named with <>, never by an absolute path: the precompiled header must be the same bytes in every clone, because
# ccache takes it as an input of every object.
option(LM_PCH "Precompile the headers of Boost, protobuf and the standard library" ON)

set(LM_PCH_COMMON
  <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <cstdint> <exception> <filesystem> <functional>
  <limits> <list> <map> <memory> <mutex> <optional> <random> <set> <span> <stdexcept> <string> <string_view>
  <system_error> <thread> <unordered_map> <utility> <variant> <vector>
  <boost/asio/any_io_executor.hpp>
  <boost/asio/as_tuple.hpp>
  <boost/asio/awaitable.hpp>
  <boost/asio/bind_cancellation_slot.hpp>
  <boost/asio/co_spawn.hpp>
  <boost/asio/detached.hpp>
  <boost/asio/io_context.hpp>
  <boost/asio/ip/address.hpp>
  <boost/asio/ip/tcp.hpp>
  <boost/asio/post.hpp>
  <boost/asio/redirect_error.hpp>
  <boost/asio/steady_timer.hpp>
  <boost/asio/this_coro.hpp>
  <boost/asio/thread_pool.hpp>
  <boost/asio/use_awaitable.hpp>
  <boost/container/small_vector.hpp>
  <boost/json/array.hpp>
  <boost/json/object.hpp>
  <boost/json/parse.hpp>
  <boost/json/serialize.hpp>
  <boost/system/result.hpp>
  <google/protobuf/empty.pb.h>
  <google/protobuf/message.h>
  <google/protobuf/timestamp.pb.h>
  <grpcpp/support/status.h>)

# What fleet adds: its part of the contract.
set(LM_PCH_FLEET ${LM_PCH_COMMON})
foreach(proto IN LISTS LM_PROTOS)
  if(proto MATCHES "^loanmanager/(common|fleet)/")
    lm_proto_header(header "${proto}")
    list(APPEND LM_PCH_FLEET "<${header}>")
  endif()
endforeach()

# What tests add. They are compiled with other options than what they test, so nothing can be shared with it.
set(LM_PCH_TESTS ${LM_PCH_COMMON} <fstream> <iostream> <sstream> <doctest/doctest.h>)

# lm_pch(NAME HEADERS…)   makes a precompiled header; its target carries the definitions it was made with
function(lm_pch name)
  add_library(${name} STATIC "${CMAKE_SOURCE_DIR}/cmake/pch/empty.cpp")
  target_link_libraries(${name} PUBLIC lm_proto Boost::json Boost::headers Threads::Threads)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER
    "${CMAKE_SOURCE_DIR}/cmake/precompile.sh;${CMAKE_SOURCE_DIR};${CMAKE_CXX_COMPILER_LAUNCHER}")
endfunction()

# Who uses a precompiled header needs the definitions and options it was made with, else the compiler refuses it, and
# Boost.Asio's bodies, because its headers initialise error categories wherever they are included.
function(_lm_use_pch target pch)
  if(LM_PCH)
    target_compile_definitions(${target} PRIVATE $<TARGET_PROPERTY:${pch},INTERFACE_COMPILE_DEFINITIONS>)
    target_compile_options(${target} PRIVATE $<TARGET_PROPERTY:${pch},INTERFACE_COMPILE_OPTIONS>)
    target_link_libraries(${target} PRIVATE lm_asio)
    target_precompile_headers(${target} REUSE_FROM ${pch})
  endif()
endfunction()
