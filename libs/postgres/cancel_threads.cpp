#include "postgres/cancel_threads.hpp"

#include <boost/asio/post.hpp>

namespace loan_manager::postgres {

CancelThreads::CancelThreads() : threads_(2) {}

CancelThreads::~CancelThreads() { join(); }

bool CancelThreads::post(std::function<void()> job) {
    if (joined_) return false;
    boost::asio::post(threads_, std::move(job));
    return true;
}

void CancelThreads::join() {
    joined_ = true;
    threads_.stop();
    threads_.join();
}

}  // namespace loan_manager::postgres
