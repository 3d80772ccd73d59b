/** A property of the document. Markup can have put an element in its place, and a script `function Document() {}`. */
export const ofDocument = (name: keyof Document | 'prerendering'): unknown =>
  Reflect.get(Object.getPrototypeOf(document) as object, name, document);
