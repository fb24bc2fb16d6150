/** Certificates: PEM that is read, DER that is written. */

import assert from 'node:assert/strict';
import { asKithError } from '../../../src/base/error.ts';
import { sha256 } from '../../../src/base/sha256.ts';
import { deviceIdOfPem } from '../../../src/host/certificate.ts';
import {
  der,
  derBits,
  derInteger,
  derOid,
  derSequence,
  derText,
  derTime,
} from '../../../src/host/der.ts';
import { deviceIdFromHash } from '../../../src/model/device-id.ts';
import { bytesOf, type FuzzTarget, textOf } from '../target.ts';

/** One that was made once: seeds are the same in every run. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBkTCCATigAwIBAgIJAKINgt66WbidMAoGCCqGSM49BAMCMCMxDTALBgNVBAoM
BEtpdGgxEjAQBgNVBAMMCXN5bmN0aGluZzAeFw0yNjAxMDEwMDAwMDBaFw00NTEy
MjcwMDAwMDBaMCMxDTALBgNVBAoMBEtpdGgxEjAQBgNVBAMMCXN5bmN0aGluZzBZ
MBMGByqGSM49AgEGCCqGSM49AwEHA0IABI6YxAemmkQbFLY6ejBR3K7DOdxR4C/q
96j909/65rZyYw70ARCeu8cEW6Tx8yN5DSoNhyEhxrEKU3c1iFujKVWjVTBTMA4G
A1UdDwEB/wQEAwIFoDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwDAYD
VR0TAQH/BAIwADAUBgNVHREEDTALgglzeW5jdGhpbmcwCgYIKoZIzj0EAwIDRwAw
RAIgWaCydXLJ3Py66frY3i0ftlzmhS9yWVeeBwPUDc1hCVECIF2y+CDbjga4apgy
JZd6yMjeQxO3e3Aaqi5NErHbposN
-----END CERTIFICATE-----
`;

export const certificate: FuzzTarget = {
  seeds: () =>
    [CERTIFICATE, CERTIFICATE.repeat(2), `text before\n${CERTIFICATE}text after`].map(bytesOf),
  tokens: [
    '-----BEGIN CERTIFICATE-----\n',
    '-----END CERTIFICATE-----\n',
    '\r\n',
    '=',
    'MII',
    'A',
    '\0',
  ],
  maxBytes: 0x4000,
  run: (input) => {
    const text = textOf(input);
    const id = idOf(text);
    if (id === undefined) return;
    const blocks = text.match(/-----BEGIN [A-Z0-9 ]+-----/g) ?? [];
    assert.equal(blocks.length, 1, 'an identity of which two certificates could be meant');
    const base64 = /-----BEGIN [A-Z0-9 ]+-----([\s\S]*?)-----END/.exec(text)?.[1] ?? '';
    // What stands behind the certificate itself is not of it.
    const whole = firstElement(Buffer.from(base64, 'base64'));
    assert.equal(id, deviceIdFromHash(sha256(whole)), 'the id of other bytes');
  },
};

/** An input is a list of calls: one byte says which, one how long its content is. */
export const derWriter: FuzzTarget = {
  seeds: () => [
    Uint8Array.of(0, 3, 1, 2, 3, 1, 2, 0, 5, 2, 2, 255, 1, 3, 4, 0, 0, 0, 9),
    Uint8Array.of(3, 8, 0, 0, 1, 0x8f, 0x12, 0x34, 0, 0, 4, 3, 65, 66, 67),
    new Uint8Array(400).fill(7),
  ],
  run: (input) => {
    for (let at = 0; at + 2 <= input.length; ) {
      const content = input.slice(
        at + 2,
        at + 2 + (input[at + 1] ?? 0) * ((input[at] ?? 0) > 127 ? 300 : 1),
      );
      checkWritten((input[at] ?? 0) % 6, content);
      at += 2 + content.length;
    }
  },
};

function idOf(text: string): string | undefined {
  try {
    return deviceIdOfPem(text);
  } catch (error) {
    if (asKithError(error, 'IDENTITY_INVALID') === undefined) throw error;
    return undefined;
  }
}

function checkWritten(kind: number, content: Uint8Array): void {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const number = content.length >= 4 ? view.getUint32(0) : content.length;
  if (kind === 0) assert.deepEqual(readDer(der(0x04, content)), { tag: 4, content });
  if (kind === 1) checkInteger(content);
  if (kind === 2) checkOid([1, 2 + (number % 38), number, content.length, number % 128]);
  if (kind === 3) checkTime(number);
  if (kind === 4)
    assert.deepEqual(readDer(derText(0x0c, 'é').slice()), { tag: 0x0c, content: bytesOf('é') });
  if (kind === 5) {
    const { content: inner } = readDer(derSequence(derBits(content, 3), der(5)));
    assert.deepEqual(inner.slice(-2), Uint8Array.of(5, 0));
  }
}

/** Non-negative, minimal, the same number. */
function checkInteger(unsigned: Uint8Array): void {
  const { tag, content } = readDer(derInteger(unsigned));
  assert.equal(tag, 2);
  assert.ok(content.length > 0, 'an INTEGER without content');
  assert.ok((content[0] ?? 0) < 0x80, 'a negative number');
  const isPadded = content.length > 1 && content[0] === 0 && (content[1] ?? 0) < 0x80;
  assert.ok(!isPadded, 'a zero too many');
  const numberIn = (bytes: Uint8Array) => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
  assert.equal(numberIn(content), numberIn(unsigned));
}

function checkOid(arcs: readonly number[]): void {
  const { content } = readDer(derOid(arcs.join('.')));
  const read: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    read.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = read;
  assert.deepEqual([Math.floor(first / 40), first % 40, ...rest], arcs);
}

/** Whole seconds from 1970 to 2106. */
function checkTime(seconds: number): void {
  const { tag, content } = readDer(derTime(seconds * 1000));
  const text = Buffer.from(content).toString();
  const full = tag === 0x17 ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  const read = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
  assert.equal(read, seconds * 1000);
}

/** What the length at the beginning says is the first element. */
function firstElement(bytes: Uint8Array): Uint8Array {
  const first = bytes[1] ?? 0;
  const many = first < 0x80 ? 0 : first & 0x7f;
  let length = many === 0 ? first : 0;
  for (const byte of bytes.subarray(2, 2 + many)) length = length * 256 + byte;
  return bytes.subarray(0, 2 + many + length);
}

/** Strict: the shortest length, nothing behind. */
function readDer(bytes: Uint8Array): { readonly tag: number; readonly content: Uint8Array } {
  const [tag = -1, first = 0] = bytes;
  const many = first < 0x80 ? 0 : first & 0x7f;
  let length = many === 0 ? first : 0;
  for (const byte of bytes.subarray(2, 2 + many)) length = length * 256 + byte;
  if (many > 0) assert.ok(length >= 0x80 && (bytes[2] ?? 0) !== 0, 'a length that is too long');
  assert.equal(bytes.length, 2 + many + length, 'something is missing or stands behind');
  return { tag, content: bytes.slice(2 + many) };
}
