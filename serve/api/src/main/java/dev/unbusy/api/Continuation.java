package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far an answer had come when its worker was lost: what another worker needs besides the request to go on with it. Read
 * from the marks of its stream ({@link StreamMarks}). Everything else (penalties, grammar, texts held back, calls half
 * read) follows from the tokens, and each token's random number from seed and place.
 *
 * @param choices by index; null where a choice has not begun
 */
public record Continuation(Head head, List<@Nullable Choice> choices) {
    /** The request header that says how many bytes at the end of the body are marks. */
    public static final String HEADER = "x-unbusy-resume";

    private static final int MOST_CHOICES = CompletionRequest.MAX_PROMPTS * SamplingOptions.MAX_CHOICES;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    /**
     * What the answer's events say of themselves.
     *
     * @param fingerprint of the worker that began; the whole answer keeps it
     * @param model which model file the tokens belong to: only a worker of the same one can go on
     */
    public record Head(String id, long createdSeconds, String fingerprint, String model) {}

    /**
     * One choice as far as its events were sent.
     *
     * @param seed of its random numbers
     * @param cachedTokens of the prompt, found in the first worker's cache
     * @param tokens in their order, the end token included
     * @param ended its finish reason was sent
     */
    @SuppressWarnings("ArrayRecordComponent") // A carrier; never compared, never changed.
    public record Choice(long seed, int cachedTokens, int[] tokens, boolean ended) {}

    public @Nullable Choice choice(int index) {
        return index < choices.size() ? choices.get(index) : null;
    }

    /** @throws ApiException naming the mark that is wrong */
    public static Continuation parse(byte[] marks, int offset, int length) {
        try (JsonParser parser = JsonBody.FACTORY.createParser(marks, offset, length)) {
            return new Reader(parser).read();
        } catch (JsonProcessingException e) {
            throw wrong("is not valid JSON at line " + e.getLocation().getLineNr());
        } catch (IOException e) {
            throw new IllegalStateException(e); // cannot be: the bytes are in memory
        }
    }

    /** @param problem the rest of a sentence that begins with the header's name */
    public static ApiException wrong(String problem) {
        return ApiError.invalidValue(HEADER, problem + "; send the marks of the answer's stream as they came")
                .exception();
    }

    /** The values of one choice while they are read. */
    private static final class Open {
        private final long seed;
        private final int cachedTokens;
        private int[] tokens = new int[16];
        private int size;
        private boolean ended;

        Open(long seed, int cachedTokens) {
            this.seed = seed;
            this.cachedTokens = cachedTokens;
        }

        void add(int token) {
            if (size == tokens.length) {
                tokens = Arrays.copyOf(tokens, 2 * size);
            }
            tokens[size++] = token;
        }
    }

    private static final class Reader {
        private final JsonParser parser;
        private @Nullable Head head;
        private final List<@Nullable Open> choices = new ArrayList<>();
        private int mark;

        Reader(JsonParser parser) {
            this.parser = parser;
        }

        Continuation read() throws IOException {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                mark++;
                switch (token) {
                    case START_OBJECT -> object();
                    case START_ARRAY -> tokens();
                    default -> throw at("is " + JsonBody.found(token) + ", not an object or a list");
                }
            }
            Head known = head;
            if (known == null) {
                throw wrong("has no marks");
            }
            List<@Nullable Choice> read = new ArrayList<>(choices.size());
            for (Open open : choices) {
                read.add(
                        open == null
                                ? null
                                : new Choice(
                                        open.seed,
                                        open.cachedTokens,
                                        Arrays.copyOf(open.tokens, open.size),
                                        open.ended));
            }
            return new Continuation(known, read);
        }

        private void object() throws IOException {
            String id = "";
            String fingerprint = "";
            String model = "";
            long created = 0;
            int choice = -1;
            long seed = 0;
            int cached = 0;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "id" -> id = name();
                    case "fingerprint" -> fingerprint = name();
                    case "model" -> model = name();
                    case "created" -> created = number(0, Long.MAX_VALUE);
                    case "choice" -> choice = (int) number(0, MOST_CHOICES - 1);
                    case "seed" -> seed = number(Long.MIN_VALUE, Long.MAX_VALUE);
                    case "cached" -> cached = (int) number(0, Integer.MAX_VALUE);
                    default -> throw at("has the unknown field '" + ApiError.quote(name) + "'");
                }
            }
            if (choice >= 0) {
                begin(choice, seed, cached);
            } else if (head != null || id.isEmpty() || fingerprint.isEmpty() || model.isEmpty()) {
                throw at("is no head of an answer, or a second one");
            } else {
                head = new Head(id, created, fingerprint, model);
            }
        }

        private void begin(int choice, long seed, int cached) {
            while (choices.size() <= choice) {
                choices.add(null);
            }
            Open known = choices.get(choice);
            if (head == null || (known != null && known.size > 0)) {
                throw at("begins choice " + choice + " without a head, or again");
            }
            choices.set(choice, new Open(seed, cached));
        }

        private void tokens() throws IOException {
            parser.nextToken();
            int choice = (int) number(0, MOST_CHOICES - 1);
            Open open = choice < choices.size() ? choices.get(choice) : null;
            if (open == null) {
                throw at("has tokens of choice " + choice + ", which has not begun");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (open.ended) {
                    throw at("has tokens of choice " + choice + " behind its end");
                }
                int token = (int) number(StreamMarks.END, Integer.MAX_VALUE - 1);
                if (token == StreamMarks.END) {
                    open.ended = true;
                } else {
                    open.add(token);
                }
            }
        }

        private String name() throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_STRING
                    || !NAME.matcher(parser.getText()).matches()) {
                throw at("has a '" + parser.currentName() + "' that is no name");
            }
            return parser.getText();
        }

        private long number(long min, long max) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || parser.getLongValue() < min
                    || parser.getLongValue() > max) {
                throw at("has " + ApiError.quote(parser.getText()) + " where an integer from " + min + " to " + max
                        + " belongs");
            }
            return parser.getLongValue();
        }

        private ApiException at(String problem) {
            return wrong("mark " + mark + " " + problem);
        }
    }
}
