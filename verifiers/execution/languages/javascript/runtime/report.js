'use strict';
// What is told to the host: one JSON line a test, and a last one that says that all was run.

const { writeSync } = require('node:fs');

const MAX_TEXT = 2000;

function clip(text) {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT / 2)}\n[... ${text.length - MAX_TEXT} characters ...]\n${text.slice(-MAX_TEXT / 2)}`;
}

class Reporter {
  /**
   * @param {number} descriptor where the lines go
   * @param {string} nonce a word that the host expects in every line; empty where the reader is no host
   */
  constructor(descriptor, nonce) {
    this.descriptor = descriptor;
    this.nonce = nonce;
  }

  result(test, outcome, message, line, path) {
    this.write({ test, outcome, message: clip(String(message)), line, path });
  }

  end(gone) {
    this.write({ end: true, gone, versions: { node: process.versions.node } });
  }

  write(entry) {
    const data = Buffer.from(`${JSON.stringify({ nonce: this.nonce, ...entry })}\n`);
    for (let sent = 0; sent < data.length;) sent += writeSync(this.descriptor, data, sent);
  }
}

module.exports = { Reporter };
