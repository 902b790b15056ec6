package dev.sinter.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The arrows of `ARCHITECTURE.md`: who may know whom.
class ArchitectureTest {
    private static final JavaClasses SINTER = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar")).importPackages("dev.sinter");

    /// A module (by its packages) and everything that it may depend on beside itself and the JDK.
    private record Arrow(String module, List<String> allowed) { }

    private static final List<Arrow> ARROWS = List.of(
            new Arrow("dev.sinter.grammar..", List.of("org.antlr..")),
            new Arrow("dev.sinter.ir..", List.of()),
            new Arrow("dev.sinter.frontend..", List.of("dev.sinter.grammar..", "dev.sinter.ir..", "org.antlr..")),
            new Arrow("dev.sinter.passes..", List.of("dev.sinter.ir..")),
            new Arrow("dev.sinter.codegen.jvm..", List.of("dev.sinter.ir..", "org.objectweb.asm..")),
            new Arrow("dev.sinter.codegen.llvm..", List.of("dev.sinter.ir..", "org.bytedeco..")),
            new Arrow("dev.sinter.runtime..", List.of("jdk.incubator.vector..", "com.sun.management..")));

    @TestFactory
    Stream<DynamicTest> aModuleKnowsOnlyWhatItMay() {
        return ARROWS.stream().map(arrow -> DynamicTest.dynamicTest(arrow.module(), () ->
                noClasses().that().resideInAPackage(arrow.module()).should().dependOnClassesThat(outside(arrow)).check(SINTER)));
    }

    private static DescribedPredicate<JavaClass> outside(Arrow arrow) {
        var allowed = Stream.concat(Stream.of(arrow.module(), "java.."), arrow.allowed().stream()).toArray(String[]::new);
        return DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(allowed)).and(DescribedPredicate.not(PRIMITIVE));
    }

    private static final DescribedPredicate<JavaClass> PRIMITIVE =
            DescribedPredicate.describe("primitive types and arrays of them", c -> c.getBaseComponentType().isPrimitive());

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.sinter.(**)").should().beFreeOfCycles().check(SINTER);
    }

    @Test
    void nobodyIsCalledUtil() {
        noClasses().should().resideInAnyPackage("..util..", "..common..", "..impl..", "..helper..", "..manager..").check(SINTER);
    }
}
