# Sourced by ../../unbusy. Builds the program once, and again when a source is newer than the build.

build_is_fresh() {
  [ -f "$dist/built" ] || return 1
  # Directories count too: a deleted source changes only its directory.
  [ -z "$(cd "$home" && find pom.xml .mvn base prepare serve operate use \
    \( -name target -o -name test \) -prune -o \
    \( -name pom.xml -o -path '*/src/main*' \) -newer "$dist/built" -print -quit)" ]
}

build_if_needed() {
  build_is_fresh && return
  need mvn maven
  mkdir -p "$home/use/cli/target"
  # Two starts at once build once: the second waits here, and then finds the build fresh.
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$home/use/cli/target/build.lock"
    if ! flock -n 9; then
      say "Another start is building Unbusy; waiting for it…" "另一个启动进程正在构建 Unbusy，等待其完成……"
      attended flock 9
    fi
    build_is_fresh && { exec 9>&-; return; }
  fi
  local log=$home/use/cli/target/build.log
  say "Building Unbusy (once; about a minute)…" "正在构建 Unbusy（仅需一次，约一分钟）……"
  rm -rf "$dist" # all of it: a jar of an earlier build would stay on the class path
  if ! attended run_maven "$log"; then
    grep -E '^\[ERROR\]' "$log" | head -20 >&2 || true
    say "The build failed; the whole log is $log" "构建失败，完整日志见 $log"
    exit 1
  fi
  attended train_aot_caches
  touch "$dist/built"
  exec 9>&- # alone: a 2>/dev/null beside it would hold for everything that is said afterwards
}

run_maven() {
  (cd "$home" && mvn -B -ntp -T 1C -Dmaven.test.skip=true -pl use/cli -am package 2>&1) | tee "$1" | build_progress
}

# attended COMMAND…: runs it in a process group of its own, which ends with this script. A shell told to stop (systemctl
# stop, a test's kill) would otherwise leave Maven behind, working on.
attended() {
  local group status=0
  set -m
  "$@" &
  group=$!
  set +m
  trap 'end_group '"$group"'; exit 143' TERM
  trap 'end_group '"$group"'; exit 130' INT
  trap 'end_group '"$group"'; exit 129' HUP
  wait "$group" || status=$?
  trap - TERM INT HUP
  return $status
}

end_group() {
  trap '' TERM INT HUP
  kill -TERM -- "-$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# A bar from Maven's own "[n/m]" on a terminal; one plain line per module elsewhere.
build_progress() {
  local line done_count total
  while IFS= read -r line; do
    case $line in
      *Building\ Unbusy*\[*/*\]*)
        total=${line##*/}; total=${total%%]*}
        done_count=${line##*[}; done_count=${done_count%%/*}
        if [ -t 2 ]; then
          printf '\r\033[K[%-30s] %d/%d' "$(printf '%*s' $((done_count * 30 / total)) '' | tr ' ' '#')" "$done_count" "$total" >&2
        else
          printf '  %s/%s %s\n' "$done_count" "$total" "$(printf '%s' "$line" | sed 's/.*Unbusy: \([^ ]*\).*/\1/')" >&2
        fi ;;
    esac
  done
  [ ! -t 2 ] || printf '\r\033[K' >&2
}

# Classes loaded and linked ahead of time (JEP 483/514): start-up falls from seconds to tenths. Without the caches
# everything works, only slower, so a failure here is no failure of the build.
train_aot_caches() {
  local role
  . "$home/deploy/launch/jvm.sh"
  for role in command service; do
    rm -f "$dist/$role.aot"
    jvm_options $role
    "$JAVA_HOME/bin/java" "${jvm[@]}" -XX:AOTCacheOutput="$dist/$role.aot" dev.unbusy.cli.Main warm-up-classes $role \
      >"$dist/$role.aot.log" 2>&1 || say "No start-up cache: see $dist/$role.aot.log" "未能生成启动缓存，见 $dist/$role.aot.log"
  done
}
