#pragma once
#include "runtime/base/json.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime {

struct schema_field;

/// The shape that a JSON value must have. Schemas are tables, known when the program is compiled.
struct schema {
  enum class kind : uint8_t {
    text,    ///< a string, that `pattern` likes
    boolean, ///< true or false
    choice,  ///< exactly the string `only`
    list,    ///< an array of at least `min_items` values of shape `element`
    map,     ///< an object of any names, each value of shape `element`
    record,  ///< an object of `fields`; other members are refused unless it is `open`
  };
  kind what = kind::text;
  bool (*pattern)(std::string_view) = nullptr;
  std::string_view only = {};
  size_t min_items = 0;
  const schema* element = nullptr;
  std::span<const schema_field> fields = {};
  bool open = false;
  bool refuse_proto = false;     ///< map: the name `__proto__` is refused
  std::string_view expects = {}; ///< for people: "must be …"; empty: made from the above
};

struct schema_field {
  std::string_view name;
  bool required;
  const schema* value;
};

/// One way in which a value misses its schema.
struct violation {
  enum class rule : uint8_t { type, required, unknown, pattern, too_few, choice, reserved_name };
  rule broken;
  std::vector<std::string> path; ///< of the value; of the missing member; of the object around
  std::string name;              ///< unknown, reserved_name: the member that must not be there
  const schema* expected;        ///< for `path`
};

/// Every violation, or the first `max` of them. Depth first; members in the order of `fields`, a
/// missing one at its place, then unknown ones; maps and lists in their own order. A wrong type
/// ends the descent there.
std::vector<violation> check_schema(const json& value, const schema& shape,
                                    size_t max = static_cast<size_t>(-1));

/// What is wrong, for a person who sees the place beside it: "must be a string".
std::string explain(const violation& v);

/// The four shapes of this protocol. The codius file's top level accepts anything beside `manifest`,
/// and the vars file's `vars` any further member, as the deployed library does; that one does not
/// insist on `manifest`, and dies of it later.
extern const schema complete_manifest_schema; ///< `{manifest, private?}` as the library takes it
extern const schema codius_file_schema;
extern const schema vars_file_schema;
extern const schema pod_request_schema; ///< `{manifest, private?}` as a host takes it

/// True for what a host takes as a port: decimal, 1 to 65535, no sign, blank or leading zero.
bool is_port_text(std::string_view text);

} // namespace codius::runtime
