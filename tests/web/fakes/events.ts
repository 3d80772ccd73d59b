/** An event of the browser's own, unless its properties say otherwise. */
export class Trusted extends Event {
  constructor(type: string, properties: object = {}) {
    super(type, { cancelable: true });
    Object.defineProperty(this, 'isTrusted', { value: true, configurable: true });
    for (const [name, value] of Object.entries(properties)) {
      Object.defineProperty(this, name, { value, configurable: true, writable: true });
    }
  }
}
