'use strict';
// Messages on the link: four bytes of length, big-endian, then JSON in UTF-8. Reading blocks.

const fs = require('node:fs');

const { readSync, writeSync } = fs;
const { parse, stringify } = JSON;
const { Buffer } = globalThis;
const wait = Atomics.wait;

const MAX_BYTES = 16 * 2 ** 20;

/** The other side has closed the link. */
class LinkClosed extends Error {}

/** What came over the link is no message. */
class BadMessage extends Error {}

/** A message is too long to be sent. */
class TooLong extends Error {}

class Wire {
  /**
   * @param {number} input descriptor that is read
   * @param {number} output descriptor that is written
   */
  constructor(input, output) {
    this.input = input;
    this.output = output;
    this.buffer = Buffer.allocUnsafe(64 * 1024);
    this.start = 0;
    this.end = 0;
    this.pause = new Int32Array(new SharedArrayBuffer(4));
  }

  /** The next message, once it is there. */
  read() {
    while (this.end - this.start < 4) this.fill(4);
    const length = this.buffer.readUInt32BE(this.start);
    if (length > MAX_BYTES) throw new BadMessage('no message: a length that no message has');
    while (this.end - this.start < 4 + length) this.fill(4 + length);
    const from = this.start + 4;
    this.start = from + length;
    const text = this.buffer.toString('utf8', from, this.start);
    try {
      return parse(text);
    } catch {
      throw new BadMessage('no message: what came is no JSON');
    }
  }

  write(message) {
    const text = stringify(message);
    const length = Buffer.byteLength(text);
    if (length > MAX_BYTES) throw new TooLong(`a value takes more than ${MAX_BYTES} bytes`);
    const data = Buffer.allocUnsafe(4 + length);
    data.writeUInt32BE(length, 0);
    data.write(text, 4);
    let sent = 0;
    while (sent < data.length) {
      try {
        sent += writeSync(this.output, data, sent, data.length - sent);
      } catch (error) {
        if (error.code === 'EAGAIN') wait(this.pause, 0, 0, 1);
        else if (error.code === 'EPIPE') throw new LinkClosed('the link is closed');
        else throw error;
      }
    }
  }

  fill(needed) {
    if (this.start > 0) {
      this.buffer.copy(this.buffer, 0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
    }
    if (this.buffer.length < needed) {
      const larger = Buffer.allocUnsafe(needed * 2);
      this.buffer.copy(larger, 0, 0, this.end);
      this.buffer = larger;
    }
    for (;;) {
      try {
        const got = readSync(this.input, this.buffer, this.end, this.buffer.length - this.end, null);
        if (got === 0) throw new LinkClosed('the link is closed');
        this.end += got;
        return;
      } catch (error) {
        if (error.code === 'EAGAIN') wait(this.pause, 0, 0, 1);
        else throw error;
      }
    }
  }
}

module.exports = { BadMessage, LinkClosed, TooLong, Wire };
