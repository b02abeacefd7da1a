package acrisol;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.vintage.engine.VintageTestEngine;

/** Runs JUnit's tests: 5 by its own engine, 4 and 3 by the vintage one where the tests need it. */
final class JUnit implements TestExecutionListener {
    private final Order order;
    private final Report report;
    private TestPlan plan;
    private long asked;

    private JUnit(Order order, Report report) {
        this.order = order;
        this.report = report;
    }

    static String run(Order order, ClassLoader loader, Report report) {
        List<DiscoverySelector> selectors = new ArrayList<>();
        for (String name : order.classes.keySet()) {
            try {
                selectors.add(DiscoverySelectors.selectClass(Class.forName(name, false, loader)));
            } catch (ClassNotFoundException | LinkageError error) {
                String path = order.classes.get(name);
                report.result(path + "::" + name, "failed", Failure.message(error), 0, path);
            }
        }
        LauncherConfig.Builder config = LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false);
        if (order.flags.contains("jupiter")) {
            config.addTestEngines(new JupiterTestEngine());
        }
        if (order.flags.contains("vintage")) {
            config.addTestEngines(new VintageTestEngine());
        }
        Thread.currentThread().setContextClassLoader(loader);
        Launcher launcher = LauncherFactory.create(config.build());
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
        launcher.execute(request, new JUnit(order, report));
        return new JupiterTestEngine().getVersion().orElse("5");
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        asked = test.isTest() ? Link.ASKED.get() : asked;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        List<TestIdentifier> all = new ArrayList<>(plan.getDescendants(test));
        all.add(test);
        for (TestIdentifier each : all) {
            if (each.getSource().orElse(null) instanceof MethodSource) {
                report.result(id(each), "skipped", reason == null ? "" : reason, 0, path(each));
            }
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Throwable error = result.getThrowable().orElse(null);
        String path = path(test);
        if (result.getStatus() == TestExecutionResult.Status.ABORTED && test.isTest()) {
            boolean before = Link.ASKED.get() == asked;
            String why = error == null ? "" : Failure.message(error);
            report.result(id(test), before ? "skipped" : "skipped-by-candidate", why, 0, path);
        } else if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            String message = error == null ? "failed" : Failure.message(error);
            report.result(id(test), "failed", message, error == null ? 0 : Failure.line(error, path), path);
        } else if (test.isTest()) {
            report.result(id(test), "passed", "", 0, path);
        }
    }

    private String id(TestIdentifier test) {
        TestSource source = test.getSource().orElse(null);
        String type = type(source);
        String name = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
        if (!(source instanceof MethodSource method)) {
            return path(test) + "::" + (name.isEmpty() ? test.getDisplayName() : name);
        }
        String unique = test.getUniqueId();
        boolean one = !unique.substring(unique.lastIndexOf('[')).startsWith("[method:")
                && !unique.substring(unique.lastIndexOf('[')).startsWith("[test:");
        int bracket = method.getMethodName().indexOf('[');
        String plain = bracket < 0 ? method.getMethodName() : method.getMethodName().substring(0, bracket);
        return path(test) + "::" + name + "." + plain + (one ? "[" + test.getDisplayName() + "]" : "");
    }

    private static String type(TestSource source) {
        return source instanceof MethodSource method ? method.getClassName()
                : source instanceof ClassSource type ? type.getClassName() : "";
    }

    /** The file of a test's class, or of the class around it. */
    private String path(TestIdentifier test) {
        String type = type(test.getSource().orElse(null));
        while (!type.isEmpty() && !order.classes.containsKey(type)) {
            type = type.substring(0, Math.max(0, type.lastIndexOf('$')));
        }
        return order.classes.getOrDefault(type, "");
    }
}
