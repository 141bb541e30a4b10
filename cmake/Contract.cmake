# The files of the contract, found once: a new file under proto/ is compiled, routed, documented and precompiled without a
# line anywhere else.
set(LM_PROTO_DIR "${CMAKE_SOURCE_DIR}/proto")
file(GLOB_RECURSE LM_PROTOS CONFIGURE_DEPENDS RELATIVE "${LM_PROTO_DIR}" "${LM_PROTO_DIR}/*.proto")
list(SORT LM_PROTOS)

# Those that define services.
set(LM_SERVICE_PROTOS)
foreach(proto IN LISTS LM_PROTOS)
  set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${LM_PROTO_DIR}/${proto}")
  file(STRINGS "${LM_PROTO_DIR}/${proto}" services REGEX "^service ")
  if(services)
    list(APPEND LM_SERVICE_PROTOS "${proto}")
  endif()
endforeach()

# lm_proto_header(RESULT PROTO)   the header protoc writes for it
function(lm_proto_header result proto)
  string(REGEX REPLACE "\\.proto$" ".pb.h" header "${proto}")
  set(${result} "${header}" PARENT_SCOPE)
endfunction()
