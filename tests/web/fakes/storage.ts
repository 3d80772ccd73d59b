/** Storage as a browser has it: its keys are properties, values are texts, and it may refuse. */
export interface FakeStorage extends Storage {
  /** Characters that fit in; more throws as browsers do. */
  quota: number;
}

export function createStorage(): FakeStorage {
  const items = new Map<string, string>();
  const size = (): number =>
    [...items].reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  const methods = {
    quota: 5_000_000,
    get length() {
      return items.size;
    },
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, text: string) {
      if (size() + key.length + text.length > methods.quota) {
        throw new DOMException('full', 'QuotaExceededError');
      }
      items.set(key, String(text));
    },
    removeItem: (key: string) => void items.delete(key),
    clear: () => items.clear(),
  };
  return new Proxy(methods, {
    get: (_, key) => Reflect.get(methods, key) ?? items.get(String(key)),
    ownKeys: () => [...items.keys()],
    getOwnPropertyDescriptor: (_, key) =>
      items.has(String(key))
        ? { value: items.get(String(key)), enumerable: true, configurable: true, writable: true }
        : undefined,
  }) as unknown as FakeStorage;
}
