// The path of a field while a request is walked: `trade_in.brand`, `items[2].x`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loan_manager::validate {

class FieldPath {
public:
    /// Names come from the client: one of a megabyte must not come back as one.
    static constexpr std::size_t max_name = 100;

    void push(std::string_view name) {
        if (!text_.empty()) text_ += '.';
        text_ += clip(name);
    }
    void push_index(std::size_t index) { text_ += '[' + std::to_string(index) + ']'; }

    const std::string& text() const noexcept { return text_; }
    std::size_t size() const noexcept { return text_.size(); }
    /// Back to an earlier size().
    void truncate(std::size_t size) { text_.resize(size); }

    /// Cuts at a code point border.
    static std::string_view clip(std::string_view name) noexcept {
        if (name.size() <= max_name) return name;
        std::size_t end = max_name;
        while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
        return name.substr(0, end);
    }

private:
    std::string text_;
};

}  // namespace loan_manager::validate
