package dev.unbusy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageErrorsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                      | A command is missing                | 缺少命令",
                "nonsense                | There is no command \"nonsense\"    | 没有名为 \"nonsense\" 的命令",
                "status --nonsense       | unbusy status has no option --nonsense | unbusy status 没有选项 --nonsense",
                "chat a b c              | unbusy chat has no use for \"b\" \"c\" | unbusy chat 不接受多余的参数 \"b\" \"c\"",
                "pull                    | MODEL is missing                    | 缺少 MODEL",
                "worker                  | --model FILE is missing             | 缺少 --model FILE",
                "status --url            | --url URL: the value is missing     | --url URL：缺少取值",
                "up --ctx x              | --ctx is \"x\"; it must be a whole number up to 2147483647 | --ctx 的值为 \"x\"，应为不超过 2147483647 的整数",
                "up --port 99999         | --port is 99999; it must be from 0 to 65535 | --port 的值为 99999，应在 0 到 65535 之间",
                "up --workers 0          | --workers is 0; it must be from 1 to 256 | --workers 的值为 0，应在 1 到 256 之间",
                "bench --seed 1e3        | --seed is \"1e3\"; it must be a whole number | --seed 的值为 \"1e3\"，应为整数",
                "bench --ttft-goal-ms x  | --ttft-goal-ms is \"x\"; it must be a number | --ttft-goal-ms 的值为 \"x\"，应为数字",
                "bench --requests 0      | --requests is 0; it must be from 1 to 1000000 | --requests 的值为 0，应在 1 到 1000000 之间",
                "status --json=perhaps   | --json is \"perhaps\"; it must be true or false, or left out | --json 的值为 \"perhaps\"，应为 true 或 false，也可省略",
                "status --url a --url b  | --url is given more than once       | --url 重复指定",
                "status --url http://a:99999 | --url is \"http://a:99999\"; it must be http://HOST:PORT | --url 的值为 \"http://a:99999\"，应为 http://主机:端口",
                "chat --max-tokens 0     | --max-tokens is 0; it must be at least 1 | --max-tokens 的值为 0，不能小于 1"
            })
    void whatIsWrong_isSaidInBothLanguagesAndNeverMixed(String line, String english, String chinese) {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" +");
        Run inEnglish = Run.of(arguments);
        assertThat(inEnglish.code()).isEqualTo(2);
        assertThat(inEnglish.out()).isEmpty();
        assertThat(inEnglish.err().lines().findFirst()).hasValue(english);
        assertThat(inEnglish.err()).contains("What to do: ");
        String[] spoken = new String[arguments.length + 1];
        spoken[0] = "--lang=zh";
        System.arraycopy(arguments, 0, spoken, 1, arguments.length);
        Run inChinese = Run.of(spoken);
        assertThat(inChinese.code()).isEqualTo(2);
        assertThat(inChinese.err().lines().findFirst()).hasValue(chinese);
        assertThat(inChinese.err()).contains("怎么办：").doesNotContain("must", "issing", "nvalid");
    }

    @ParameterizedTest
    @CsvSource({"statsu,status", "modles,models", "status --vebrose,--verbose"})
    void aSlip_isAnsweredWithWhatWasMeant(String line, String meant) {
        assertThat(Run.of(line.split(" ")).err()).contains("Perhaps " + meant + " is meant");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "模型", "x", "--nonsense"})
    void whatResemblesNothing_suggestsNothing(String argument) {
        assertThat(Run.of(argument).err()).doesNotContain("Perhaps");
    }

    @Test
    void distance_countsSlips() {
        assertThat(UsageErrors.distance("status", "status")).isZero();
        assertThat(UsageErrors.distance("statsu", "status")).isEqualTo(1);
        assertThat(UsageErrors.distance("stats", "status")).isEqualTo(1);
        assertThat(UsageErrors.distance("", "up")).isEqualTo(2);
        assertThat(UsageErrors.distance("chat", "bench")).isEqualTo(5);
    }
}
