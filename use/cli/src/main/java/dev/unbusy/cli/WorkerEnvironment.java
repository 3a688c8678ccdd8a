package dev.unbusy.cli;

import dev.unbusy.hub.Hub;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The environment of a worker process, made from the service's own. Pure.
 *
 * <ol>
 *   <li>The folders that the native libraries need stand first in {@code LD_LIBRARY_PATH}, before the user's.
 *   <li>On Linux, glibc is asked to advise large pages for large memory: weights, KV cells and what is parked of them are
 *       walked through in every step, and new memory is cleared page by page. Unless {@code GLIBC_TUNABLES} says otherwise.
 *   <li>Left out: {@code GGML_BACKEND_PATH}, with which ggml loads one more library, whatever llama.cpp release it is of;
 *       and the hubs' access tokens, since a worker fetches nothing and reads files that come from strangers.
 *   <li>All else passes: {@code LD_PRELOAD}, {@code CUDA_VISIBLE_DEVICES}, the debugging switches of ggml and libllama. They
 *       are wishes of whoever started the service, which runs under them itself.
 * </ol>
 */
final class WorkerEnvironment {
    static final String LIBRARY_PATH = "LD_LIBRARY_PATH";

    private static final String TUNABLES = "GLIBC_TUNABLES";
    private static final String LARGE_PAGES = "glibc.malloc.hugetlb";

    private static final String BACKEND_PATH = "GGML_BACKEND_PATH";

    private WorkerEnvironment() {}

    /** @param searchPath folders that the dynamic linker must look into */
    static Map<String, String> of(Map<String, String> own, List<Path> searchPath) {
        Map<String, String> environment = new TreeMap<>(own);
        environment.remove(BACKEND_PATH);
        environment.keySet().removeAll(Hub.TOKEN_VARIABLES);
        if (!searchPath.isEmpty()) {
            String first = searchPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
            String users = own.getOrDefault(LIBRARY_PATH, "");
            // An empty element would mean the working directory.
            environment.put(LIBRARY_PATH, users.isEmpty() ? first : first + File.pathSeparator + users);
        }
        String tunables = own.getOrDefault(TUNABLES, "");
        if (!tunables.contains(LARGE_PAGES)) {
            environment.put(TUNABLES, (tunables.isEmpty() ? "" : tunables + ":") + LARGE_PAGES + "=1");
        }
        return environment;
    }
}
