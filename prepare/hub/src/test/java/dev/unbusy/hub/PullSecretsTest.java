package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Where tokens and signatures go, and where they never do. */
class PullSecretsTest extends TinyModelRig {
    @Test
    void pull_sendsTheTokenToTheHubAndNeverToTheStorageHost() {
        rig.fake.neededToken = HubRig.TOKEN;
        rig.pull(REPOSITORY);
        assertThat(rig.fake.requests)
                .filteredOn(request -> request.host().equals("hub"))
                .isNotEmpty()
                .allSatisfy(request ->
                        assertThat(request.headers()).containsEntry("Authorization", "Bearer " + HubRig.TOKEN));
        assertThat(rig.fake.storageRequests())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.headers()).doesNotContainKeys("Authorization", "Cookie"));
    }

    @Test
    void pull_neverWritesTheTokenOrASignatureIntoLogsProgressOrErrors() {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger("dev.unbusy");
        Level level = root.getLevel();
        root.setLevel(Level.TRACE);
        appender.start();
        root.addAppender(appender);
        try {
            rig.fake.neededToken = "another";
            HubException gated = refused("hf:" + REPOSITORY);
            assertThat(gated.code()).isEqualTo("gated-model-auth");
            assertThat(gated.remedy().en()).contains("HF_TOKEN").contains("licence");
            rig.fake.neededToken = null;
            rig.fake.faults.addAll(List.of(
                    new FakeHub.Fault.Cut(0),
                    new FakeHub.Fault.Cut(0),
                    new FakeHub.Fault.Cut(0),
                    new FakeHub.Fault.Cut(0)));
            HubException broken = refused("hf:" + REPOSITORY);
            assertThat(Stream.of(gated, broken)
                            .flatMap(e -> Stream.of(
                                    e.toString(), e.text().zh(), e.remedy().en())))
                    .noneMatch(text -> text.contains(HubRig.TOKEN) || text.contains("secret-signature"));
            assertThat(rig.shown).noneMatch(text -> text.en().contains(HubRig.TOKEN));
        } finally {
            root.detachAppender(appender);
            root.setLevel(level);
        }
        assertThat(appender.list)
                .isNotEmpty()
                .noneMatch(event -> event.getFormattedMessage().contains(HubRig.TOKEN)
                        || event.getFormattedMessage().contains("secret-signature"));
        assertThat(HubTokens.of(Endpoints.of(HubConfig.defaults(), Map.of()), Map.of("HF_TOKEN", HubRig.TOKEN)))
                .hasToString("HubTokens[huggingFace=set, modelScope=none]");
    }
}
