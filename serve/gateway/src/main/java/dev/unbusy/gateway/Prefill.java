package dev.unbusy.gateway;

/**
 * How a server is told to go on with an assistant's message that somebody else began. Servers that are not told begin a new
 * one instead, which a client would see.
 */
public enum Prefill {
    /** Nobody knows; chats cannot be gone on with there, plain completions can. */
    NOT_KNOWN,
    /** It goes on with a last message of the assistant by itself: llama-server, which repeats the message first, and Ollama. */
    LAST_MESSAGE,
    /** It wants {@code continue_final_message} and no {@code add_generation_prompt}: vLLM, SGLang. */
    CONTINUE_FINAL_MESSAGE,
    /** The message carries {@code prefix}: DeepSeek's API, and so our workers. */
    PREFIX
}
