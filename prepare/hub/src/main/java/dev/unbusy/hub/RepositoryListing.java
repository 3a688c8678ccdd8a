package dev.unbusy.hub;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a repository on a hub.
 *
 * @param revision what to fetch files by: the commit where the hub tells it, so that all files are of one state
 */
record RepositoryListing(ModelReference.Hub hub, String id, String revision, List<RemoteFile> files) {

    RepositoryListing {
        files = List.copyOf(files);
    }

    /**
     * One file.
     *
     * @param path inside the repository
     * @param bytes its size, or null if the hub does not tell
     * @param sha256 its checksum, or null if the hub does not tell
     */
    record RemoteFile(
            String path, @Nullable Long bytes, @Nullable String sha256) {
        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }
}
