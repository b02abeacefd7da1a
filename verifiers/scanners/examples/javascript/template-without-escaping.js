// ruleid: javascript.template-without-escaping
const page = Handlebars.compile(text, { noEscape: true });
// ruleid: javascript.template-without-escaping
nunjucks.configure("views", { autoescape: false });
// ok: javascript.template-without-escaping
const other = Handlebars.compile(text);
// ok: javascript.template-without-escaping
nunjucks.configure("views", { autoescape: true });
