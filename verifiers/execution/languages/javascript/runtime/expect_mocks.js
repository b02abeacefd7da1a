'use strict';
// What expect() can say of mock functions.

const { isMock } = require('./mocks.js');

function mockOf(actual) {
  if (!isMock(actual)) throw new TypeError('a mock function is needed: jest.fn() or jest.spyOn()');
  return actual.mock;
}

/**
 * The matchers by name.
 * @param {function(*, *): boolean} equals
 */
function mockMatchers(equals) {
  const returned = (actual) => mockOf(actual).results.filter((result) => result.type === 'return');
  const matchers = {
    toHaveBeenCalled: (actual) => mockOf(actual).calls.length > 0,
    toHaveBeenCalledTimes: (actual, times) => mockOf(actual).calls.length === times,
    toHaveBeenCalledWith: (actual, ...given) => mockOf(actual).calls.some((call) => equals(call, given)),
    toHaveBeenCalledOnce: (actual) => mockOf(actual).calls.length === 1,
    toHaveBeenLastCalledWith: (actual, ...given) => equals(mockOf(actual).calls.at(-1), given),
    toHaveBeenNthCalledWith: (actual, number, ...given) => equals(mockOf(actual).calls[number - 1], given),
    toHaveReturned: (actual) => returned(actual).length > 0,
    toHaveReturnedTimes: (actual, times) => returned(actual).length === times,
    toHaveReturnedWith: (actual, value) => returned(actual).some((result) => equals(result.value, value)),
    toHaveLastReturnedWith: (actual, value) => equals(mockOf(actual).results.at(-1)?.value, value),
  };
  for (const [name, other] of [['toBeCalled', 'toHaveBeenCalled'], ['toBeCalledTimes', 'toHaveBeenCalledTimes'],
    ['toBeCalledWith', 'toHaveBeenCalledWith'], ['lastCalledWith', 'toHaveBeenLastCalledWith'],
    ['nthCalledWith', 'toHaveBeenNthCalledWith'], ['toReturnWith', 'toHaveReturnedWith']]) matchers[name] = matchers[other];
  return matchers;
}

module.exports = { mockMatchers };
