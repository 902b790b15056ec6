package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// The spelling of a [Manifest] as JSON. Reading is strict: every key must be there, and no other.
///
/// Reading uses no lambdas, since a model's first use is measured from the start of the process; see `StartUpTest`.
final class ManifestJson {

    private ManifestJson() { }

    static Manifest read(Json json) {
        // The version comes first: a newer manifest may differ in everything else.
        var top = new Fields(json);
        long format = top.integer("format");
        if (format > Manifest.FORMAT) {
            throw new ArtifactException(Manifest.ENTRY, "format " + format + " is newer than format " + Manifest.FORMAT
                    + ", the newest that this runtime reads", "use a newer Sinter runtime, or compile the model again with this version");
        }
        if (format != Manifest.FORMAT) {
            throw ArtifactException.damaged(Manifest.ENTRY, "there is no format " + format);
        }
        String producer = top.text("producer");
        String model = top.text("model");
        var state = new ArrayList<Manifest.State>();
        for (Fields row : top.rows("state")) {
            state.add(state(row));
        }
        var functions = new ArrayList<Manifest.FunctionEntry>();
        for (Fields row : top.rows("functions")) {
            functions.add(function(row));
        }
        var files = new LinkedHashMap<String, Manifest.FileEntry>();
        for (var file : top.fields("files").entrySet()) {
            files.put(file.getKey(), file(file.getValue()));
        }
        top.end();
        return new Manifest((int) format, producer, model, state, functions, files);
    }

    private static Manifest.State state(Fields in) {
        return in.end(new Manifest.State(in.text("name"), in.type(), in.integers("shape"), in.truth("trainable")));
    }

    private static Manifest.FunctionEntry function(Fields in) {
        var requires = new ArrayList<Manifest.Requirement>();
        for (Fields row : in.rows("requires")) {
            requires.add(requirement(row));
        }
        var variants = new ArrayList<Manifest.Variant>();
        for (Fields row : in.rows("variants")) {
            variants.add(variant(row));
        }
        return in.end(new Manifest.FunctionEntry(in.text("name"), in.text("doc"), in.texts("dims"), values(in, "inputs"), values(in, "outputs"),
                in.formula("flops"), in.formula("bytes"), in.texts("reads"), in.texts("writes"), requires, variants));
    }

    private static List<Manifest.Value> values(Fields in, String key) {
        var values = new ArrayList<Manifest.Value>();
        for (Fields row : in.rows(key)) {
            values.add(value(row));
        }
        return values;
    }

    private static Manifest.Requirement requirement(Fields in) {
        return in.end(new Manifest.Requirement(in.formula("notNegative"), in.text("because")));
    }

    private static Manifest.Value value(Fields in) {
        return in.end(new Manifest.Value(in.text("name"), in.type(), in.formulas("shape")));
    }

    private static Manifest.Variant variant(Fields in) {
        Fields ahead = in.optional("preparation");
        return in.end(new Manifest.Variant(in.text("target"), in.text("code"), in.text("symbol"), in.formula("arena"), buffers(in), ahead == null ? null : preparation(ahead)));
    }

    private static Manifest.Preparation preparation(Fields in) {
        return in.end(new Manifest.Preparation(in.text("code"), in.text("symbol"), in.formula("arena"), buffers(in)));
    }

    private static List<Manifest.Buffer> buffers(Fields in) {
        var buffers = new ArrayList<Manifest.Buffer>();
        for (Fields row : in.rows("buffers")) {
            buffers.add(buffer(row));
        }
        return buffers;
    }

    private static Manifest.Buffer buffer(Fields in) {
        var role = in.role();
        return in.end(new Manifest.Buffer(role, in.text("name"), in.type(), in.formula("elements"),
                role == Manifest.Role.TEMP ? in.formula("offset") : null));
    }

    private static Manifest.FileEntry file(Fields in) {
        return in.end(new Manifest.FileEntry(in.integer("bytes"), in.text("crc32")));
    }

    static String write(Manifest manifest) {
        var out = new Text();
        out.open('{');
        out.key("format").raw(Integer.toString(manifest.format()));
        out.key("producer").text(manifest.producer());
        out.key("model").text(manifest.model());
        out.key("state").rows(manifest.state(), ManifestJson::write);
        out.key("functions").rows(manifest.functions(), ManifestJson::write);
        out.key("files").open('{');
        manifest.files().forEach((name, file) -> {
            out.key(name).openFlat('{');
            out.key("bytes").raw(Long.toString(file.bytes()));
            out.key("crc32").text(file.crc32());
            out.close('}');
        });
        out.close('}');
        out.close('}');
        return out.finish();
    }

    private static void write(Text out, Manifest.State state) {
        out.openFlat('{');
        out.key("name").text(state.name());
        out.key("type").text(state.type().toString());
        out.key("shape").raw(state.shape().toString().replace(" ", ""));
        out.key("trainable").raw(Boolean.toString(state.trainable()));
        out.close('}');
    }

