/** Faults of decoders, one line each, that the fuzzer must find: a limit, a bound or a check is gone. */

import type { Edit } from '../../lab/planted/edit.ts';

export interface PlantedFault {
  /** What is wrong. */
  readonly name: string;
  readonly target: string;
  readonly fault: Edit;
}

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'the length of a message is not held against its limit (MAL-02)',
    target: 'bep-frame',
    fault: { file: 'src/bep/frame.ts', from: 'if (bytes > limit)', to: 'if (bytes < 0)' },
  },
  {
    name: 'a negative length of a header is taken for a mistake of ours (MAL-03)',
    target: 'bep-session',
    fault: {
      file: 'src/bep/frame.ts',
      from: "if (collected.number >= NEGATIVE_16) throw negative('header');",
      to: "if (collected.number >= NEGATIVE_16) throw new RangeError('header');",
    },
  },
  {
    name: 'what an LZ4 body claims is not held against the limit (MAL-04)',
    target: 'lz4',
    fault: { file: 'src/bep/compression.ts', from: 'if (size > limit)', to: 'if (size < 0)' },
  },
  {
    name: 'numbers beyond what JavaScript holds exactly are taken',
    target: 'bep-request',
    fault: {
      file: 'src/bep/protobuf-values.ts',
      from: 'if (!Number.isSafeInteger(value))',
      to: 'if (Number.isNaN(value))',
    },
  },
  {
    name: 'a path may lead upwards (LNK-08)',
    target: 'path',
    fault: { file: 'src/model/path.ts', from: "part === '.' || part === '..'", to: "part === '.'" },
  },
  {
    name: 'a name may hold NUL (LNK-08)',
    target: 'bep-request',
    fault: { file: 'src/model/path.ts', from: "if (text.includes('\\0')) return 'NUL';", to: '' },
  },
  {
    name: 'a session goes on after a violation',
    target: 'bep-session',
    fault: {
      file: 'src/bep/session.ts',
      from: 'if (this.#failure !== undefined) throw this.#failure.error;',
      to: '',
    },
  },
  {
    name: 'a counter may stand twice in a vector',
    target: 'bep-index',
    fault: {
      file: 'src/bep/messages/vector.ts',
      from: 'counter.id === sorted[i - 1]?.id',
      to: 'counter.id < 0n && i < 0',
    },
  },
  {
    name: 'requests without the token are let in',
    target: 'control-api',
    fault: {
      file: 'src/daemon/control-server-guard.ts',
      from: 'given === undefined || !isSameToken(given, token)',
      to: 'given !== undefined && !isSameToken(given, token)',
    },
  },
  {
    name: 'aliases of aliases are a fault of ours',
    target: 'config',
    fault: {
      file: 'src/daemon/config-file-parse.ts',
      from: "return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };",
      to: 'throw error;',
    },
  },
  {
    name: 'a damaged row is read',
    target: 'store-row',
    fault: {
      file: 'src/store/rows.ts',
      from: "if (sum !== expectedSum(format, row)) throw new RangeError('wrong checksum');",
      to: 'from.u32();',
    },
  },
];
