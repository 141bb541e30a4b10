// The browsable API documentation: static files that render /v1/openapi.json in the browser. They load
// nothing from elsewhere and use no inline script or style, so `Content-Security-Policy: default-src 'self'` holds.
#pragma once

#include <span>
#include <string_view>

namespace loan_manager::transcode {

struct DocsAsset {
    /// Absolute path it is served under: "/docs", "/docs/app.js", "/docs/style.css".
    std::string_view path;
    std::string_view content_type;
    std::string_view body;
};

/// Embedded at build time from libs/transcode/docs_page/.
std::span<const DocsAsset> docs_page() noexcept;

}  // namespace loan_manager::transcode
