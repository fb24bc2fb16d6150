/**
 * What a device that is entitled to nothing was sent must be a function of public data alone (I19, I21). So a story is told
 * twice with other names, contents and folders, and what was written to the device is compared byte for byte. TLS stands
 * above this and is not looked at. Public are: names and versions in Hello, the time, and the bare fact of a connection.
 */

import { concatBytes, toHex } from '../../../src/base/bytes.ts';
import { encodeHello, HelloReader } from '../../../src/bep/hello.ts';
import type { SimNetwork, Written } from '../network.ts';

/** Connections to the device in the order in which they first bore something, each with all that was written to it. */
export type Transcript = readonly { readonly from: string; readonly bytes: Uint8Array }[];

interface Heard {
  readonly from: string;
  readonly parts: Uint8Array[];
}

/** Listens in from its making on. What was handed to the network before is not heard, even if it arrives later. */
export class WireRecord {
  readonly #heard = new Map<number, Heard>();
  readonly #hangUp: () => void;

  constructor(network: SimNetwork, device: string) {
    this.#hangUp = network.tap((written) => {
      if (written.to === device) this.#hear(written);
    });
  }

  /** Hangs up. */
  end(): Transcript {
    this.#hangUp();
    return [...this.#heard.values()].map(({ from, parts }) => ({
      from,
      bytes: concatBytes(parts),
    }));
  }

  #hear({ connection, from, parts }: Written): void {
    const heard = this.#heard.get(connection) ?? { from, parts: [] };
    this.#heard.set(connection, heard);
    heard.parts.push(...parts.map((part) => part.slice()));
  }
}

/** How the transcripts differ, in words; empty if they are a function of what is public. */
export function auditWire(one: Transcript, other: Transcript): readonly string[] {
  const lines = Array.from({ length: Math.max(one.length, other.length) }, (_, at) => {
    const [a, b] = [shown(one[at]), shown(other[at])];
    if (a === b) return undefined;
    const from = [...a].findIndex((letter, index) => letter !== b[index]);
    const begin = Math.max(0, (from < 0 ? a.length : from) - 8);
    return `connection ${at}: from ${begin} on ${around(a, begin)} against ${around(b, begin)}`;
  });
  return lines.filter((line) => line !== undefined);
}

function around(text: string, begin: number): string {
  return `"${text.slice(begin, begin + 80)}"`;
}

/** The time in Hello is public, and another one in every story. */
function shown(connection: Transcript[number] | undefined): string {
  if (connection === undefined) return 'nothing';
  const { from, bytes } = connection;
  const { used, hello } = readHello(bytes);
  if (hello === undefined) return `${from}: ${toHex(bytes)}`;
  const timeless = encodeHello({ ...hello, timestamp: 0n });
  return `${from}: ${toHex(timeless)} ${toHex(bytes.subarray(used))}`;
}

const MAGIC = '2ea7d90b';

/** A record that began in the middle of a connection has none. */
function readHello(bytes: Uint8Array): ReturnType<HelloReader['push']> {
  if (toHex(bytes.subarray(0, 4)) !== MAGIC) return { used: 0, hello: undefined };
  return new HelloReader().push(bytes);
}
