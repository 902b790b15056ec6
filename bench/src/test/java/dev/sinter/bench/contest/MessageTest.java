package dev.sinter.bench.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.bench.contest.Message.Reply;
import dev.sinter.bench.contest.Message.Request;
import dev.sinter.bench.contest.Message.Verb;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageTest {
    @Test
    void requestsAndRepliesAreReadBack() {
        var request = new Request(Verb.MEASURE, "mlp-b1", "a file", 150);
        assertEquals(request, Message.read(Message.write(request), Request.class));
        for (Reply reply : List.of(Reply.DONE, Reply.UNABLE, Reply.text("1.2"), Reply.samples(List.of(1.5, 2.0), 16), Reply.failed(new IllegalStateException("one line\nand more")))) {
            assertEquals(reply, Message.read(Message.write(reply), Reply.class));
        }
        assertEquals("one line", Reply.failed(new IllegalStateException("one line\nand more")).problem());
    }

    @Test
    void limitsAreReadBack() {
        var limit = new Limit(Limit.Kind.COPY, 1 << 20);
        assertEquals(limit, Limit.parse(limit.toString()));
    }
}
