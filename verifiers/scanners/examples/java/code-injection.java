import javax.script.*;

class Calculator {
    Object run(String text) throws ScriptException {
        ScriptEngine engine = new ScriptEngineManager().getEngineByName("js");
        // ruleid: java.code-injection
        Object a = engine.eval(text);
        // ruleid: java.code-injection
        Object b = new SpelExpressionParser().parseExpression("1 + " + text).getValue();
        // ok: java.code-injection
        return engine.eval("1 + 1");
    }
}
