package dev.sinter.compiler.plot;

import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.elk.alg.layered.options.LayeredMetaDataProvider;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/// A function's graph as an SVG picture: inputs at the top, results at the bottom, the type on every value. Scalars that are filled in are written into
/// the node that uses them, so that the picture shows what a reader looks for.
public final class GraphDrawing {
    private static final double CHARACTER = 7.2;
    private static final double HEIGHT = 38;

    private final ElkNode root = ElkGraphUtil.createGraph();
    private final Map<Value, ElkNode> nodes = new HashMap<>();
    private final Map<ElkNode, Node> looks = new HashMap<>();

    /// What a box shows.
    private record Node(String title, String subtitle, String colour) { }

    private GraphDrawing() { }

    /// The picture of one entry.
    public static String svg(Module.Entry entry) {
        return new GraphDrawing().draw(entry);
    }

    private String draw(Module.Entry entry) {
        Function f = entry.function();
        for (Value v : f.values()) {
            if (!isScalarFill(v)) {
                add(v, entry);
            }
        }
        for (int k = 0; k < f.results().size(); k++) {
            boolean state = entry.outputs().get(k) instanceof Module.Binding.OfState;
            ElkNode end = box(new Node(entry.outputs().get(k).name(), state ? "new state" : "result", state ? "#f6d6a8" : "#c9e7c4"));
            edge(f.results().get(k), end);
        }
        root.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
        root.setProperty(CoreOptions.DIRECTION, Direction.DOWN);
        root.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.POLYLINE);
        root.setProperty(CoreOptions.SPACING_NODE_NODE, 18.0);
        LayoutMetaDataService.getInstance().registerLayoutMetaDataProviders(new LayeredMetaDataProvider());
        new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
        return render(entry.name());
    }

    private void add(Value v, Module.Entry entry) {
        int parameter = entry.function().parameters().indexOf(v);
        Node look;
        if (parameter >= 0) {
            boolean state = entry.inputs().get(parameter) instanceof Module.Binding.OfState;
            look = new Node(entry.inputs().get(parameter).name(), v.type().toString(), state ? "#f6d6a8" : "#c4dcf2");
        } else {
            var filled = v.op().operands().stream().filter(GraphDrawing::isScalarFill).map(GraphDrawing::number).toList();
            String title = v.op().name() + (filled.isEmpty() ? "" : " (" + String.join(", ", filled) + ")");
            look = new Node(v.op() instanceof Part(_, int i) ? "part " + i : title, v.type().toString(), "#eeeeee");
        }
        ElkNode box = box(look);
        nodes.put(v, box);
        v.op().operands().forEach(operand -> edge(operand, box));
    }

    private static boolean isScalarFill(Value v) {
        return v.op() instanceof Fill || v.op() instanceof Broadcast(Value x, _, _) && x.op() instanceof Fill;
    }

    private static String number(Value v) {
        double value = v.op() instanceof Fill(_, double x) ? x : ((Fill) ((Broadcast) v.op()).x().op()).value();
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : String.format(Locale.ROOT, "%.6g", value);
    }

    private ElkNode box(Node look) {
        ElkNode box = ElkGraphUtil.createNode(root);
        box.setDimensions(Math.max(look.title().length(), look.subtitle().length()) * CHARACTER + 16, HEIGHT);
        looks.put(box, look);
        return box;
    }

    private void edge(Value from, ElkNode to) {
        ElkNode source = nodes.get(from);
        if (source != null) {
            ElkGraphUtil.createSimpleEdge(source, to);
        }
    }

    private String render(String title) {
        var out = new StringBuilder(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" font-family="monospace" font-size="12">
                <title>%s</title>
                <defs><marker id="arrow" markerWidth="8" markerHeight="8" refX="7" refY="3" orient="auto"><path d="M0,0 L7,3 L0,6 z" fill="#666"/></marker></defs>
                <rect width="100%%" height="100%%" fill="white"/>
                """, root.getWidth(), root.getHeight(), escape(title)));
        for (ElkEdge edge : root.getContainedEdges()) {
            for (ElkEdgeSection s : edge.getSections()) {
                List<String> points = new ArrayList<>();
                points.add(point(s.getStartX(), s.getStartY()));
                s.getBendPoints().forEach(b -> points.add(point(b.getX(), b.getY())));
                points.add(point(s.getEndX(), s.getEndY()));
                out.append("<polyline points=\"").append(String.join(" ", points)).append("\" fill=\"none\" stroke=\"#666\" marker-end=\"url(#arrow)\"/>\n");
            }
        }
        for (ElkNode box : root.getChildren()) {
            Node look = looks.get(box);
            out.append(String.format(Locale.ROOT, """
                    <g transform="translate(%.1f,%.1f)"><rect width="%.1f" height="%.1f" rx="5" fill="%s" stroke="#444"/>\
                    <text x="8" y="16" font-weight="bold">%s</text><text x="8" y="31" fill="#444">%s</text></g>
                    """, box.getX(), box.getY(), box.getWidth(), box.getHeight(), look.colour(), escape(look.title()), escape(look.subtitle())));
        }
        return out.append("</svg>\n").toString();
    }

    private static String point(double x, double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f", x, y);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
