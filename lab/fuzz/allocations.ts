/**
 * How many bytes of buffers one input made the program ask for, counted where Uint8Array and ArrayBuffer are made: what was
 * asked for shows even where the system would have given it lazily.
 */

let asked = 0;

/** Wraps the constructors of this thread; once. Copies by `slice` are not counted, they are never larger than their source. */
export function countAllocations(): void {
  for (const name of ['Uint8Array', 'ArrayBuffer'] as const) {
    const real: unknown = Reflect.get(globalThis, name);
    if (typeof real === 'function') Reflect.set(globalThis, name, counting(real));
  }
}

/** Bytes since the last call. */
export function takeAllocated(): number {
  const bytes = asked;
  asked = 0;
  return bytes;
}

function counting(real: object): object {
  const wrapped: object = new Proxy(real, {
    construct: (target, args, newTarget) => {
      if (typeof args[0] === 'number') asked += args[0];
      return Reflect.construct(
        target as never,
        args,
        newTarget === wrapped ? (target as never) : newTarget,
      );
    },
  });
  return wrapped;
}
