// What the gateway serves out of memory: the OpenAPI document and the documentation that renders it.
#pragma once

#include "gateway/http/message.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace loan_manager::gateway {

/// Immutable; safe from every thread.
class Documents {
public:
    /// `openapi`: the document served at /v1/openapi.json.
    explicit Documents(std::string openapi);

    [[nodiscard]] bool has(std::string_view path) const { return documents_.contains(path); }
    /// The document of a path that exists; 304 if the client has it already.
    [[nodiscard]] http::Response answer(const http::Request& request) const;

private:
    struct Document {
        std::string content_type;
        std::shared_ptr<const std::string> body;
        std::string etag;
    };
    void add(std::string_view path, std::string_view content_type, std::string body);

    std::map<std::string, Document, std::less<>> documents_;
};

}  // namespace loan_manager::gateway
