"""Objects behind interfaces: proxies that call back, on both sides."""

from __future__ import annotations

from verifiers.execution.languages.go.declarations import Function
from verifiers.execution.languages.go.source import clean

# The rest of a proxy of context.Context. A channel is not carried: whoever waits for it asks again and again.
CONTEXT = """var acrisolDone acrisolSync.Map

func (p acrisolProxy_context_Context) Deadline() (at acrisolTime.Time, ok bool) {
	p.Ref.Method("Deadline", nil, []interface{}{&at, &ok})
	return
}

func (p acrisolProxy_context_Context) Done() <-chan struct{} {
	made, known := acrisolDone.LoadOrStore(p.Ref, make(chan struct{}))
	done := made.(chan struct{})
	if !known {
		go func() {
			defer func() { recover() }()
			for p.Err() == nil {
				acrisolTime.Sleep(2 * acrisolTime.Millisecond)
			}
			close(done)
		}()
	}
	return done
}"""


def signature(function: Function) -> tuple[str, str, str, str]:
    """Parameters and results as declared, and the pointers to them that a call passes."""
    parameters = [
        f"acrisolA{at} {'...' if part.variadic else ''}{clean(part.type)}"
        for at, part in enumerate(function.parameters)
    ]
    results = [f"acrisolR{at} {clean(part.type)}" for at, part in enumerate(function.results)]
    given = [f"&acrisolA{at}" for at in range(len(parameters))]
    taken = ", ".join(f"&acrisolR{at}" for at in range(len(results)))
    result = f"({', '.join(results)})" if results else ""
    return ", ".join(parameters), result, ", ".join(given), taken


def proxy_of(
    kind: str, label: str, methods: dict[str, Function], by_hand: tuple[str, ...] = ()
) -> tuple[str, str]:
    """What lets objects behind an interface be passed as references: a type, and its registration."""
    proxy = f"acrisolProxy_{label}"
    lines = [f"type {proxy} struct{{ *acrisolLink.Ref }}"]
    cases = [f'\tcase "{name}":\n\t\treturn acrisolValue.({kind}).{name}' for name in (*methods, *by_hand)]
    for method in methods.values():
        parameters, results, given, taken = signature(method)
        call = f'p.Ref.Method("{method.name}", []interface{{}}{{{given}}}, []interface{{}}{{{taken}}})'
        lines.append(f"func (p {proxy}) {method.name}({parameters}) {results} {{\n\t{call}\n\treturn\n}}")
    chosen = "\n".join(("switch acrisolName {", *cases, "\t}"))
    registered = (
        f"acrisolLink.Interface((*{kind})(nil),\n"
        f"\t\tfunc(r *acrisolLink.Ref) interface{{}} {{ return {proxy}{{r}} }},\n"
        "\t\tfunc(acrisolValue interface{}, acrisolName string) interface{} {\n"
        f"\t{chosen}\n\treturn nil\n\t}})"
    )
    return "\n\n".join(lines), registered
