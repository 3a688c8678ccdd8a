# Sourced by ../../unbusy. Finds JDK 25 or newer, wherever it lies: `java` on the PATH is often an older one.

# Major version of the JDK in directory $1, from its release file (0 if there is none): no JVM is started to ask.
jdk_major() {
  local version=
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || { echo 0; return; }
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  echo "${version:-0}"
}

find_jdk() {
  local candidate path_java
  path_java=$(command -v javac 2>/dev/null || true)
  [ -z "$path_java" ] || path_java=$(dirname "$(dirname "$(readlink -f "$path_java" 2>/dev/null || echo "$path_java")")")
  for candidate in "${UNBUSY_JAVA_HOME:-}" "${JAVA_HOME:-}" "$path_java" /usr/lib/jvm/*25* /usr/lib/jvm/* /opt/*jdk*25* /opt/java/* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/25* "${HOME:-/nonexistent}"/.jdks/*25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home; do
    [ -n "$candidate" ] || continue
    if [ "$(jdk_major "$candidate")" -ge 25 ]; then
      export JAVA_HOME=$candidate
      return
    fi
  done
  install_packages openjdk-25-jdk-headless || true
  for candidate in /usr/lib/jvm/*25*; do
    if [ "$(jdk_major "$candidate")" -ge 25 ]; then
      export JAVA_HOME=$candidate
      return
    fi
  done
  say "JDK 25 was not found. Install it (Debian/Ubuntu: temurin-25-jdk or openjdk-25-jdk; macOS: openjdk@25) or set UNBUSY_JAVA_HOME to its directory." \
    "未找到 JDK 25。请安装（Debian/Ubuntu：temurin-25-jdk 或 openjdk-25-jdk；macOS：openjdk@25），或将 UNBUSY_JAVA_HOME 设为其目录。"
  exit 1
}

# Debian packages, where this is root on a machine with apt-get; otherwise says which are missing and returns 1.
install_packages() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing Debian packages: $*" "正在安装 Debian 软件包：$*"
    { apt-get install -y -qq "$@" || { apt-get update -qq && apt-get install -y -qq "$@"; }; } >/dev/null 2>&1 && return 0
  fi
  say "Missing on this machine; please install: $*" "本机缺少以下软件包，请先安装：$*"
  return 1
}

# need COMMAND PACKAGE: the command, installed from its Debian package if it is missing.
need() {
  command -v "$1" >/dev/null 2>&1 || install_packages "$2" || exit 1
}
