package dev.unbusy.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ModelCatalogTest {
    private final ModelCatalog catalog = ModelCatalog.load();

    @Test
    void find_knowsIdsWithAndWithoutOrganisationAndAliases() {
        for (String name : new String[] {
            "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek-r1-distill-qwen-7b", "R1-7B", "deepseek-r1:7b"
        }) {
            assertThat(catalog.find(name))
                    .as(name)
                    .get()
                    .extracting(CatalogModel::id)
                    .isEqualTo("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B");
        }
        assertThat(catalog.find("deepseek-r1:9b")).isEmpty();
    }

    @Test
    void findByRepository_knowsTheOriginalModel() {
        assertThat(catalog.findByRepository("unsloth/DeepSeek-R1-Distill-Qwen-32B-GGUF"))
                .get()
                .extracting(CatalogModel::shortName)
                .isEqualTo("DeepSeek-R1-Distill-Qwen-32B");
    }

    @Test
    void nearest_toAMisspelling_isTheModelMeant() {
        assertThat(catalog.nearest("deepseek-ai/DeepSeek-R1-Distil-Qwen-14B", 3).getFirst())
                .isEqualTo("deepseek-ai/DeepSeek-R1-Distill-Qwen-14B");
    }

    @Test
    void everyNumber_hasASourceThatIsExplained() {
        for (CatalogModel model : catalog.models()) {
            assertThat(catalog.sources())
                    .as(model.id())
                    .containsKeys(model.architecture().source(), model.parametersSource());
            for (CatalogModel.QuantizedFile file : model.files()) {
                assertThat(file.bytes() == null).as(model.id() + file).isEqualTo(file.source() == null);
                if (file.source() != null) {
                    assertThat(catalog.sources()).containsKey(file.source());
                }
            }
            model.gguf().forEach(repository -> assertThat(catalog.sources()).containsKey(repository.source()));
        }
    }

    @Test
    void kvBytesPerToken_followsFromTheShape() {
        for (CatalogModel model : catalog.models()) {
            CatalogModel.Architecture shape = model.architecture();
            assertThat(model.kvBytesPerToken())
                    .as(model.id())
                    .isEqualTo((long) shape.layers() * shape.kvHeads() * shape.headLength() * 4);
        }
    }

    @Test
    void sizesOfQ4_matchTheBitsPerParameterUsedForUnknownOnes() {
        for (CatalogModel model : catalog.models()) {
            Long bytes = model.fileBytes("Q4_K_M");
            if (bytes != null) {
                assertThat(bytes * 8.0 / model.parameters())
                        .as(model.id())
                        .isBetween(ModelChooser.BITS_PER_PARAMETER - 0.15, ModelChooser.BITS_PER_PARAMETER + 0.15);
            }
        }
    }
}
