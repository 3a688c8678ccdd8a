package dev.unbusy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerEnvironmentTest {
    private static final String LARGE_PAGES = "glibc.malloc.hugetlb=1";
    private static final List<Path> CUDA = List.of(Path.of("/opt/cuda/lib64"), Path.of("/opt/cublas"));

    @Test
    void theFoldersOfTheNatives_standBeforeTheUsers() {
        assertThat(WorkerEnvironment.of(Map.of("LD_LIBRARY_PATH", "/home/me/lib"), CUDA))
                .containsEntry("LD_LIBRARY_PATH", "/opt/cuda/lib64:/opt/cublas:/home/me/lib");
    }

    @Test
    void withoutThePathOfTheUser_noEmptyElementStandsForTheWorkingDirectory() {
        assertThat(WorkerEnvironment.of(Map.of(), CUDA))
                .containsExactly(
                        Map.entry("GLIBC_TUNABLES", LARGE_PAGES),
                        Map.entry("LD_LIBRARY_PATH", "/opt/cuda/lib64:/opt/cublas"));
        assertThat(WorkerEnvironment.of(Map.of("LD_LIBRARY_PATH", ""), CUDA))
                .containsEntry("LD_LIBRARY_PATH", "/opt/cuda/lib64:/opt/cublas");
    }

    @Test
    void whereTheNativesNeedNoFolder_thePathStaysAsItIs() {
        Map<String, String> own = Map.of(
                "LD_LIBRARY_PATH",
                "/home/me/lib",
                "LANG",
                "C",
                "LD_PRELOAD",
                "/lib/x.so",
                "GLIBC_TUNABLES",
                LARGE_PAGES);
        assertThat(WorkerEnvironment.of(own, List.of())).containsExactlyInAnyOrderEntriesOf(own);
    }

    @Test
    void largePagesAreAskedFor_unlessTheUserSaidSomethingAboutThem() {
        assertThat(WorkerEnvironment.of(Map.of(), List.of())).containsExactly(Map.entry("GLIBC_TUNABLES", LARGE_PAGES));
        assertThat(WorkerEnvironment.of(Map.of("GLIBC_TUNABLES", "glibc.malloc.check=3"), List.of()))
                .containsExactly(Map.entry("GLIBC_TUNABLES", "glibc.malloc.check=3:" + LARGE_PAGES));
        Map<String, String> users = Map.of("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0:glibc.malloc.check=3");
        assertThat(WorkerEnvironment.of(users, List.of())).containsExactlyInAnyOrderEntriesOf(users);
    }

    @Test
    void secretsAndForeignBackends_stayBehind() {
        Map<String, String> own = Map.of(
                "HF_TOKEN", "s", "HUGGING_FACE_HUB_TOKEN", "s", "MODELSCOPE_API_TOKEN", "s", "GGML_BACKEND_PATH", "/x");
        assertThat(WorkerEnvironment.of(own, List.of())).containsExactly(Map.entry("GLIBC_TUNABLES", LARGE_PAGES));
    }
}
