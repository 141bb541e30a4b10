#include "sql/pages.hpp"

namespace loan_manager::sql {
namespace {

constexpr postgres::Statement find_key{"sql.cursor_key", "SELECT key FROM fleet.cursor_key"};

}  // namespace

boost::asio::awaitable<rpc::Result<paging::PageRequest>> Pages::read(const google::protobuf::Message& request,
                                                                     postgres::OptionalDeadline deadline) {
    auto seal = seal_.load();
    if (!seal) {
        postgres::Batch batch;
        batch.add(find_key);
        postgres::Result<std::vector<postgres::Rows>> results = co_await pools_.local().run(batch, deadline);
        const auto key = std::move(results).value().at(0).front().get<postgres::Bytes>(0);
        seal = std::make_shared<const paging::Seal>(key);
        seal_.store(seal);
    }
    co_return paging::read_page(request, std::move(seal));
}

}  // namespace loan_manager::sql
