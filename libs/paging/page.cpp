#include "paging/page.hpp"

#include <stdexcept>

namespace loan_manager::paging {
namespace {

// The fields of a list request, by their names.
class ListFields {
public:
    explicit ListFields(const google::protobuf::Message& request) : request_(request) {}

    const google::protobuf::FieldDescriptor* given(const char* name) const {
        const auto* field = request_.GetDescriptor()->FindFieldByName(name);
        if (field == nullptr) {
            throw std::logic_error(request_.GetDescriptor()->full_name() + " has no field " + name);
        }
        return request_.GetReflection()->HasField(request_, field) ? field : nullptr;
    }
    const google::protobuf::Reflection& read() const { return *request_.GetReflection(); }

private:
    const google::protobuf::Message& request_;
};

}  // namespace

rpc::Result<PageRequest> read_page(const google::protobuf::Message& request, std::shared_ptr<const Seal> seal) {
    const ListFields fields(request);
    PageRequest page;
    page.seal = std::move(seal);
    page.bound_to = fingerprint(request);
    if (const auto* limit = fields.given("limit")) {
        page.limit = fields.read().GetInt32(request, limit);
    }
    if (const auto* with_total = fields.given("with_total")) {
        page.count = fields.read().GetBool(request, with_total);
    }
    if (const auto* text = fields.given("cursor")) {
        auto cursor = decode(fields.read().GetString(request, text), page.bound_to, *page.seal);
        if (!cursor) {
            return std::move(cursor).error();
        }
        page.cursor = std::move(*cursor);
        if (!page.count) {
            page.cursor->total.reset();
            page.cursor->total_capped = false;
        }
        page.count = false;  // the cursor carries it
    }
    return page;
}

}  // namespace loan_manager::paging
