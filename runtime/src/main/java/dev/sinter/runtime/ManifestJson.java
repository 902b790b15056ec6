package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The spelling of a [Manifest] as JSON. Reading is strict: every key must be there, and no other.
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
        var manifest = new Manifest((int) format, top.text("producer"), top.text("model"),
                top.list("state", ManifestJson::state), top.list("functions", ManifestJson::function),
                top.map("files", ManifestJson::file));
        top.end();
        return manifest;
    }

    private static Manifest.State state(Fields in) {
        return in.end(new Manifest.State(in.text("name"), in.type(), in.integers("shape"), in.truth("trainable")));
    }

    private static Manifest.FunctionEntry function(Fields in) {
        return in.end(new Manifest.FunctionEntry(in.text("name"), in.text("doc"), in.texts("dims"),
                in.list("inputs", ManifestJson::value), in.list("outputs", ManifestJson::value),
                in.formula("flops"), in.formula("bytes"), in.texts("reads"), in.texts("writes"),
                in.list("requires", ManifestJson::requirement), in.list("variants", ManifestJson::variant)));
    }

    private static Manifest.Requirement requirement(Fields in) {
        return in.end(new Manifest.Requirement(in.formula("notNegative"), in.text("because")));
    }

    private static Manifest.Value value(Fields in) {
        return in.end(new Manifest.Value(in.text("name"), in.type(), in.formulas("shape")));
    }

    private static Manifest.Variant variant(Fields in) {
        return in.end(new Manifest.Variant(in.text("target"), in.text("code"), in.text("symbol"), in.formula("arena"),
                in.list("buffers", ManifestJson::buffer), in.optional("preparation", ManifestJson::preparation)));
    }

    private static Manifest.Preparation preparation(Fields in) {
        return in.end(new Manifest.Preparation(in.text("code"), in.text("symbol"), in.formula("arena"), in.list("buffers", ManifestJson::buffer)));
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
        private <T> T optional(String key, Function<Fields, T> read) {
            Json value = left.remove(key);
            return value == null ? null : read.apply(new Fields(value, place.field(key), formulas));
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
            return convert(take("type"), place.field("type"), ElementType::of);
        }

        private Manifest.Role role() {
            return convert(take("role"), place.field("role"), name -> {
                for (var role : Manifest.Role.values()) {
                    if (role.toString().equals(name)) {
                        return role;
                    }
                }
                throw new IllegalArgumentException("unknown role '" + name + "', expected input, output, state, constant, temp or prepared");
            });
        }

        private Formula formula(String key) {
            return formula(take(key), place.field(key));
        }

        private Formula formula(Json value, Place place) {
            return convert(value, place, text -> formulas.computeIfAbsent(text, Formula::of));
        }

        private List<Formula> formulas(String key) {
            return elements(key, this::formula);
        }

        private List<String> texts(String key) {
            return elements(key, Fields::text);
        }

        private List<Long> integers(String key) {
            return elements(key, Fields::integer);
        }

        private <T> List<T> list(String key, Function<Fields, T> read) {
            return elements(key, (value, place) -> read.apply(new Fields(value, place, formulas)));
        }

        private <T> Map<String, T> map(String key, Function<Fields, T> read) {
            var map = new LinkedHashMap<String, T>();
            var inside = place.field(key);
            objectAt(take(key), inside).fields().forEach((name, field) ->
                    map.put(name, read.apply(new Fields(field, inside.field(name), formulas))));
            return map;
        }

        private <T> List<T> elements(String key, BiFunction<Json, Place, T> read) {
            var value = take(key);
            if (!(value instanceof Json.Array array)) {
                throw unlike(value, place.field(key), "a list");
            }
            var list = new ArrayList<T>(array.elements().size());
            for (int i = 0; i < array.elements().size(); i++) {
                list.add(read.apply(array.elements().get(i), place.field(key).element(i)));
            }
            return list;
        }

        private static <T> T convert(Json value, Place place, Function<String, T> read) {
            try {
                return read.apply(text(value, place));
            } catch (IllegalArgumentException e) {
                throw damaged(value, place + ": " + e.getMessage());
            }
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