    private static void write(Text out, Manifest.FunctionEntry function) {
        out.open('{');
        out.key("name").text(function.name());
        out.key("doc").text(function.doc());
        out.key("dims").texts(function.dims());
        out.key("inputs").rows(function.inputs(), ManifestJson::write);
        out.key("outputs").rows(function.outputs(), ManifestJson::write);
        out.key("flops").text(function.flops().toString());
        out.key("bytes").text(function.bytes().toString());
        out.key("reads").texts(function.reads());
        out.key("writes").texts(function.writes());
        out.key("requires").rows(function.requires(), ManifestJson::write);
        out.key("variants").rows(function.variants(), ManifestJson::write);
        out.close('}');
    }

    private static void write(Text out, Manifest.Requirement requirement) {
        out.openFlat('{');
        out.key("notNegative").text(requirement.notNegative().toString());
        out.key("because").text(requirement.because());
        out.close('}');
    }

    private static void write(Text out, Manifest.Value value) {
        out.openFlat('{');
        out.key("name").text(value.name());
        out.key("type").text(value.type().toString());
        out.key("shape").texts(value.shape());
        out.close('}');
    }

    private static void write(Text out, Manifest.Variant variant) {
        out.open('{');
        out.key("target").text(variant.target());
        out.key("code").text(variant.code());
        out.key("symbol").text(variant.symbol());
        out.key("arena").text(variant.arena().toString());
        out.key("buffers").rows(variant.buffers(), ManifestJson::write);
        if (variant.preparation() != null) {
            var preparation = variant.preparation();
            out.key("preparation").open('{');
            out.key("code").text(preparation.code());
            out.key("symbol").text(preparation.symbol());
            out.key("arena").text(preparation.arena().toString());
            out.key("buffers").rows(preparation.buffers(), ManifestJson::write);
            out.close('}');
        }
        out.close('}');
    }

    private static void write(Text out, Manifest.Buffer buffer) {
        out.openFlat('{');
        out.key("role").text(buffer.role().toString());
        out.key("name").text(buffer.name());
        out.key("type").text(buffer.type().toString());
        out.key("elements").text(buffer.elements().toString());
        if (buffer.offset() != null) {
            out.key("offset").text(buffer.offset().toString());
        }
        out.close('}');
    }

    /// Where a value stands, spelled out only when something is wrong with it.
    private record Place(Place parent, String key, int index) {
        private static final Place TOP = new Place(null, "the manifest", -1);

        private Place field(String name) {
            return new Place(this, name, -1);
        }

        private Place element(int number) {
            return new Place(this, null, number);
        }

        /// `functions[0].variants[1].code`.
        @Override
        public String toString() {
            if (parent == null) {
                return key;
            }
            if (key == null) {
                return parent + "[" + index + "]";
            }
            return parent == TOP ? key : parent + "." + key;
        }
    }

    /// The fields of one JSON object, taken out by key.
    private static final class Fields {
        private final Json json;
        private final Place place;
        private final Map<String, Json> left;
        private final Map<String, Formula> formulas;

        private Fields(Json json) {
            this(json, Place.TOP, new HashMap<>());
        }

        /// The formulas met so far are shared: the variants of a function repeat each other's.
        private Fields(Json json, Place place, Map<String, Formula> formulas) {
            this.json = json;
            this.place = place;
            this.left = new LinkedHashMap<>(objectAt(json, place).fields());
            this.formulas = formulas;
        }

        private <T> T end(T value) {
            end();
            return value;
        }

        private void end() {
            if (!left.isEmpty()) {
                String key = left.keySet().iterator().next();
                throw damaged(left.get(key), "unknown key '" + place.field(key) + "'");
            }
        }

        private Json take(String key) {
            Json value = left.remove(key);
            if (value == null) {
                throw damaged(json, "the key '" + place.field(key) + "' is missing");
            }
            return value;
        }

        /// The object at a key that may be missing; null if it is.
        private Fields optional(String key) {
            Json value = left.remove(key);
            return value == null ? null : new Fields(value, place.field(key), formulas);
        }

        private String text(String key) {
            return text(take(key), place.field(key));
        }

        private static String text(Json value, Place place) {
            if (value instanceof Json.Text(String text, int _)) {
                return text;
            }
            throw unlike(value, place, "a string");
        }

        private long integer(String key) {
            return integer(take(key), place.field(key));
        }

        private static long integer(Json value, Place place) {
            if (value instanceof Json.Number(long number, int _)) {
                return number;
            }
            throw unlike(value, place, "an integer");
        }

        private boolean truth(String key) {
            var value = take(key);
            if (value instanceof Json.Truth(boolean truth, int _)) {
                return truth;
            }
            throw unlike(value, place.field(key), "true or false");
        }

        private ElementType type() {
            Json value = take("type");
            try {
                return ElementType.of(text(value, place.field("type")));
            } catch (IllegalArgumentException e) {
                throw misspelt(value, place.field("type"), e);
            }
        }

        private Manifest.Role role() {
            Json value = take("role");
            try {
                return Manifest.Role.of(text(value, place.field("role")));
            } catch (IllegalArgumentException e) {
                throw misspelt(value, place.field("role"), e);
            }
        }

