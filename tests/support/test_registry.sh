#!/bin/sh
# A throw-away image registry on loopback, and images for it, from Debian packages alone
# (docker-registry, umoci, skopeo, busybox-static).
#
#   test_registry.sh start DIR               starts a registry that keeps all below DIR;
#                                            prints its address, e.g. 127.0.0.1:38123
#   test_registry.sh busybox-tree TREE       makes a small root file system in TREE
#   test_registry.sh push DIR NAME TREE [umoci config options]
#                                            makes an image of TREE and publishes it;
#                                            prints its pinned reference, NAME@sha256:…
#   test_registry.sh stop DIR                stops the registry and removes DIR
set -eu

fail() {
  echo "test_registry: $*" >&2
  exit 1
}

start() {
  dir=$1
  mkdir -p "$dir/store"
  cat >"$dir/registry.yml" <<YAML
version: 0.1
storage:
  filesystem: {rootdirectory: $dir/store}
http: {addr: "127.0.0.1:${CODIUS_TEST_REGISTRY_PORT:-0}"}
YAML
  : >"$dir/log"
  setsid docker-registry serve "$dir/registry.yml" </dev/null >>"$dir/log" 2>&1 &
  registry=$!
  echo "$registry" >"$dir/pid"
  # The log is followed until it says so, for as long as there is a registry to say it.
  mkfifo "$dir/news"
  tail -n +1 -f --pid="$registry" "$dir/log" >"$dir/news" 2>/dev/null &
  follower=$!
  heard=yes
  timeout 10 grep -q -m 1 'listening on' "$dir/news" || heard=
  kill "$follower" 2>/dev/null || true
  rm "$dir/news"
  [ -n "$heard" ] || fail "the registry does not listen: $(tail -n 1 "$dir/log")"
  sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$dir/log" | head -n 1 >"$dir/address"
  cat "$dir/address"
}

busybox_tree() {
  tree=$1
  mkdir -p "$tree/bin" "$tree/etc" "$tree/tmp" "$tree/www/cgi-bin" "$tree/home/web"
  cp /bin/busybox "$tree/bin/busybox"
  for name in sh cat ls id mount grep sleep touch wget nc echo stat env hostname df head dd ps kill \
    mkdir rm true false unshare sed printf; do
    ln -sf busybox "$tree/bin/$name"
  done
  printf 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000:web:/home/web:/bin/sh\n' >"$tree/etc/passwd"
  printf 'root:x:0:\nweb:x:1000:\nlog:x:4:web\n' >"$tree/etc/group"
  echo '<h1>Hello from a pod</h1>' >"$tree/www/index.html"
  # What a program sees of its confinement: run whatever the query says, as the pod's own user.
  cat >"$tree/www/cgi-bin/run" <<'CGI'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
busybox httpd -d "$QUERY_STRING" | sh 2>&1
CGI
  chmod 755 "$tree/www/cgi-bin/run"
  chmod 1777 "$tree/tmp"
}

push() {
  dir=$1 name=$2 tree=$3
  shift 3
  layout=$dir/layouts/$name
  rm -rf "$layout"
  mkdir -p "$dir/layouts"
  umoci init --layout "$layout"
  umoci new --image "$layout:latest"
  umoci insert --image "$layout:latest" "$tree" / >/dev/null
  umoci config --image "$layout:latest" "$@"
  target=$(cat "$dir/address")/$name
  skopeo --insecure-policy copy --quiet --dest-tls-verify=false --digestfile "$dir/digest" \
    "oci:$layout:latest" "docker://$target:latest"
  rm -rf "$layout"
  echo "$target@$(cat "$dir/digest")"
}

stop() {
  dir=$1
  [ -d "$dir" ] || return 0
  pid=$(cat "$dir/pid" 2>/dev/null || echo)
  if [ -n "$pid" ] && grep -q "$dir" "/proc/$pid/cmdline" 2>/dev/null; then
    kill "$pid"
  fi
  rm -rf "$dir"
}

case "${1:-}" in
start | push | stop)
  verb=$1
  shift
  "$verb" "$@"
  ;;
busybox-tree)
  shift
  busybox_tree "$@"
  ;;
*) fail "usage: start|busybox-tree|push|stop, see the head of this file" ;;
esac
