/** The same object, but some of its methods are others; all the rest is asked of the object itself. */
export function withOwn<T extends object>(object: T, own: Partial<T>): T {
  const bound = new Map<string | symbol, unknown>();
  return new Proxy(object, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof T];
      const value = target[name as keyof T];
      if (typeof value !== 'function') return value;
      // Private fields are those of the object, not of the proxy.
      if (!bound.has(name)) bound.set(name, value.bind(target));
      return bound.get(name);
    },
  });
}
