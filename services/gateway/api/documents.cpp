#include "gateway/api/documents.hpp"

#include "gateway/policy/conditional.hpp"
#include "transcode/docs_page.hpp"

#include <utility>

namespace loan_manager::gateway {

Documents::Documents(std::string openapi) {
    add("/v1/openapi.json", "application/json", std::move(openapi));
    for (const transcode::DocsAsset& asset : transcode::docs_page()) {
        add(asset.path, asset.content_type, std::string(asset.body));
    }
}

void Documents::add(std::string_view path, std::string_view content_type, std::string body) {
    Document document;
    document.content_type = content_type;
    document.etag = weak_etag(body);
    document.body = std::make_shared<const std::string>(std::move(body));
    documents_.emplace(path, std::move(document));
}

http::Response Documents::answer(const http::Request& request) const {
    const Document& document = documents_.find(request.path)->second;
    http::Response response;
    response.add("ETag", document.etag);
    response.add("Cache-Control", "no-cache");
    // The page runs its own script on answers of the API: nothing from elsewhere may mix in.
    response.add("Content-Security-Policy", "default-src 'self'; base-uri 'none'; frame-ancestors 'none'");
    if (none_match_hits(request, document.etag)) {
        response.set_status(304);
    } else {
        response.set_body(document.content_type, document.body);
    }
    return response;
}

}  // namespace loan_manager::gateway
