package dev.unbusy.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Imports go one way: use → operate → serve → prepare → base. Each layer's pom bans the layers above it, so the build
 * stops before this test; here the same is said of classes, with the purity that no pom can see.
 */
@AnalyzeClasses(packages = "dev.unbusy", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {
    private static final String[] BASE = packages("text", "units", "config", "metrics", "llama");
    private static final String[] PREPARE = packages("gguf", "catalog", "hub");
    private static final String[] SERVE = packages(
            "api",
            "http",
            "jinja",
            "chat",
            "grammar",
            "sampling",
            "scheduler",
            "engine",
            "admission",
            "routing",
            "ledger",
            "gateway");
    private static final String[] OPERATE = packages("supervisor", "bench");
    private static final String[] USE = packages("cli");

    /** What decides: runs in the server, in tests and in the simulator alike. */
    private static final String[] PURE = packages("grammar", "sampling", "scheduler", "admission", "routing", "jinja");

    @ArchTest
    static final ArchRule MODULES_HAVE_NO_CYCLES = slices().matching("dev.unbusy.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a cycle is one module in two folders");

    @ArchTest
    static final ArchRule BASE_STANDS_ALONE = noClasses()
            .that()
            .resideInAnyPackage(BASE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(join(PREPARE, SERVE, OPERATE, USE))
            .because("base is what everything else stands on");

    @ArchTest
    static final ArchRule PREPARE_NEEDS_NO_SERVER = noClasses()
            .that()
            .resideInAnyPackage(PREPARE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(join(SERVE, OPERATE, USE))
            .because("a machine and a model are made ready where no server runs");

    @ArchTest
    static final ArchRule SERVE_RUNS_UNDER_ANY_SUPERVISOR = noClasses()
            .that()
            .resideInAnyPackage(SERVE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(join(OPERATE, USE))
            .because("a worker or gateway must run under any supervisor or operator");

    @ArchTest
    static final ArchRule OPERATE_NEEDS_NO_PERSON = noClasses()
            .that()
            .resideInAnyPackage(OPERATE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(USE)
            .because("services run when nobody looks");

    @ArchTest
    static final ArchRule PURE_MODULES_DO_NO_IO = noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "java.nio.file..", "java.util.concurrent", "io.netty..", "org.slf4j..")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("what decides takes state and time as arguments, so that the simulator runs the same classes");

    @ArchTest
    static final ArchRule ONLY_BASE_LLAMA_CALLS_NATIVE_CODE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.unbusy.llama")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.Linker")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
            .because("a wrong native call ends the process: all of them stand in one module");

    private static String[] packages(String... names) {
        String[] packages = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            packages[i] = "dev.unbusy." + names[i];
        }
        return packages;
    }

    private static String[] join(String[]... groups) {
        return java.util.Arrays.stream(groups).flatMap(java.util.Arrays::stream).toArray(String[]::new);
    }
}
