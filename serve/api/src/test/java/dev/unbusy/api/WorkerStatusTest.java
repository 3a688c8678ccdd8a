package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;

class WorkerStatusTest {
    private static final WorkerStatus STATUS = new WorkerStatus(
            "worker-0",
            "m",
            WorkerStatus.State.READY,
            4711,
            "http://127.0.0.1:1",
            1,
            2,
            8192,
            8000,
            7000,
            77,
            new StepStatus(1.5, 20, 2, 3),
            12.5,
            400.25,
            3,
            4096,
            16,
            "");

    @Test
    void theContractsKeys_keepTheirNames() throws Exception {
        JsonNode json = new ObjectMapper().readTree(STATUS.toJson());
        assertThat(json.properties())
                .extracting(Map.Entry::getKey)
                .contains(
                        "id",
                        "model",
                        "state",
                        "pid",
                        "url",
                        "running",
                        "waiting",
                        "kvCellsTotal",
                        "kvCellsFree",
                        "tokensPerSecond",
                        "restarts");
        assertThat(json.get("state").textValue()).isEqualTo("ready");
    }

    @Test
    void itsKeys_areItsComponents() throws Exception {
        List<String> components = java.util.Arrays.stream(WorkerStatus.class.getRecordComponents())
                .map(java.lang.reflect.RecordComponent::getName)
                .toList();
        assertThat(new ObjectMapper().readTree(STATUS.toJson()).properties())
                .extracting(Map.Entry::getKey)
                .isEqualTo(components);
    }

    @Property
    void whatIsWritten_isReadBack(
            @ForAll @NotEmpty String id,
            @ForAll WorkerStatus.State state,
            @ForAll @IntRange(max = Integer.MAX_VALUE) int count,
            @ForAll String reason) {
        String cleanId = new String(id.getBytes(UTF_8), UTF_8);
        String cleanReason = new String(reason.getBytes(UTF_8), UTF_8);
        WorkerStatus status = new WorkerStatus(
                cleanId,
                "m",
                state,
                count,
                "u",
                count,
                0,
                count,
                count,
                count / 2,
                count,
                new StepStatus(count, 0.5, 0, count / 7.0),
                count / 3.0,
                0.1,
                0,
                count,
                1,
                cleanReason);
        assertThat(WorkerStatus.parse(status.toJson())).isEqualTo(status);
    }

    @Test
    void changes_keepTheRest() {
        assertThat(STATUS.withState(WorkerStatus.State.WEDGED, "no step for 30 s"))
                .returns(WorkerStatus.State.WEDGED, WorkerStatus::state)
                .returns("no step for 30 s", WorkerStatus::reason)
                .returns(77L, WorkerStatus::steps);
        assertThat(STATUS.supervised("worker-1", 5, "http://x", 4))
                .returns("worker-1", WorkerStatus::id)
                .returns(4, WorkerStatus::restarts)
                .returns("m", WorkerStatus::model)
                .returns(16, WorkerStatus::maxSequences);
        assertThat(WorkerStatus.parse(WorkerStatus.of("w", WorkerStatus.State.FAILED, "why")
                                .toJson())
                        .reason())
                .isEqualTo("why");
    }

    @Test
    void newerVersionsKeys_areSkipped_andMissingOnesDefault() {
        WorkerStatus status = WorkerStatus.parse(
                "{\"future\":{\"a\":[1]},\"id\":\"w\",\"state\":\"loading\",\"model\":null}".getBytes(UTF_8));
        assertThat(status).isEqualTo(WorkerStatus.of("w", WorkerStatus.State.LOADING, ""));
    }

    @Test
    void whatIsNoStatus_isRefused() {
        for (String wrong : new String[] {
            "{}",
            "{\"id\":\"w\"}",
            "{\"id\":\"w\",\"state\":\"dancing\"}",
            "{\"id\":\"w\",\"state\":\"ready\",\"pid\":-1}",
            "<html>"
        }) {
            assertThatThrownBy(() -> WorkerStatus.parse(wrong.getBytes(UTF_8)))
                    .as(wrong)
                    .isInstanceOf(ApiException.class);
        }
    }

    @Test
    void lists_areOneArray() throws Exception {
        JsonNode list = new ObjectMapper().readTree(WorkerStatus.listToJson(List.of(STATUS, STATUS)));
        assertThat(list.size()).isEqualTo(2);
        assertThat(new ObjectMapper()
                        .readTree(WorkerStatus.listToJson(List.of()))
                        .isEmpty())
                .isTrue();
    }
}
