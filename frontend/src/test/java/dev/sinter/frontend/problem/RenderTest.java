package dev.sinter.frontend.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.frontend.source.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

class RenderTest {
    private static final Source SOURCE = Source.of("a.sinter", "first\n\tsecond é line\nthird\n\nfifth\n");

    @Test
    void caretsStandUnderTheWords() {
        int at = SOURCE.text().indexOf("é");
        var problem = Problem.error(Code.S0201, "there is no `é` here", SOURCE.span(at, at + 1), "unknown name")
            .with(SOURCE.span(0, 5), "known").help("ask");
        assertEquals("""
            error[S0201]: there is no `é` here
              --> a.sinter:2:9
               |
             1 | first
               | ----- known
             2 |     second é line
               |            ^ unknown name
               |
               = help: ask
               = more: sinter explain S0201
            """, Render.text(problem));
    }

    @Test
    void distantLinesAreLeftOut() {
        var problem = Problem.warning(Code.S0101, "odd", SOURCE.span(0, 5), "").with(SOURCE.span(SOURCE.text().indexOf("fifth"), SOURCE.text().length()), "and");
        assertTrue(Render.text(problem).contains(" 1 | first\n   | ^^^^^\n ...\n 5 | fifth"), Render.text(problem));
    }

    @Test
    void machinesGetTheSameFacts() {
        var problem = Problem.error(Code.S0103, "a \"quoted\" title", SOURCE.span(0, 5), "here\n");
        assertEquals("[{\"code\":\"S0103\",\"severity\":\"error\",\"title\":\"a \\\"quoted\\\" title\",\"primary\":{\"file\":\"a.sinter\",\"line\":1,\"column\":1,"
            + "\"start\":0,\"end\":5,\"text\":\"here\\n\"},\"also\":[],\"help\":[]}]", Json.array(List.of(problem)));
    }

    @Test
    void oneFaultIsReportedOnce() {
        var problems = new Problems();
        for (int i = 0; i < 3; i++) problems.add(Problem.error(Code.S0101, "x", SOURCE.span(0, 5), "y"));
        problems.add(Problem.warning(Code.S0102, "x", SOURCE.span(0, 5), "y"));
        assertEquals(2, problems.size());
        assertTrue(Render.text(problems.sorted()).endsWith("1 error, 1 warning\n"));
    }
}
