# Turns the files of docs_page/ into docs_page.cpp. Included by CMakeLists.txt it defines the build rule;
# run as a script (cmake -P) it does the work.
if(CMAKE_SCRIPT_MODE_FILE)
  set(entries "")
  foreach(entry "index.html|/docs|text/html" "app.js|/docs/app.js|text/javascript" "style.css|/docs/style.css|text/css")
    string(REPLACE "|" ";" parts "${entry}")
    list(GET parts 0 name)
    list(GET parts 1 path)
    list(GET parts 2 type)
    file(READ "${FROM}/${name}" text)
    string(APPEND entries
      "    DocsAsset{\"${path}\", \"${type}; charset=utf-8\", R\"asset(${text})asset\"},\n")
  endforeach()
  file(WRITE "${TO}"
    "// Written by libs/transcode/cmake/embed_docs.cmake.\n"
    "#include \"transcode/docs_page.hpp\"\n\n"
    "namespace loan_manager::transcode {\n\n"
    "std::span<const DocsAsset> docs_page() noexcept {\n"
    "    static constexpr DocsAsset assets[] = {\n${entries}    };\n"
    "    return assets;\n"
    "}\n\n"
    "}  // namespace loan_manager::transcode\n")
  return()
endif()

set(DOCS_SOURCE "${CMAKE_CURRENT_BINARY_DIR}/docs_page.cpp")
set(docs_script "${CMAKE_CURRENT_LIST_FILE}")
set(docs_folder "${CMAKE_CURRENT_SOURCE_DIR}/docs_page")
add_custom_command(
  OUTPUT "${DOCS_SOURCE}"
  COMMAND "${CMAKE_COMMAND}" "-DFROM=${docs_folder}" "-DTO=${DOCS_SOURCE}" -P "${docs_script}"
  DEPENDS "${docs_script}" "${docs_folder}/index.html" "${docs_folder}/app.js" "${docs_folder}/style.css"
  VERBATIM)
