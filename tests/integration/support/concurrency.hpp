#pragma once

#include <map>
#include <thread>
#include <vector>

#include "support/http.hpp"

/// Things done at the same time, for the rules about concurrency.
namespace loan_manager::testing {

/// Runs `count` calls at once, each on a thread of its own, and returns their answers: `call(0)` … `call(count - 1)`.
template <class Call>
std::vector<HttpResponse> at_once(int count, Call call) {
    std::vector<HttpResponse> answers(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([&, i] { answers[i] = call(i); });
    for (auto& thread : threads) thread.join();
    return answers;
}

/// How many answers had each status.
inline std::map<int, int> by_status(const std::vector<HttpResponse>& answers) {
    std::map<int, int> count;
    for (const auto& answer : answers) ++count[answer.status];
    return count;
}

}  // namespace loan_manager::testing
