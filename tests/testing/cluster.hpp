#pragma once

#include <string>

namespace loan_manager::testing {

/// A throw-away PostgreSQL cluster of the test's own, to be stopped and killed at will. Lives under /tmp, listens on a
/// free port of 127.0.0.1, and runs as the user postgres when the test runs as root. Removed with the object.
class Cluster {
public:
    Cluster();
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    /// Returns when it accepts connections, after recovery if need be.
    void start();
    /// Like a crash: sessions are cut off, recovery happens at the next start.
    void crash();
    /// kill -9 of the postmaster; its backends notice and end.
    void kill();
    /// An orderly shutdown that ends sessions with an error message.
    void stop();

    [[nodiscard]] std::string dsn() const;

private:
    void run(const std::string& program, const std::string& arguments) const;

    std::string folder_;
    int port_ = 0;
    bool running_ = false;
};

}  // namespace loan_manager::testing
