package dev.unbusy.e2e;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One streamed answer of LangChain4j, waited for. */
final class StreamedChat {
    private StreamedChat() {}

    /** What the client made of the stream; its text is what it told piece by piece, or this is an error. */
    static ChatResponse of(StreamingChatModel model, ChatRequest request) throws Exception {
        CompletableFuture<ChatResponse> end = new CompletableFuture<>();
        StringBuilder pieces = new StringBuilder();
        model.chat(request, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                end.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                end.completeExceptionally(error);
            }
        });
        ChatResponse response = end.get(60, TimeUnit.SECONDS);
        String text = response.aiMessage().text();
        if (!pieces.toString().equals(text == null ? "" : text)) {
            throw new AssertionError("told \"" + pieces + "\", but the end is " + response);
        }
        return response;
    }
}
