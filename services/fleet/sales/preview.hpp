#pragma once

#include <vector>

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

namespace loan_manager::fleet::sales {

/// What a sale today at a price would yield and earn, without selling and without asking whether the bike could be
/// sold at all. The caller sees whether it is a loss; the figures only with `costs:read`.
class Preview {
public:
    /// Both must outlive it.
    Preview(const access::Identity& caller, const loanmanager::fleet::v1::PreviewSaleRequest& request)
        : caller_(caller), request_(request) {}

    void add_to(postgres::Batch& batch, runtime::Date today) const;
    /// NOT_FOUND unless the caller could sell where the bike stands. VALIDATION for a named officer who could not be
    /// credited (D-808); a caller who could not be leaves the officer's payee open.
    rpc::Result<loanmanager::fleet::v1::SalePreview> read(const std::vector<postgres::Rows>& results) const;

private:
    const access::Identity& caller_;
    const loanmanager::fleet::v1::PreviewSaleRequest& request_;
};

}  // namespace loan_manager::fleet::sales
