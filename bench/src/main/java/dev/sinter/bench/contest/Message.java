package dev.sinter.bench.contest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What the driver and a contender's process say to each other: one JSON object a line. The driver asks, the process answers once.
final class Message {
    private static final ObjectMapper JSON = JsonMapper.builder().defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.ALWAYS)).build();

    private Message() { }

    /// What is asked for.
    enum Verb {
        /// The contender's version, as `text`.
        VERSION,
        /// Builds `workload`, with Sinter's artifact `file`. Answers whether the contender can do it.
        PREPARE,
        /// Makes the calls that a comparison takes and writes the results to `file`, as floats in the machine's byte order.
        OUTPUT,
        /// Calls for `millis`, and longer while HotSpot compiles.
        WARM,
        /// Calls for `millis` and answers with the times.
        MEASURE,
        /// Frees what was prepared.
        RELEASE,
        /// What an application would start, for `workload`.
        START_UP
    }

    /// A question.
    record Request(Verb verb, String workload, String file, long millis) {
        static Request of(Verb verb) {
            return new Request(verb, "", "", 0);
        }
    }

    /// An answer.
    ///
    /// @param able      whether it can be done
    /// @param problem   what went wrong, if something did
    /// @param text      a version
    /// @param samples   the mean nanoseconds of a call in each batch; of a limit, what one nanosecond allows
    /// @param allocated bytes allocated on the Java heap by a call
    /// @param startUp   what an application would start
    record Reply(boolean able, String problem, String text, List<Double> samples, double allocated, StartUp startUp) {
        static final Reply DONE = new Reply(true, null, null, null, 0, null);
        static final Reply UNABLE = new Reply(false, null, null, null, 0, null);

        static Reply failed(Throwable e) {
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            return new Reply(false, message.lines().findFirst().orElse(e.toString()), null, null, 0, null);
        }

        static Reply samples(List<Double> samples, double allocated) {
            return new Reply(true, null, null, samples, allocated, null);
        }

        static Reply text(String text) {
            return new Reply(true, null, text, null, 0, null);
        }
    }

    /// Answers requests from standard input on standard output until the driver goes away.
    static void serve(Answers answers) throws IOException {
        PrintStream out = System.out;
        // What libraries print must not get between the answers.
        System.setOut(System.err);
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Reply reply;
                try {
                    reply = answers.answer(read(line, Request.class));
                } catch (Exception | LinkageError | OutOfMemoryError e) {
                    e.printStackTrace();
                    reply = Reply.failed(e);
                }
                out.println(write(reply));
                out.flush();
            }
        }
    }

    /// Who answers.
    interface Answers {
        Reply answer(Request request) throws Exception;
    }

    /// A message as one line.
    static String write(Object message) {
        try {
            return JSON.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A message from one line. @throws IllegalArgumentException if it is none
    static <T> T read(String line, Class<T> type) {
        try {
            return JSON.readValue(line, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a message: " + line, e);
        }
    }
}
