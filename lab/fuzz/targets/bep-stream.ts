/** Streams of BEP as lists of frames: cut apart, changed frame by frame, put together again. */

import { compressSync } from 'lz4-napi';
import { concatBytes } from '../../../src/base/bytes.ts';
import { mutate, varint } from '../mutate.ts';
import { mutateProtobuf } from '../mutate-protobuf.ts';
import type { MutationSource } from '../target.ts';

/** A frame as it stands in a stream, whatever its header says. */
interface RawFrame {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

const MAGIC_AND_LENGTH = 6;

/** A header for `type`. */
function headerOf(type: number, { isPacked }: { readonly isPacked: boolean }): Uint8Array {
  const parts = [varint(8n), varint(BigInt(type))];
  return concatBytes(isPacked ? [...parts, Uint8Array.of(16, 1)] : parts);
}

/** The stream of a frame. */
export function rawFrame({ header, body }: RawFrame): Uint8Array {
  const prefix = new Uint8Array(2 + header.length + 4);
  const view = new DataView(prefix.buffer);
  view.setUint16(0, header.length);
  prefix.set(header, 2);
  view.setUint32(2 + header.length, body.length);
  return concatBytes([prefix, body]);
}

/** A frame whose body is LZ4. */
export function packedFrame(type: number, body: Uint8Array): Uint8Array {
  const packed = new Uint8Array(compressSync(Buffer.from(body)));
  new DataView(packed.buffer).setUint32(0, body.length);
  return rawFrame({ header: headerOf(type, { isPacked: true }), body: packed });
}

/** Changes a stream without Hello. */
export function mutateFrames(input: Uint8Array, from: MutationSource): Uint8Array {
  const { random } = from;
  const { frames, rest } = cutFrames(input);
  const others = cutFrames(from.other).frames;
  const at = random.below(frames.length + 1);
  const frame = frames[at] ?? {
    header: headerOf(random.below(9), { isPacked: false }),
    body: rest,
  };
  const changed = random.pick(CHANGES)(frame, from);
  const kept = frames.toSpliced(at, 1, ...changed);
  const more = others.length > 0 && random.chance(0.3) ? [random.pick(others)] : [];
  return concatBytes([
    ...kept.toSpliced(random.below(kept.length + 1), 0, ...more).map(rawFrame),
    rest,
  ]);
}

/** Changes a stream that begins with Hello. */
export function mutateStream(input: Uint8Array, from: MutationSource): Uint8Array | undefined {
  const start = MAGIC_AND_LENGTH + ((input[4] ?? 0) << 8) + (input[5] ?? 0);
  if (input.length < start) return undefined;
  const other = from.other.subarray(
    MAGIC_AND_LENGTH + ((from.other[4] ?? 0) << 8) + (from.other[5] ?? 0),
  );
  return concatBytes([
    input.subarray(0, start),
    mutateFrames(input.slice(start), { ...from, other }),
  ]);
}

const CHANGES: readonly ((frame: RawFrame, from: MutationSource) => RawFrame[])[] = [
  () => [],
  (frame) => [frame, frame],
  ({ header, body }, from) => [{ header, body: mutateProtobuf(body, from) }],
  ({ header, body }, from) => [{ header, body: mutateProtobuf(body, from) }],
  ({ header, body }, from) => [{ header, body: mutate(body, from, 0x10000) }],
  ({ header, body }, from) => [{ header: mutate(header, from, 64), body }],
  ({ body }, { random }) => [{ header: headerOf(random.below(9), { isPacked: false }), body }],
  ({ header, body }) => [
    { header: concatBytes([header, Uint8Array.of(16, 1)]), body: packed(body) },
  ],
];

function packed(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(compressSync(Buffer.from(body)));
  new DataView(bytes.buffer).setUint32(0, body.length);
  return bytes;
}

function cutFrames(stream: Uint8Array): { readonly frames: RawFrame[]; readonly rest: Uint8Array } {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const frames: RawFrame[] = [];
  let at = 0;
  while (at + 6 <= stream.length) {
    const bodyAt = at + 2 + view.getUint16(at) + 4;
    if (bodyAt > stream.length) break;
    const end = bodyAt + view.getUint32(bodyAt - 4);
    if (end > stream.length) break;
    frames.push({ header: stream.slice(at + 2, bodyAt - 4), body: stream.slice(bodyAt, end) });
    at = end;
  }
  return { frames, rest: stream.slice(at) };
}
