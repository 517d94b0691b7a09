#include "runtime/store/offer_codec.hpp"

#include "runtime/base/json.hpp"

#include <charconv>

namespace codius::runtime {

namespace {

json encode_container(const container_spec& c) {
  json_object out{{"id", c.id}, {"image", c.image}};
  if (c.command) {
    json_array words;
    for (const auto& word : *c.command)
      words.emplace_back(word);
    out.set("command", std::move(words));
  }
  if (!c.workdir.empty())
    out.set("workdir", c.workdir);
  // Pairs, not members: an object would put names that look like numbers first.
  json_array environment;
  for (const auto& [name, value] : c.environment)
    environment.emplace_back(json_array{name, value});
  out.set("environment", std::move(environment));
  return out;
}

std::string text_at(const json& object, std::string_view name) {
  const auto* text = object.find_text(name);
  return text == nullptr ? std::string{} : *text;
}

template <class Number>
Number number_at(const json& object, std::string_view name) {
  const auto text = text_at(object, name);
  Number out{};
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

result<container_spec> decode_container(const json& in) {
  container_spec out;
  out.id = text_at(in, "id");
  out.image = text_at(in, "image");
  out.workdir = text_at(in, "workdir");
  const error damaged{errc::malformed, "container " + out.id};
  if (const auto* command = in.find("command")) {
    out.command.emplace();
    if (command->array() == nullptr)
      return damaged;
    for (const auto& word : *command->array()) {
      if (word.text() == nullptr)
        return damaged;
      out.command->push_back(*word.text());
    }
  }
  const auto* environment = in.find("environment");
  if (environment == nullptr || environment->array() == nullptr)
    return damaged;
  for (const auto& entry : *environment->array()) {
    const auto* pair = entry.array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].text() || !(*pair)[1].text())
      return damaged;
    out.environment.emplace_back(*(*pair)[0].text(), *(*pair)[1].text());
  }
  return out;
}

} // namespace

std::string encode_offer(const pod_offer& offer) {
  json_array containers;
  for (const auto& c : offer.spec.containers)
    containers.push_back(encode_container(c));
  const auto& machine = offer.spec.machine;
  return dump(
    json_object{{"id", offer.spec.id.text},
                {"port", std::to_string(offer.spec.port)},
                {"machine", json_object{{"name", machine.name},
                                        {"vcpu", std::to_string(machine.vcpu)},
                                        {"memory", std::to_string(machine.memory_bytes)}}},
                {"containers", std::move(containers)},
                {"manifest", offer.manifest},
                {"debug", offer.debug}});
}

result<pod_offer> decode_offer(const std::string& text) {
  auto in = parse_json(text);
  if (!in)
    return in.error();
  pod_offer out;
  out.spec.id = {text_at(*in, "id")};
  out.spec.port = number_at<uint16_t>(*in, "port");
  out.manifest = text_at(*in, "manifest");
  const auto* debug = in->find("debug");
  out.debug = debug != nullptr && debug->boolean() != nullptr && *debug->boolean();
  const auto* machine = in->find("machine");
  const auto* containers = in->find("containers");
  if (!is_pod_id(out.spec.id.text) || machine == nullptr || containers == nullptr
      || containers->array() == nullptr)
    return error{errc::malformed, "offer"};
  out.spec.machine = {text_at(*machine, "name"), number_at<uint32_t>(*machine, "vcpu"),
                      number_at<uint64_t>(*machine, "memory")};
  for (const auto& c : *containers->array()) {
    auto container = decode_container(c);
    if (!container)
      return container.error();
    out.spec.containers.push_back(std::move(*container));
  }
  return out;
}

} // namespace codius::runtime
