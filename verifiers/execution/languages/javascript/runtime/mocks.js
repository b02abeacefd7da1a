'use strict';
// jest.fn, jest.spyOn and what goes with them.

const MOCK = Symbol('mock');

/** Whether a value is one of our mock functions. */
function isMock(value) {
  return typeof value === 'function' && Object.hasOwn(value, MOCK);
}

function makeMocks() {
  const all = new Set();
  const spies = [];

  const fn = (implementation) => {
    let behaviour = implementation;
    const once = [];
    const mock = { calls: [], results: [], instances: [], contexts: [], invocationCallOrder: [], lastCall: undefined };
    const made = function (...given) {
      mock.calls.push(given);
      mock.lastCall = given;
      mock.instances.push(this);
      mock.contexts.push(this);
      mock.invocationCallOrder.push(makeMocks.order = (makeMocks.order ?? 0) + 1);
      const result = { type: 'incomplete', value: undefined };
      mock.results.push(result);
      try {
        const act = once.length > 0 ? once.shift() : behaviour;
        result.value = act?.apply(this, given);
        result.type = 'return';
        return result.value;
      } catch (error) {
        result.type = 'throw';
        result.value = error;
        throw error;
      }
    };
    const chain = (act) => (...given) => {
      act(...given);
      return made;
    };
    const clear = () => {
      for (const list of [mock.calls, mock.results, mock.instances, mock.contexts, mock.invocationCallOrder]) list.length = 0;
      mock.lastCall = undefined;
    };
    const methods = {
      mockImplementation: chain((act) => { behaviour = act; }),
      mockImplementationOnce: chain((act) => once.push(act)),
      mockReturnValue: chain((value) => { behaviour = () => value; }),
      mockReturnValueOnce: chain((value) => once.push(() => value)),
      mockResolvedValue: chain((value) => { behaviour = async () => value; }),
      mockResolvedValueOnce: chain((value) => once.push(async () => value)),
      mockRejectedValue: chain((value) => { behaviour = async () => { throw value; }; }),
      mockRejectedValueOnce: chain((value) => once.push(async () => { throw value; })),
      mockReturnThis: chain(() => { behaviour = function () { return this; }; }),
      mockClear: chain(clear),
      mockReset: chain(() => {
        clear();
        once.length = 0;
        behaviour = undefined;
      }),
      mockRestore: chain(() => {
        clear();
        made.restore?.();
      }),
      mockName: chain(() => {}),
      getMockName: () => 'jest.fn()',
      getMockImplementation: () => behaviour,
    };
    for (const [name, value] of Object.entries({ mock, ...methods })) {
      Object.defineProperty(made, name, { value, configurable: true, writable: true });
    }
    Object.defineProperty(made, MOCK, { value: true });
    Object.defineProperty(made, 'length', { value: implementation?.length ?? 0, configurable: true });
    all.add(made);
    return made;
  };

  const spyOn = (object, name, access) => {
    const own = Object.getOwnPropertyDescriptor(object, name);
    const before = access ? (own ?? findAccessor(object, name))?.[access] : object[name];
    if (isMock(before)) return before;
    if (typeof before !== 'function') throw new Error(`Cannot spy on ${String(name)}: it is not a function`);
    const made = fn(function (...given) { return before.apply(this, given); });
    if (access) Object.defineProperty(object, name, { ...(own ?? {}), [access]: made, configurable: true });
    else object[name] = made;
    made.restore = () => {
      if (own) Object.defineProperty(object, name, own);
      else delete object[name];
    };
    spies.push(made);
    return made;
  };

  const each = (method) => () => {
    for (const mock of all) mock[method]();
    return jest;
  };
  const jest = {
    fn, spyOn, isMockFunction: isMock, mocked: (value) => value, setTimeout: () => jest, retryTimes: () => jest,
    clearAllMocks: each('mockClear'), resetAllMocks: each('mockReset'), useRealTimers: () => jest,
    restoreAllMocks: () => {
      for (const spy of spies.splice(0)) spy.mockRestore();
      return jest;
    },
  };
  return jest;
}

function findAccessor(object, name) {
  for (let at = object; at !== null; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, name);
    if (own) return own;
  }
  return undefined;
}

module.exports = { isMock, makeMocks };
