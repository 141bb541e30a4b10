// Why a token or key was refused.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace loan_manager::token {

/// The first reason found; the signature is checked before any claim is looked at.
enum class Errc {
    too_large = 1,       ///< longer than `max_token_size`
    malformed,           ///< not three parts of strict base64url, or not strict JSON, or a duplicate name
    wrong_algorithm,     ///< `alg` is not the algorithm of the key that `kid` names (this includes `none`)
    unknown_key,         ///< no key with this `kid`; the key set may be out of date
    bad_signature,       ///< altered, or signed by somebody else
    wrong_type,          ///< `typ` is not the expected one
    unsupported_header,  ///< a `crit` extension, which must not be ignored
    bad_claim,           ///< a required claim is missing or has the wrong type
    wrong_issuer,        ///< `iss`
    wrong_audience,      ///< `aud`
    expired,             ///< `exp` (the only failure a client cures by refreshing)
    not_yet_valid,       ///< `nbf` or `iat` lies in the future
    bad_key,             ///< key material that is malformed, too short or of an unsupported kind
    cannot_sign,         ///< the key has no private part
};

const boost::system::error_category& error_category() noexcept;
boost::system::error_code make_error_code(Errc e) noexcept;

template <class T>
using result = boost::system::result<T>;

}  // namespace loan_manager::token

template <>
struct boost::system::is_error_code_enum<loan_manager::token::Errc> : std::true_type {};
