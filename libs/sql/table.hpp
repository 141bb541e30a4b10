#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <boost/json/object.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/params.hpp"
#include "postgres/rows.hpp"
#include "postgres/statement.hpp"

namespace loan_manager::sql {

/// What an audit row shows of a change: the columns that differ, before and after.
struct Difference {
    boost::json::object before;  ///< Empty for a new row.
    boost::json::object after;
    bool empty() const { return before.empty() && after.empty(); }
};

/// How the fields of a message lie in a table. Every field is the column of the same name, unless named here; so a new
/// column is written down once, in the contract.
struct Layout {
    struct Computed {
        const char* field;
        const char* expression;
    };
    struct Converted {
        const char* field;
        const char* read;   ///< Expression over the column: "to_char(c.period_month, 'YYYY-MM')".
        const char* write;  ///< Expression over `$`, the field's text: "to_date($, 'YYYY-MM')".
    };
    const char* table;  ///< "fleet.transfers"
    const char* alias;  ///< "t"
    /// Fields that are read from an expression and never written, e.g. the code beside an id.
    std::vector<Computed> computed{};
    /// Fields whose text is not that of the column, e.g. a month that is stored as its first day.
    std::vector<Converted> converted{};
    /// Columns the database itself fills: read, never written.
    std::vector<const char*> generated{};
    /// Fields that are no columns at all.
    std::vector<const char*> absent{};
    /// Columns an audit row does not show: totals. Bookkeeping columns never are (version, created_*, updated_*).
    std::vector<const char*> unaudited{};
};

/// A table whose rows are messages of one type: SELECT list, reader, INSERT and UPDATE, and what changed of a row, all
/// from one Layout.
///
/// Types follow from the fields: string for text, uuid, date and numeric columns; enums as their tokens; Timestamp for
/// timestamptz; other messages of text fields for jsonb; repeated strings and enums for text[]; int32, int64, bool and
/// double. A field that is `optional` (or a message) may be NULL, any other must not. Whatever does not fit throws:
/// std::logic_error when the table is made, postgres::Failure of kind conversion, naming the column, when a row is
/// read. Immutable and safe from every thread; keep it in a function-local static.
class Table {
public:
    Table(const google::protobuf::Descriptor* message, Layout layout);
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    /// "t.id, t.transfer_no, …": what read() reads. Further columns may follow it.
    const std::string& columns() const { return columns_; }
    const char* name() const { return layout_.table; }

    int width() const { return static_cast<int>(all_.size()); }

    /// Fills the message from the columns of a row that begin with `first`. Fields not read stay as they are.
    void read(const postgres::Row& row, google::protobuf::Message& message, int first = 0) const;

    /// INSERT of every written column, UPDATE of all but the key and the creation; by `id`. The row's lock must be
    /// held.
    postgres::Statement insert() const { return {insert_name_.c_str(), insert_.c_str()}; }
    postgres::Params insert_values(const google::protobuf::Message& row) const;
    postgres::Statement update() const { return {update_name_.c_str(), update_.c_str()}; }
    postgres::Params update_values(const google::protobuf::Message& row) const;

    /// The audited columns in which two states of a row differ.
    Difference compare(const google::protobuf::Message& before, const google::protobuf::Message& after) const;
    /// Of a new row: every audited column that is not null.
    Difference created(const google::protobuf::Message& row) const;

private:
    enum class Kind { text, int32, int64, real, boolean, token, time, json, texts, tokens };
    struct Column {
        const google::protobuf::FieldDescriptor* field;
        Kind kind;
        bool nullable;
        bool written;
        bool updated;
        bool audited;
    };
    static Kind kind_of(const google::protobuf::FieldDescriptor* field);
    void read_column(const Column& column, const postgres::Row& row, int index,
                     google::protobuf::Message& message) const;
    static void add_value(const Column& column, const google::protobuf::Message& row, postgres::Params& params);

    Layout layout_;
    std::vector<Column> all_;
    std::string columns_, insert_name_, insert_, update_name_, update_;
};

/// A Table that knows its message.
template <class Message>
class TableOf : public Table {
public:
    explicit TableOf(Layout layout) : Table(Message::descriptor(), std::move(layout)) {}
    using Table::read;
    Message read(const postgres::Row& row) const {
        Message message;
        Table::read(row, message);
        return message;
    }
    /// The row of an answer that has one or none.
    std::optional<Message> read_first(const postgres::Rows& rows) const {
        return rows.empty() ? std::nullopt : std::optional(read(rows.front()));
    }
    std::vector<Message> read_all(const postgres::Rows& rows) const {
        std::vector<Message> messages;
        for (const auto row : rows) {
            messages.push_back(read(row));
        }
        return messages;
    }
};

}  // namespace loan_manager::sql
