package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.gguf.GgufException;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Which model a name stands for, and from where it is taken, against a server that behaves like the real hubs. */
class ModelPullerTest extends TinyModelRig {
    @Test
    void pull_fromHuggingFace_verifiesAndRegisters() throws IOException {
        Pulled pulled = rig.pull(REPOSITORY);

        assertThat(pulled.fetched()).isTrue();
        assertThat(Files.readAllBytes(pulled.model().file())).isEqualTo(MODEL);
        assertThat(pulled.model().quantization()).isEqualTo("Q4_K_M");
        assertThat(pulled.model().architecture()).isEqualTo("qwen2");
        assertThat(pulled.model().source()).isEqualTo("huggingface:" + REPOSITORY);
        assertThat(pulled.model().revision()).isEqualTo("c0ffee");
        assertThat(leftovers()).isEmpty();
        assertThat(rig.store.find("tiny-GGUF")).contains(pulled.model());
        assertThat(rig.pull(REPOSITORY).fetched()).isFalse();
    }

    @Test
    void pull_fromModelScope_verifiesAndRegisters() throws IOException {
        Pulled pulled = rig.pull("modelscope:" + REPOSITORY);
        assertThat(Files.readAllBytes(pulled.model().file())).isEqualTo(MODEL);
        assertThat(pulled.model().source()).isEqualTo("modelscope:" + REPOSITORY);
        assertThat(rig.fake.requests).anyMatch(request -> request.path().contains("/repo/files?Revision=master"));
    }

    @Test
    void pull_ofSomethingThatIsNoModel_saysSoAndKeepsNothing() {
        rig.fake.put(
                "org/page-GGUF",
                "page-Q8_0.gguf",
                "<!DOCTYPE html><html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        GgufException e = catchThrowableOfType(GgufException.class, () -> rig.pull("org/page-GGUF"));
        assertThat(e.text().en()).contains("web page");
        assertThat(rig.modelFile("org/page-GGUF", "page-Q8_0.gguf")).doesNotExist();
    }

    @Test
    void pull_ofAnUnknownRepository_namesSimilarModels() {
        HubException e = refused("deepseek-ai/DeepSeek-R1-Distil-Qwen-7B");
        assertThat(e.code()).isEqualTo("model-not-found");
        assertThat(e.text().en()).contains("deepseek-ai/DeepSeek-R1-Distil-Qwen-7B");
        assertThat(e.remedy().en()).contains("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B");
    }

    @Test
    void pull_ofAFileOrQuantizationThatIsNotThere_namesThoseThatAre() {
        assertThat(refused(REPOSITORY + ":Q8_0").remedy().en()).contains("Q4_K_M");
        assertThat(refused(REPOSITORY + "/other.gguf").remedy().en()).contains("Q4_K_M");
    }

    @Test
    void pull_ofACatalogueName_takesTheConvertersRepositoryAndKeepsTheModelsName() {
        rig.fake.put("unsloth/DeepSeek-R1-Distill-Qwen-7B-GGUF", "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf", MODEL);
        for (String name :
                new String[] {"DeepSeek-R1-Distill-Qwen-7B", "deepseek-r1:7b", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"
                }) {
            InstalledModel model = rig.pull(name).model();
            assertThat(model.id()).isEqualTo("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B");
        }
        assertThat(rig.store.find("r1-7b")).isPresent();
        assertThat(rig.store.find("DeepSeek-R1-Distill-Qwen-7B:Q4_K_M")).isPresent();
        assertThat(rig.store.find("DeepSeek-R1-Distill-Qwen-7B:Q8_0")).isEmpty();
    }

    @Test
    void pull_ofAnAddress_takesSizeAndChecksumFromTheHubsHeaders() throws IOException {
        String address = rig.fake.endpoint() + "/" + REPOSITORY + "/resolve/main/" + FILE;
        InstalledModel model = rig.pull(address).model();
        assertThat(Files.readAllBytes(model.file())).isEqualTo(MODEL);
        assertThat(model.sha256()).isEqualTo(sha256(MODEL));
        assertThat(rig.pull(address).fetched()).isFalse();
    }

    @Test
    void pull_ofASplitModel_withAPartMissingOnTheHub_isNotOffered() {
        rig.fake.put("org/split-GGUF", "split-Q8_0-00001-of-00002.gguf", MODEL);
        assertThat(refused("org/split-GGUF").text().en()).contains("no GGUF file");
    }

    @Test
    void pull_whereTheFirstHubIsTooBusy_takesTheOther() {
        rig.fake.faults.add(new FakeHub.Fault.Status(429, "3600"));
        assertThat(rig.pull(REPOSITORY).model().source()).isEqualTo("modelscope:" + REPOSITORY);
    }

    @Test
    void pull_ofAGatedModelOnBothHubs_namesTheFirstHubsToken() {
        rig.fake.neededToken = "another";
        assertThat(refused(REPOSITORY).remedy().en()).contains("HF_TOKEN");
    }

    @Test
    void pull_whereNoHubAnswers_saysWhatWasTried() {
        rig.reachable = new HubReachability(false, false, Text.of("nothing answers", "均无应答"));
        HubException e = refused(REPOSITORY);
        assertThat(e.code()).isEqualTo("hub-unreachable");
        assertThat(e.text().en()).contains("nothing answers");
    }

    @Test
    void pull_whereNothingFitsTheMemory_isRefusedUnlessNamed() {
        PullOptions little = new PullOptions(new Bytes(1000), false);
        HubException e = catchThrowableOfType(
                HubException.class, () -> rig.puller().pull(rig.puller().reference(REPOSITORY), little, rig.progress));
        assertThat(e.code()).isEqualTo("model-exceeds-memory");
        assertThat(rig.puller()
                        .pull(rig.puller().reference(REPOSITORY + ":q4_k_m"), little, rig.progress)
                        .fetched())
                .isTrue();
    }
}