        private Formula formula(String key) {
            return formula(take(key), place.field(key));
        }

        private Formula formula(Json value, Place place) {
            String text = text(value, place);
            Formula known = formulas.get(text);
            if (known != null) {
                return known;
            }
            try {
                Formula formula = Formula.of(text);
                formulas.put(text, formula);
                return formula;
            } catch (IllegalArgumentException e) {
                throw misspelt(value, place, e);
            }
        }

        private List<Formula> formulas(String key) {
            List<Json> elements = elements(key);
            var list = new ArrayList<Formula>(elements.size());
            for (int i = 0; i < elements.size(); i++) {
                list.add(formula(elements.get(i), place.field(key).element(i)));
            }
            return list;
        }

        private List<String> texts(String key) {
            List<Json> elements = elements(key);
            var list = new ArrayList<String>(elements.size());
            for (int i = 0; i < elements.size(); i++) {
                list.add(text(elements.get(i), place.field(key).element(i)));
            }
            return list;
        }

        private List<Long> integers(String key) {
            List<Json> elements = elements(key);
            var list = new ArrayList<Long>(elements.size());
            for (int i = 0; i < elements.size(); i++) {
                list.add(integer(elements.get(i), place.field(key).element(i)));
            }
            return list;
        }

        /// The objects of a list.
        private List<Fields> rows(String key) {
            List<Json> elements = elements(key);
            var list = new ArrayList<Fields>(elements.size());
            for (int i = 0; i < elements.size(); i++) {
                list.add(new Fields(elements.get(i), place.field(key).element(i), formulas));
            }
            return list;
        }

        /// The objects of an object, by key.
        private Map<String, Fields> fields(String key) {
            var map = new LinkedHashMap<String, Fields>();
            var inside = place.field(key);
            for (var field : objectAt(take(key), inside).fields().entrySet()) {
                map.put(field.getKey(), new Fields(field.getValue(), inside.field(field.getKey()), formulas));
            }
            return map;
        }

        private List<Json> elements(String key) {
            var value = take(key);
            if (!(value instanceof Json.Array array)) {
                throw unlike(value, place.field(key), "a list");
            }
            return array.elements();
        }

        private static ArtifactException misspelt(Json value, Place place, IllegalArgumentException problem) {
            return damaged(value, place + ": " + problem.getMessage());
        }

        private static Json.Object objectAt(Json value, Place place) {
            if (value instanceof Json.Object object) {
                return object;
            }
            throw unlike(value, place, "an object");
        }

        private static ArtifactException unlike(Json value, Place place, String wanted) {
            String found = switch (value) {
                case Json.Object _ -> "an object";
                case Json.Array _ -> "a list";
                case Json.Text _ -> "a string";
                case Json.Number _ -> "a number";
                case Json.Truth _ -> "a truth value";
                case Json.Null _ -> "null";
            };
            return damaged(value, place + " must be " + wanted + ", found " + found);
        }

        private static ArtifactException damaged(Json value, String problem) {
            return ArtifactException.damaged(Manifest.ENTRY, "character " + value.at() + ": " + problem);
        }
    }

    /// JSON text under construction: what is opened flat stays on one line.
    private static final class Text {
        private final StringBuilder out = new StringBuilder();
        private int depth;
        private int flat;
        private boolean first = true;
        private boolean afterKey;

        private void open(char bracket) {
            begin();
            out.append(bracket);
            depth++;
            if (flat > 0) {
                flat++;
            }
            first = true;
        }

        private void openFlat(char bracket) {
            open(bracket);
            if (flat == 0) {
                flat = 1;
            }
        }

        private void close(char bracket) {
            depth--;
            boolean inLine = flat > 0;
            if (flat > 0) {
                flat--;
            }
            if (!inLine && !first) {
                newLine();
            }
            out.append(bracket);
            first = false;
        }

        private Text key(String key) {
            begin();
            Json.quote(out, key);
            out.append(": ");
            afterKey = true;
            return this;
        }

        private void raw(String value) {
            begin();
            out.append(value);
        }

        private void text(String value) {
            begin();
            Json.quote(out, value);
        }

        private void texts(List<?> values) {
            openFlat('[');
            values.forEach(value -> text(value.toString()));
            close(']');
        }

        private <T> void rows(List<T> rows, BiConsumer<Text, T> write) {
            open('[');
            rows.forEach(row -> write.accept(this, row));
            close(']');
        }

        /// What stands before a value or a key: a comma after the one before, and a new line unless in a flat part.
        private void begin() {
            if (afterKey) {
                afterKey = false;
                return;
            }
            if (depth > 0) {
                if (!first) {
                    out.append(',');
                }
                if (flat == 0) {
                    newLine();
                } else if (!first) {
                    out.append(' ');
                }
            }
            first = false;
        }

        private void newLine() {
            out.append('\n').repeat(' ', 2 * depth);
        }

        private String finish() {
            return out.append('\n').toString();
        }
    }
}
