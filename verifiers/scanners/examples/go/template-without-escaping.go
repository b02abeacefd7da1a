package page

import "html/template"

func show(text string) template.HTML {
	// ruleid: go.template-without-escaping
	a := template.HTML(text)
	// ruleid: go.template-without-escaping
	b := template.JS("x = '" + text + "'")
	// ok: go.template-without-escaping
	c := template.HTML("<b>fixed</b>")
	// ok: go.template-without-escaping
	d := template.HTML(policy.Sanitize(text))
	return a + c + d
}
