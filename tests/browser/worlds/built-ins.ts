import { script, type World } from './world.js';

/** Built-ins that a page has replaced, frozen or lost. */
export const builtInWorlds: World[] = [
  {
    // At the top of a classic script: what the names mean to all scripts, but not in the window. WebKit's
    // driver needs its Map.
    name: 'scripts that declare names of the platform',
    head: script(`class Set {} class Event {} class EventTarget {} class Symbol {}
      class Object {} class Proxy {} class MessageChannel {} class MutationObserver {}
      class WeakSet {} class WeakMap {} class Uint8Array {} class TextEncoder {} class TextDecoder {}
      class HTMLScriptElement {}
      const Math = 'maths', URL = '/api', origin = 'Berlin', closed = true, parent = {}, opener = {}, navigator = 'Magellan',
        navigation = [], performance = [], crypto = 'BTC', requestIdleCallback = 0;`),
  },
  {
    // `function Map() {}` in a script of the page is there for all scripts, in the window, too. One driver
    // needs its Map, and gets it back.
    name: 'functions of the page that are named like what scripts need',
    head: script(`window.given = Map;
      for (const name of ['Map', 'Set', 'Symbol', 'WeakMap', 'WeakSet', 'Proxy', 'Uint8Array', 'URL',
        'MutationObserver', 'MessageChannel', 'EventTarget', 'Event', 'Navigation', 'Window'])
        window[name] = function (...given) { this.given = given; };`),
    body: script('window.Map = given;'),
  },
  {
    name: 'performance that is the page’s own',
    head: script(
      `Object.defineProperty(window, 'performance', { value: { now: 5 }, writable: true });`,
    ),
  },
  {
    // Prototype.js 1.5 to 1.7, which old shops still load.
    name: 'Prototype.js',
    head: script(`
      const list = (from) => { const all = []; for (let i = 0; i < from.length; i++) all.push(from[i]); return all; };
      Array.from = (from) => from ? (from.toArray ? from.toArray() : list(from)) : [];
      Array.prototype.toJSON = function () { return '[' + this.map(Object.toJSON).join(', ') + ']'; };
      String.prototype.toJSON = function () { return '"' + this + '"'; };
      Date.prototype.toJSON = function () { return '"' + this.getTime() + '"'; };
      Object.toJSON = (value) => value && value.toJSON ? value.toJSON() : String(value);
      Array.prototype.toArray = Array.prototype.entries = function () { return list(this); };
      Array.prototype.each = Array.prototype.forEach;
      Array.prototype.reduce = function () { return this.length > 1 ? this : this[0]; };
      Array.prototype.reverse = function () { return list(this).map((_, i, all) => all[all.length - 1 - i]); };
      Function.prototype.bind = function (self, ...first) {
        const inner = this;
        return function () { return inner.apply(self, first.concat(list(arguments))); };
      };
      Object.keys = (of) => { const all = []; for (const key in of) all.push(key); return all; };
      window.$ = (id) => document.getElementById(id);`),
  },
  {
    name: 'toISOString with an offset',
    head: script(`const iso = Date.prototype.toISOString;
      Date.prototype.toISOString = function () { return iso.call(this).replace('Z', '+00:00'); };`),
  },
  {
    name: 'toISOString of local time',
    head: script(`Date.prototype.toISOString = function () { return this.toString(); };`),
  },
  {
    name: 'toISOString that throws',
    head: script(`Date.prototype.toISOString = () => { throw new Error('no'); };`),
  },
  {
    name: 'TextEncoder without encodeInto',
    head: script(`delete TextEncoder.prototype.encodeInto;`),
  },
  {
    name: 'no TextEncoder',
    maySayNo: true,
    head: script(`window.TextEncoder = window.TextDecoder = undefined;`),
  },
  {
    name: 'JSON that writes and reads otherwise',
    head: script(`const { stringify, parse } = JSON;
      // One driver speaks to the page by these, in plain values.
      JSON.stringify = (value) => stringify(value instanceof Object ? { wrapped: value } : value, null, 2);
      JSON.parse = (text) => /^{/.test(text) ? { parsed: parse(text) } : parse(text);`),
  },
  {
    name: 'JSON that throws',
    head: script(`const { stringify, parse } = JSON;
      JSON.stringify = (value) => {
        if (value instanceof Object) throw new Error('no');
        return stringify(value);
      };
      JSON.parse = (text) => {
        if (/^{/.test(text)) throw new Error('no');
        return parse(text);
      };`),
  },
  {
    name: 'no MessageChannel',
    head: script(`window.MessageChannel = undefined;`),
  },
  {
    name: 'no requestIdleCallback',
    head: script(`window.requestIdleCallback = window.cancelIdleCallback = undefined;`),
  },
  {
    name: 'no PerformanceObserver, AbortController, sendBeacon',
    head: script(`window.PerformanceObserver = window.AbortController = undefined;
      Navigator.prototype.sendBeacon = undefined;`),
  },
  {
    name: 'no secure context',
    head: script(`Object.defineProperty(window, 'isSecureContext', { value: false });
      for (const name of ['locks', 'serviceWorker', 'storage', 'clipboard'])
        Object.defineProperty(navigator, name, { value: undefined });
      for (const name of ['randomUUID', 'subtle'])
        Object.defineProperty(crypto, name, { value: undefined });
      Object.defineProperty(window, 'caches', { value: undefined });`),
  },
  {
    name: 'crypto that fails',
    maySayNo: true,
    head: script(`crypto.getRandomValues = () => { throw new Error('no entropy'); };
      crypto.randomUUID = crypto.getRandomValues;`),
  },
  {
    name: 'Object.prototype with more on it',
    head: script(`Object.prototype.x = null; Object.prototype.y = function () { return this; };`),
  },
  {
    // Whatever reads options of a request reads these, too, and each would spoil it.
    name: 'Object.prototype with options of requests on it',
    head: script(`Object.prototype.headers = { 'x-token': 't' };
      Object.prototype.mode = 'same-origin';
      Object.prototype.integrity = 'sha384-x';`),
  },
  {
    // What reads a description of a property, or what an observer is for, reads these.
    name: 'Object.prototype with parts of descriptions on it',
    head: script(`Object.prototype.get = Object.prototype.set = null;
      Object.prototype.attributeFilter = ['x'];`),
  },
  {
    name: 'Array.prototype with more on it',
    head: script(`Array.prototype.last = function () { return this[this.length - 1]; };
      Function.prototype.extend = function () { return this; };
      String.prototype.format = function () { return this; };`),
  },
  {
    name: 'frozen prototypes',
    head: script(`for (const kind of [Object, Array, Function, String, Promise, Map, Date, Error, RegExp,
        EventTarget, Event, Location, Node, Element, Document, Response, Request])
        { Object.freeze(kind); Object.freeze(kind.prototype); }
      Object.freeze(JSON); Object.freeze(console); Object.freeze(Math);`),
  },
  {
    name: 'Promise of a polyfill',
    head: script(`const Native = Promise;
      window.Promise = class Promise extends Native {
        then(...handlers) { return super.then(...handlers); }
      };`),
  },
  {
    name: 'console of nothing',
    options: '{ debug: true }',
    head: script(`window.console = {};`),
  },
  {
    name: 'addEventListener wrapped',
    head: script(`const listen = EventTarget.prototype.addEventListener;
      EventTarget.prototype.addEventListener = function (type, listener, ...rest) {
        const wrapped = function (event) {
          return typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event);
        };
        return listen.call(this, type, listener && wrapped, ...rest);
      };`),
  },
];
