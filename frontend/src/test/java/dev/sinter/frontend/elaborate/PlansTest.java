package dev.sinter.frontend.elaborate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.checked.TrainingPlan;
import dev.sinter.frontend.source.Source;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/// The training block.
class PlansTest {
    private static List<TrainingPlan.Score> scores(String lines) {
        String text = "import std.nn\nmodel M(best = 8) {\n  fn value(x: f32[N]) = mean(x)\n  export fn known() = 3.0\n  training {\n" + lines + "\n  }\n}\n";
        return Frontend.compile(Source.of("plan", text), Options.DEFAULT).orThrow().training().orElseThrow().scores();
    }

    @Test
    void aScoreIsTakenAtTheEndOrIsFollowed() {
        var x = List.of(new TrainingPlan.Column("x", "x"));
        assertEquals(List.of(
            new TrainingPlan.Score("low", "score_low", x, false, OptionalDouble.empty()),
            new TrainingPlan.Score("value", "score_value", x, true, OptionalDouble.empty()),
            new TrainingPlan.Score("known", "score_known", List.of(), true, OptionalDouble.of(0.5)),
            new TrainingPlan.Score("end", "score_end", x, false, OptionalDouble.of(-16))
        ), scores("score low: value(x)\nscore value(x) each epoch\nscore known() each epoch toward 1 / 2\nscore end: value(x) towards -2 * best"));
    }

    @Test
    void theWordsStayNames() {
        assertEquals("towards", scores("score towards: known()").getFirst().name());
        assertEquals(List.of(new TrainingPlan.Column("towards", "towards")), scores("score v: value(towards) each epoch towards 1").getFirst().columns());
    }
}
