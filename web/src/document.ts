/** A property of the document. Markup can have put an element in its place. */
export const ofDocument = (name: keyof Document | 'prerendering'): unknown =>
  Reflect.get(globalThis.Document.prototype, name, document);
