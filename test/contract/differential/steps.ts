/** Random steps on a file system: calls of the port on whatever is open, and what other programs do beside it. */

import fc from 'fast-check';
import type { Timestamp } from '../../../src/model/entry.ts';
import type { OpenFor, RenameHow } from '../../../src/ports/file-system.ts';

/**
 * One step as data. `dir`, `file` and `handle` count what is open at that moment, from the first again when there are less:
 * whatever is left out of a sequence, the rest still means something. Paths are relative to the root.
 */
export type Step =
  | { readonly do: 'openRoot'; readonly path: string }
  | { readonly do: 'openDir' | 'status' | 'makeDir' | 'readLink'; readonly at: At }
  | { readonly do: 'removeFile' | 'removeDir'; readonly at: At }
  | { readonly do: 'openFile'; readonly at: At; readonly for: OpenFor }
  | { readonly do: 'close' | 'statusOf' | 'sync'; readonly handle: number }
  | { readonly do: 'list' | 'abilities' | 'syncFileSystem'; readonly dir: number }
  | Piece<'read'>
  | Piece<'write'>
  | { readonly do: 'truncate'; readonly file: number; readonly size: number }
  | { readonly do: 'setMode'; readonly handle: number; readonly mode: number }
  | { readonly do: 'setTime'; readonly handle: number; readonly mtime: Timestamp }
  | { readonly do: 'makeLink'; readonly at: At; readonly target: string }
  | { readonly do: 'rename'; readonly from: At; readonly to: At; readonly how: RenameHow }
  | Beside;

/** What another program does, by paths. */
export type Beside =
  | { readonly do: 'hardLink'; readonly from: string; readonly to: string }
  | { readonly do: 'replace'; readonly from: string; readonly to: string }
  | { readonly do: 'fifo'; readonly path: string };

/** A name in an open directory. */
export interface At {
  readonly dir: number;
  readonly name: string;
}

interface Piece<Call extends string> {
  readonly do: Call;
  readonly file: number;
  readonly position: number;
  readonly length: number;
}

/** What can be tried on a disk. */
export interface Usable {
  readonly names: readonly string[];
  readonly times: readonly Timestamp[];
  /** Other programs act beside the calls; they have all rights. */
  readonly besides: boolean;
  readonly fifos: boolean;
}

const MANY = 8;
const SIZES = [0, 1, 511, 4_096, 5_000, 70_000] as const;
const MODES = [0o600, 0o644, 0o000, 0o777, 0o500, 0o1755, 0o4711] as const;
const TARGETS = ['a', 'b', '.', '../a', '/nowhere', 'loop', 'x'.repeat(300)] as const;

/** Sequences of steps on these names, of which each sequence uses few, so that they meet. */
export function sequences(disk: Usable): fc.Arbitrary<readonly Step[]> {
  const options = { minLength: 3, maxLength: 5 };
  return fc
    .shuffledSubarray([...disk.names], options)
    .chain((names) => fc.array(stepOn({ ...disk, names }), { maxLength: 45, size: 'max' }));
}

function stepOn({ names, times, besides, fifos }: Usable): fc.Arbitrary<Step> {
  const name = fc.constantFrom(...names);
  const slot = fc.nat({ max: MANY });
  const at = fc.record({ dir: fc.oneof(fc.constant(0), slot), name });
  const path = fc.oneof(
    name,
    fc.tuple(name, name).map((parts) => parts.join('/')),
  );
  const size = fc.constantFrom(...SIZES);
  const of = fc.constantFrom<OpenFor>('read', 'write', 'create', 'create');
  const how = fc.constantFrom<RenameHow>('keep', 'keep', 'exchange');
  const step = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
  const record = <Shape extends Step>(shape: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) =>
    fc.record(shape) as unknown as fc.Arbitrary<Step>;
  const is = <Name extends string>(...wanted: Name[]) => fc.constantFrom(...wanted);
  return fc.oneof(
    step(4, record({ do: is('makeDir'), at })),
    step(6, record({ do: is('openFile'), at, for: of })),
    step(4, record({ do: is('openDir'), at })),
    step(5, record({ do: is('rename'), from: at, to: at, how })),
    step(4, record({ do: is('removeFile', 'removeDir'), at })),
    step(4, record({ do: is('write'), file: slot, position: size, length: size })),
    step(2, record({ do: is('truncate'), file: slot, size })),
    step(2, record({ do: is('read'), file: slot, position: size, length: size })),
    step(2, record({ do: is('setMode'), handle: slot, mode: fc.constantFrom(...MODES) })),
    step(3, record({ do: is('setTime'), handle: slot, mtime: fc.constantFrom(...times) })),
    step(2, record({ do: is('makeLink'), at, target: fc.constantFrom(...TARGETS) })),
    step(2, record({ do: is('status', 'readLink'), at })),
    step(2, record({ do: is('close', 'statusOf', 'sync'), handle: slot })),
    step(1, record({ do: is('list', 'abilities'), dir: slot })),
    step(1, record({ do: is('openRoot'), path })),
    ...(besides ? [step(2, record({ do: is('hardLink', 'replace'), from: path, to: path }))] : []),
    ...(fifos ? [step(1, record({ do: is('fifo'), path }))] : []),
  );
}
