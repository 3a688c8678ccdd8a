package dev.unbusy.api;

/** One complete answer to a chat request. */
public record ChatChoice(int index, ChatDelta message, AnswerEnd end) {}
