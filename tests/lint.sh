#!/bin/sh
# Floors and known traps. Prints each offence; exits 1 if there is one.
cd "$(dirname "$0")/.." || exit 2
bad=0
code='--include=*.cpp --include=*.hpp'
deny() { # pattern, folders, why, [files that may], [lines that may]
  # shellcheck disable=SC2086
  found=$(grep -rnE $code "$1" $2 | grep -vE "^(${4:-nothing}):" | grep -vE "${5:-^nothing}")
  [ -z "$found" ] || { printf '%s\n  ^ %s\n' "$found" "$3"; bad=1; }
}

# Arrows point down: messages <- net <- runtime <- actors.
deny '#include [<"](net|runtime|actors|boost|cryptopp|openssl|sqlite3)' messages \
  'messages/ stands at the bottom'
deny '#include [<"]caf/' messages 'only the interface header knows CAF' 'messages/interfaces.hpp'
deny '#include [<"](caf|runtime|actors|sqlite3)' net 'net/ knows no actors and no store'
deny '#include "actors/' runtime 'runtime/ serves actors, not the reverse'
deny '#include <caf/' runtime 'CAF stays in runtime/actor/' \
  'runtime/(pch\.hpp|actor/[^:]*)'
deny '#include "tests/' 'messages net runtime actors' 'the product knows no tests'

# Traps.
deny 'co_await[^;/]*[({,] *([a-rt-z_]|s[a-su-z_])[a-z_:]*\{' 'net runtime actors' \
  'g++ 12 breaks aggregates in a co_await expression: name the value on the line before' '' \
  'seconds\{'
deny ' [?] .*co_await| : co_await' 'net runtime actors' \
  'g++ 12 breaks a co_await in ?:, too: write an if'
deny '_clock::now\(|random_device|[^_]sleep_for' 'messages net runtime actors' \
  'time and chance come through env' 'runtime/base/system_env\.cpp'
deny 'sleep_for|usleep\(' tests 'a test waits for the event'
deny '\b(TODO|FIXME|HACK)\b' 'messages net runtime actors tests' 'finish it, or open an issue'

deny 'statusCode\\"' 'net runtime actors' 'error answers come from error_response, with code and hint' \
  'net/http/error_body\.cpp'

# Files are short enough to read in one sitting.
long=$(find messages net runtime actors -name '*.[ch]pp' -exec wc -l {} + \
  | awk '$2 != "total" && $1 > 400 { print $2 ": " $1 " lines" }')
[ -z "$long" ] || { printf '%s\n  ^ look for the second thing it has become\n' "$long"; bad=1; }
exit $bad
