/** Changes of JSON that leave it JSON: a value becomes another one, goes away, or stands in another place as well. */

import { EDGES } from './mutate.ts';
import type { MutationSource } from './target.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A place in a value: what holds it, and the name or number under which it does. */
interface Place {
  readonly holder: Json[] | { [name: string]: Json };
  readonly key: string | number;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const TEXTS = ['', '\u001b[2J', '\u202e', '\ud800', 'a\nb', '__proto__', 'x'.repeat(300)] as const;

/** A changed text; undefined if this one is no JSON with anything in it. */
export function mutateJson(text: string, from: MutationSource): string | undefined {
  const value = parsed(text);
  const places = value === undefined ? [] : placesIn(value);
  if (places.length === 0) return undefined;
  const { random } = from;
  for (let times = 1 << random.below(3); times > 0; times--) {
    const { holder, key } = random.pick(places);
    if (random.chance(0.15)) remove(holder, key);
    else put(holder, key, random.chance(0.2) ? valueAt(random.pick(places)) : newValue(from));
  }
  return JSON.stringify(value);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    // Then it is for the blind changes.
    return undefined;
  }
}

/** All of them but the whole. */
function placesIn(value: Json): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const place = { holder: value, key };
    return [place, ...placesIn(valueAt(place))];
  });
}

/** null where a change before took it away. */
function valueAt({ holder, key }: Place): Json {
  return Object.hasOwn(holder, key) ? Reflect.get(holder, key) : null;
}

/** A copy, so that nothing comes to hold itself. */
function put(holder: Place['holder'], key: string | number, value: Json): void {
  Object.defineProperty(holder, key, {
    value: structuredClone(value),
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function remove(holder: Place['holder'], key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

function newValue({ random, tokens }: MutationSource): Json {
  switch (random.below(8)) {
    case 0:
      return Number(random.pick(EDGES)) * random.pick([1, -1, 0.001, 1e280]);
    case 1:
      return random.pick([0, 1, -1, 1e-7]);
    case 2:
      return random.pick([null, true, false]);
    case 3:
      return random.pick([[], {}, [{}], [[]]]);
    case 4:
      return { toString: 1, valueOf: 1 };
    case 5:
      return random.pick(TEXTS);
    default:
      return tokens.length === 0 ? '' : utf8.decode(random.pick(tokens));
  }
}
