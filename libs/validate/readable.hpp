// Foreign text for people's eyes (a client's own name in the audit trail), where nothing may be refused.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loan_manager::validate {

/// The text as valid UTF-8 of at most `max_bytes`: what is not UTF-8 becomes U+FFFD, control characters become `?`,
/// and the cut falls between code points. Never looks further than it must.
std::string readable(std::string_view text, std::size_t max_bytes);

}  // namespace loan_manager::validate
