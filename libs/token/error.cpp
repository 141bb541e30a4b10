#include "token/error.hpp"

#include <string>

namespace loan_manager::token {
namespace {

class Category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "token"; }

    std::string message(int value) const override {
        switch (static_cast<Errc>(value)) {
            case Errc::too_large:
                return "token is too large";
            case Errc::malformed:
                return "malformed";
            case Errc::wrong_algorithm:
                return "algorithm does not belong to the key";
            case Errc::unknown_key:
                return "unknown key";
            case Errc::bad_signature:
                return "signature does not match";
            case Errc::wrong_type:
                return "unexpected token type";
            case Errc::unsupported_header:
                return "unsupported critical header";
            case Errc::bad_claim:
                return "claim missing or of wrong type";
            case Errc::wrong_issuer:
                return "unexpected issuer";
            case Errc::wrong_audience:
                return "unexpected audience";
            case Errc::expired:
                return "token has expired";
            case Errc::not_yet_valid:
                return "token is not valid yet";
            case Errc::bad_key:
                return "unusable key";
            case Errc::cannot_sign:
                return "key has no private part";
        }
        return "unknown token error";
    }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(Errc e) noexcept { return {static_cast<int>(e), error_category()}; }

}  // namespace loan_manager::token
