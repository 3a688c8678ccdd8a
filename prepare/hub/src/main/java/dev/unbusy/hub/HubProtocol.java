package dev.unbusy.hub;

import dev.unbusy.catalog.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a hub is asked for the files of a repository and where each file is. Addresses and answers only; sending is
 * {@link HubClient}'s.
 */
sealed interface HubProtocol {
    ModelReference.Hub hub();

    /** Name for people. */
    String title();

    URI endpoint();

    /** The revision taken when none is named. */
    String standardRevision();

    URI listing(String id, String revision);

    /** @throws IOException if the answer is not what this hub gives */
    RepositoryListing parse(String id, String revision, byte[] answer) throws IOException;

    URI file(String id, String revision, String path);

    static HubProtocol of(ModelReference.Hub hub, Endpoints endpoints) {
        return switch (hub) {
            case HUGGING_FACE -> new HuggingFace(endpoints.huggingFace());
            case MODELSCOPE -> new ModelScope(endpoints.modelScope());
        };
    }

    /** Path and query are escaped here, once; the endpoint may have a path of its own. */
    private static URI address(URI endpoint, String path, @Nullable String query) {
        try {
            return new URI(
                    endpoint.getScheme(),
                    null,
                    endpoint.getHost(),
                    endpoint.getPort(),
                    endpoint.getPath() + path,
                    query,
                    null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("no address for " + path, e);
        }
    }

    /**
     * Hugging Face: {@code GET /api/models/ID/revision/REV?blobs=true} gives commit and files, large ones with their
     * SHA-256 under {@code lfs}; {@code GET /ID/resolve/REV/FILE} redirects to storage, with {@code X-Linked-Size},
     * {@code X-Linked-ETag} (SHA-256) and {@code X-Repo-Commit} on the redirect (huggingface_hub 2.4,
     * {@code file_download.py} and {@code hf_api.py}).
     */
    record HuggingFace(URI endpoint) implements HubProtocol {
        @Override
        public ModelReference.Hub hub() {
            return ModelReference.Hub.HUGGING_FACE;
        }

        @Override
        public String title() {
            return "Hugging Face";
        }

        @Override
        public String standardRevision() {
            return "main";
        }

        @Override
        public URI listing(String id, String revision) {
            return address(endpoint, "/api/models/" + id + "/revision/" + revision, "blobs=true");
        }

        @Override
        public RepositoryListing parse(String id, String revision, byte[] answer) throws IOException {
            JsonObject json = JsonObject.parse(answer);
            List<RepositoryListing.RemoteFile> files = new ArrayList<>();
            for (JsonObject file : json.objects("siblings")) {
                String path = file.string("rfilename");
                JsonObject lfs = file.object("lfs");
                if (path != null) {
                    files.add(new RepositoryListing.RemoteFile(
                            path, file.whole("size"), lfs == null ? null : Digests.asSha256(lfs.string("sha256"))));
                }
            }
            if (files.isEmpty() && json.string("id") == null && json.string("modelId") == null) {
                throw new IOException("no list of files in the answer");
            }
            String commit = json.string("sha");
            return new RepositoryListing(hub(), id, commit == null ? revision : commit, files);
        }

        @Override
        public URI file(String id, String revision, String path) {
            return address(endpoint, "/" + id + "/resolve/" + revision + "/" + path, null);
        }
    }

    /**
     * ModelScope: {@code GET /api/v1/models/ID/repo/files?Revision=REV&Recursive=True} gives
     * {@code Data.Files[]{Path,Size,Sha256,Type}}; {@code GET /api/v1/models/ID/repo?Revision=REV&FilePath=PATH} gives the
     * file or redirects to storage. Errors come as {@code Success: false} with {@code Code} and {@code Message}
     * (modelscope_hub 0.5, {@code _legacy_api.py}).
     */
    record ModelScope(URI endpoint) implements HubProtocol {
        @Override
        public ModelReference.Hub hub() {
            return ModelReference.Hub.MODELSCOPE;
        }

        @Override
        public String title() {
            return "ModelScope";
        }

        @Override
        public String standardRevision() {
            return "master";
        }

        @Override
        public URI listing(String id, String revision) {
            return address(
                    endpoint, "/api/v1/models/" + id + "/repo/files", "Revision=" + revision + "&Recursive=True");
        }

        @Override
        public RepositoryListing parse(String id, String revision, byte[] answer) throws IOException {
            JsonObject json = JsonObject.parse(answer);
            JsonObject data = json.object("Data");
            if (data == null) {
                throw new IOException("no list of files in the answer");
            }
            List<RepositoryListing.RemoteFile> files = new ArrayList<>();
            for (JsonObject file : data.objects("Files")) {
                String path = file.string("Path");
                if (path != null && !"tree".equals(file.string("Type"))) {
                    files.add(new RepositoryListing.RemoteFile(
                            path, file.whole("Size"), Digests.asSha256(file.string("Sha256"))));
                }
            }
            return new RepositoryListing(hub(), id, revision, files);
        }

        @Override
        public URI file(String id, String revision, String path) {
            return address(endpoint, "/api/v1/models/" + id + "/repo", "Revision=" + revision + "&FilePath=" + path);
        }
    }
}
