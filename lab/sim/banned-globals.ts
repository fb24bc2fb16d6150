/** While a story runs, what would let the real world into it throws: a dependency that looks at a clock is found at once. */

/** A forbidden global was used inside a story. */
export class BannedGlobalError extends Error {
  override readonly name = 'BannedGlobalError';
}

const NAMES = [
  'Date',
  'clearInterval',
  'clearTimeout',
  'fetch',
  'performance',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const;

let depth = 0;

/** Runs `story` with the globals replaced, and puts them back however it ends. Nested calls are one. */
export async function withBannedGlobals<Result>(story: () => Promise<Result>): Promise<Result> {
  if (depth++ > 0) return story().finally(() => depth--);
  const restore = replace();
  try {
    return await story();
  } finally {
    restore();
    depth--;
  }
}

function replace(): () => void {
  const kept = NAMES.map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  const random = Object.getOwnPropertyDescriptor(Math, 'random');
  for (const name of NAMES) {
    const value = name === 'performance' ? { now: thrower('performance.now') } : thrower(name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  Object.defineProperty(Math, 'random', { value: thrower('Math.random'), configurable: true });
  return () => {
    for (const [name, descriptor] of kept) {
      if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
    }
    if (random !== undefined) Object.defineProperty(Math, 'random', random);
  };
}

/** Callable and constructible, with the one static function that code reaches for. */
function thrower(name: string): unknown {
  const refuse = function refuse(): never {
    throw new BannedGlobalError(`${name} was used inside a story`);
  };
  return Object.assign(refuse, { now: refuse });
}
