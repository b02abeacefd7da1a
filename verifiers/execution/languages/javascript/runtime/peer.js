'use strict';
// One end of the link: requests that wait for their answer, and meanwhile answer the other side's.
//
// A message is [operation, forgotten containers, changed containers, ...trees]. One side speaks at a time, so a
// call and the calls back that it makes nest like calls in one process.

const { BadMessage, LinkClosed, TooLong } = require('./wire.js');
const { CodecError } = require('./codec.js');

const UNCARRIED = 'cannot be carried between the tests and the candidate';

class Peer {
  /**
   * @param {Wire} wire
   * @param {Codec} codec
   * @param {object} handlers operation to a function of trees that gives a function of `encode` to the answer's trees
   * @param {boolean} forgets whether this side decides which containers stay shared
   */
  constructor(wire, codec, handlers, forgets) {
    this.wire = wire;
    this.codec = codec;
    this.handlers = handlers;
    this.forgets = forgets;
    this.forgotten = [];
    this.depth = 0;
    this.calls = 0;
  }

  /** Ask, wait, and give the answer's trees; what the other side throws is thrown here. */
  request(operation, build) {
    this.calls++;
    try {
      this.send(operation, build);
    } catch (error) {
      if (error instanceof CodecError || error instanceof TooLong || error instanceof RangeError) {
        throw new Error(`a value ${UNCARRIED}: ${error.message}`);
      }
      throw error;
    }
    this.depth++;
    try {
      return this.answerTo();
    } finally {
      this.depth--;
    }
  }

  send(operation, build) {
    const { codec } = this;
    if (this.forgets && this.depth === 0) this.forgotten.push(...codec.forgettable());
    codec.transaction(() => {
      const changes = codec.changes();
      this.wire.write([operation, this.forgotten, changes, ...build(codec.encode)]);
    });
    this.forgotten = [];
  }

  /** Read until the answer has come; answers are ['ok', ...] and ['throw', ...]. */
  answerTo() {
    for (;;) {
      const message = this.receive();
      if (message[0] === 'ok') return message.slice(3);
      if (message[0] === 'throw') throw this.reading(() => this.codec.decode(message[3]));
      this.answer(message);
    }
  }

  receive() {
    const message = this.wire.read();
    return this.reading(() => {
      if (!Array.isArray(message) || message.length < 3) throw new CodecError('no message');
      this.codec.depth = 0;
      this.codec.forget(message[1]);
      this.codec.applyChanges(message[2]);
      return message;
    });
  }

  /** Run what reads the other side's trees; whatever goes wrong there is the other side's fault. */
  reading(read) {
    try {
      return read();
    } catch (error) {
      if (error instanceof LinkClosed || error instanceof BadMessage) throw error;
      throw new BadMessage(`broke the protocol: ${error.message}`);
    }
  }

  /** Do what one message asks for and send the answer. */
  answer([operation, , , ...trees]) {
    const handler = Object.hasOwn(this.handlers, operation) ? this.handlers[operation] : undefined;
    if (handler === undefined) throw new BadMessage('broke the protocol: an operation that is none');
    const act = this.reading(() => handler(...trees));
    let build;
    try {
      build = act();
    } catch (error) {
      if (error instanceof LinkClosed || error instanceof BadMessage) throw error;
      this.refuse(error);
      return;
    }
    if (build === undefined) return; // a message that wants no answer
    try {
      this.send('ok', build);
    } catch (error) {
      if (error instanceof LinkClosed || error instanceof BadMessage) throw error;
      this.refuse(new Error(`a value ${UNCARRIED}: ${error.message}`));
    }
  }

  refuse(error) {
    try {
      this.send('throw', (encode) => [encode(error)]);
    } catch (failure) {
      if (failure instanceof LinkClosed) throw failure;
      this.send('throw', (encode) => [encode(new Error(`an error ${UNCARRIED}: ${failure.message}`))]);
    }
  }
}

module.exports = { Peer, UNCARRIED };
