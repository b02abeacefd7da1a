function Comment({ text }) {
  // ruleid: javascript.react-raw-html
  return <div className="c" dangerouslySetInnerHTML={{ __html: text }} />;
}

function Safe({ text }) {
  // ok: javascript.react-raw-html
  return <div dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(text) }} />;
}
