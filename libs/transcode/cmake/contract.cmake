# Writes contract.cpp: the list of every service under proto/. Static linking would drop the descriptors of
# files nobody mentions, so each file is named here by its first message.
set(includes "")
set(files "")
foreach(proto IN LISTS LM_SERVICE_PROTOS)
  file(STRINGS "${LM_PROTO_DIR}/${proto}" package REGEX "^package " LIMIT_COUNT 1)
  file(STRINGS "${LM_PROTO_DIR}/${proto}" message REGEX "^message " LIMIT_COUNT 1)
  string(REGEX REPLACE "^package ([A-Za-z0-9_.]+).*" "\\1" package "${package}")
  string(REGEX REPLACE "^message ([A-Za-z0-9_]+).*" "\\1" message "${message}")
  string(REPLACE "." "::" namespace "${package}")
  lm_proto_header(header "${proto}")
  string(APPEND includes "#include \"${header}\"\n")
  string(APPEND files "        ${namespace}::${message}::descriptor()->file(),\n")
endforeach()

set(CONTRACT_SOURCE "${CMAKE_CURRENT_BINARY_DIR}/contract.cpp")
file(CONFIGURE OUTPUT "${CONTRACT_SOURCE}" @ONLY CONTENT [[
// Written by libs/transcode/cmake/contract.cmake.
#include "transcode/contract.hpp"

@includes@
namespace loan_manager::transcode {

std::vector<const google::protobuf::ServiceDescriptor*> contract_services() {
    const google::protobuf::FileDescriptor* const files[] = {
@files@    };
    std::vector<const google::protobuf::ServiceDescriptor*> services;
    for (const auto* file : files) {
        for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
    }
    return services;
}

}  // namespace loan_manager::transcode
]])
