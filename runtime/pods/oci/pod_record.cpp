#include "runtime/pods/oci/pod_record.hpp"

#include "runtime/base/json.hpp"

namespace codius::runtime::oci {
namespace {

json to_json(const process_mark& mark) {
  return json_object{{"pid", mark.pid}, {"started", mark.started}};
}

std::string text_in(const json& object, std::string_view name) {
  const auto* text = object.find_text(name);
  return text != nullptr ? *text : std::string{};
}

// 0 for what is no whole number in range; no field of a record means anything at that value.
uint64_t number_in(const json& object, std::string_view name, uint64_t max) {
  const auto* field = object.find(name);
  const auto* number = field != nullptr ? field->number() : nullptr;
  return number != nullptr && *number >= 0 && *number <= static_cast<double>(max)
           ? static_cast<uint64_t>(*number)
           : 0;
}

process_mark mark_in(const json& object, std::string_view name) {
  const auto* mark = object.find(name);
  if (mark == nullptr)
    return {};
  return {static_cast<pid_t>(number_in(*mark, "pid", 1u << 30)),
          number_in(*mark, "started", 1ull << 53)};
}

container_record container_in(const json& item) {
  return {text_in(item, "id"), mark_in(item, "init"), mark_in(item, "monitor"),
          static_cast<int>(number_in(item, "stopSignal", 64))};
}

} // namespace

std::string to_text(const pod_record& record) {
  json_array containers;
  for (const auto& one : record.containers)
    containers.push_back(json_object{{"id", one.id},
                                     {"init", to_json(one.init)},
                                     {"monitor", to_json(one.monitor)},
                                     {"stopSignal", one.stop_signal}});
  const auto& engine = record.made_by;
  const json out = json_object{{"version", 1},
                               {"pod", record.id.text},
                               {"slot", record.slot},
                               {"shortId", record.short_id},
                               {"ip", record.address.ip},
                               {"port", record.address.port},
                               {"subnet", record.subnet},
                               {"boot", record.boot},
                               {"complete", record.complete},
                               {"engine", json_object{{"kind", engine.kind},
                                                      {"version", engine.version},
                                                      {"program", engine.program},
                                                      {"creator", engine.creator},
                                                      {"root", engine.root}}},
                               {"containers", std::move(containers)}};
  return dump_pretty(out) + "\n";
}

result<pod_record> read_record(std::string_view text) {
  const error bad{errc::malformed, "not a pod's record"};
  const auto parsed = parse_json(text);
  if (!parsed || number_in(*parsed, "version", 1) != 1)
    return bad;
  const auto* complete = parsed->find("complete");
  const auto* engine = parsed->find("engine");
  const auto* containers = parsed->find("containers");
  if (complete == nullptr || complete->boolean() == nullptr || engine == nullptr
      || containers == nullptr || containers->array() == nullptr)
    return bad;
  pod_record out;
  out.id.text = text_in(*parsed, "pod");
  out.slot = static_cast<uint32_t>(number_in(*parsed, "slot", 65535));
  out.short_id = text_in(*parsed, "shortId");
  out.address = {text_in(*parsed, "ip"), static_cast<uint16_t>(number_in(*parsed, "port", 65535))};
  out.subnet = text_in(*parsed, "subnet");
  out.boot = text_in(*parsed, "boot");
  out.complete = *complete->boolean();
  out.made_by = {text_in(*engine, "kind"), text_in(*engine, "version"), text_in(*engine, "program"),
                 text_in(*engine, "creator"), text_in(*engine, "root")};
  for (const auto& item : *containers->array())
    out.containers.push_back(container_in(item));
  if (!is_pod_id(out.id.text) || out.short_id.empty() || out.address.ip.empty())
    return bad;
  return out;
}

pod_paths::pod_paths(const std::string& state_dir, const std::string& run_dir, const pod_id& id)
  : state(state_dir + "/pods/" + id.text), run(run_dir + "/pods/" + id.text),
    record(state + "/pod.json"), namespaces(run + "/ns") {}

} // namespace codius::runtime::oci
