package dev.unbusy.sampling;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;

/** The model's output cannot be sampled: no token is better than a made-up one. */
public final class SamplingException extends UserError {
    private static final long serialVersionUID = 1L;

    SamplingException(Text text) {
        super(
                "logits-not-finite",
                text,
                new Text(
                        "The model file is damaged or this build of the library computes it wrongly: verify the file's"
                                + " checksum, then try another quantization or --workers on another machine.",
                        "模型文件已损坏，或当前库版本计算有误：请校验文件的校验和，再换用其他量化版本或其他机器。"),
                null);
    }
}
