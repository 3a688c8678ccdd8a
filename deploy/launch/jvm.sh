# Sourced by ../../unbusy and build.sh. Sets the array `jvm`: flags and class path for every role. The supervisor starts
# workers with the same flags, or the start-up cache would not fit them.

# jvm_options [ARGUMENT…]: of the command line that will run.
jvm_options() {
  local jar class_path= role=command
  case " $* " in *" up "* | *" gateway "* | *" worker "* | *" bench "* | *" service "*) role=service ;; esac
  for jar in "$dist"/lib/*.jar; do class_path=$class_path${class_path:+:}$jar; done
  jvm=(
    -XX:+UseSerialGC # event loops and one engine thread: parallel collectors gain nothing and start slower
    -Xmx"${UNBUSY_HEAP:-1g}"
    -XX:-UsePerfData
    -Djdk.reflect.useNativeAccessorOnly=true # JEP 416: a method called once by reflection is not worth compiling its caller
    -Xlog:aot=off -Xlog:cds=off # a missing or stale cache only means a slower start
    --enable-native-access=ALL-UNNAMED
    --sun-misc-unsafe-memory-access=allow
    -Dunbusy.home="$home"
  )
  # What ends within a second never earns back the second compiler; without it `--help` is a quarter faster.
  [ $role = service ] || jvm+=(-XX:TieredStopAtLevel=1)
  [ ! -f "$dist/$role.aot" ] || jvm+=(-XX:AOTCache="$dist/$role.aot")
  jvm+=(-cp "$class_path")
}
