// JSON Schemas (draft 2020-12, as OpenAPI 3.1 uses it) of messages and fields.
#pragma once

#include <google/protobuf/descriptor.h>

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <utility>

#include "transcode/request_plan.hpp"

namespace loan_manager::transcode {

/// Collects the schemas under `components` while references to them are handed out.
class SchemaRegistry {
public:
    /// {"$ref": …} to the object of a response.
    boost::json::object response(const google::protobuf::Descriptor* type);
    /// Of one field as a client receives it.
    boost::json::object output_field(const google::protobuf::FieldDescriptor* field, FieldKind kind);
    /// {"$ref": …} to a JSON body, and an example of one with the required fields. In a PATCH no field is required
    /// and `nullable` fields accept null.
    boost::json::object request(const google::protobuf::Descriptor* type, const ObjectPlan& plan, bool patch);
    boost::json::object request_example(const google::protobuf::Descriptor* type, const ObjectPlan& plan, bool patch);

    /// Of one field as a client sends it.
    boost::json::object input_field(const FieldPlan& plan, bool nullable);

    /// By name, sorted.
    boost::json::object take();

private:
    std::string claim(const std::string& name, const std::string& identity);
    boost::json::object enumeration(const google::protobuf::EnumDescriptor* type);
    std::map<std::string, boost::json::object> schemas_;
    /// Which descriptor (and direction) has which name.
    std::map<std::string, std::string> names_;
};

}  // namespace loan_manager::transcode
