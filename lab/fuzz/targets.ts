/** Every target by name. Nothing of the program is loaded here: that waits until its files are instrumented. */

import type { FuzzTarget } from './target.ts';

/** Where a target stands and which files it is about. */
export interface TargetEntry {
  readonly name: string;
  /** How the paths of the instrumented files begin, from the project's root. */
  readonly files: readonly string[];
  readonly load: () => Promise<FuzzTarget>;
}

const WIRE = ['src/bep/', 'src/model/', 'node_modules/@bufbuild/protobuf/dist/esm/wire/'];
const messages = () => import('./targets/bep-messages.ts');
const small = () => import('./targets/model.ts');
const told = () => import('./targets/told-names.ts');

/** In the order in which they are run. */
export const TARGETS: readonly TargetEntry[] = [
  {
    name: 'bep-session',
    files: WIRE,
    load: async () => (await import('./targets/bep-session.ts')).bepSession,
  },
  { name: 'bep-hello', files: WIRE, load: async () => (await messages()).hello },
  { name: 'bep-frame', files: WIRE, load: async () => (await messages()).frame },
  { name: 'bep-cluster-config', files: WIRE, load: async () => (await messages()).clusterConfig },
  { name: 'bep-index', files: WIRE, load: async () => (await messages()).index },
  { name: 'bep-request', files: WIRE, load: async () => (await messages()).request },
  { name: 'bep-response', files: WIRE, load: async () => (await messages()).response },
  { name: 'bep-progress', files: WIRE, load: async () => (await messages()).progress },
  { name: 'bep-close', files: WIRE, load: async () => (await messages()).close },
  {
    name: 'lz4',
    files: ['src/bep/compression.ts', 'lab/fuzz/lz4-reference.ts'],
    load: async () => (await import('./targets/lz4.ts')).lz4,
  },
  {
    name: 'path',
    files: ['src/model/path.ts', 'src/engine/spelling.ts', 'src/engine/programs/reach.ts'],
    load: async () => (await small()).path,
  },
  {
    name: 'rules',
    files: ['src/planner/rules.ts', 'src/model/path.ts'],
    load: async () => (await small()).rules,
  },
  {
    name: 'device-id',
    files: ['src/model/device-id.ts'],
    load: async () => (await small()).deviceId,
  },
  {
    name: 'address',
    files: ['src/api/address', 'src/host/tcp-address.ts'],
    load: async () => (await small()).address,
  },
  {
    name: 'config',
    files: ['src/api/', 'src/daemon/config-file', 'src/model/'],
    load: async () => (await import('./targets/config.ts')).config,
  },
  {
    name: 'control-api',
    files: ['src/api/', 'src/daemon/', 'src/model/'],
    load: async () => (await import('./targets/control-api.ts')).controlApi,
  },
  {
    name: 'command-line',
    files: ['src/cli/', 'src/api/', 'src/model/'],
    load: async () => (await import('./targets/command-line.ts')).commandLine,
  },
  {
    name: 'daemon-answer',
    files: ['src/cli/', 'src/api/'],
    load: async () => (await import('./targets/daemon-answer.ts')).daemonAnswer,
  },
  {
    name: 'store-row',
    files: ['src/store/'],
    load: async () => (await import('./targets/store-row.ts')).storeRow,
  },
  {
    name: 'database',
    files: ['src/store/'],
    load: async () => (await import('./targets/database.ts')).database,
  },
  {
    name: 'displaced-name',
    files: ['src/engine/programs/displaced-name.ts', 'src/base/utf8.ts'],
    load: async () => (await told()).displaced,
  },
  {
    name: 'mounts',
    files: ['src/host/mounts.ts'],
    load: async () => (await told()).mounts,
  },
  {
    name: 'marker',
    files: ['src/engine/opening.ts'],
    load: async () => (await import('./targets/marker.ts')).marker,
  },
  {
    name: 'certificate',
    files: ['src/host/certificate.ts', 'src/host/der.ts'],
    load: async () => (await import('./targets/certificate.ts')).certificate,
  },
  {
    name: 'der',
    files: ['src/host/der.ts'],
    load: async () => (await import('./targets/certificate.ts')).derWriter,
  },
  {
    name: 'inotify',
    files: ['src/host/inotify-record.ts'],
    load: async () => (await import('./targets/inotify.ts')).inotify,
  },
];

/** The target of that name; an error that names them all if there is none. */
export function targetNamed(name: string): TargetEntry {
  const found = TARGETS.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Error(
    `no target is called ${name}; there are ${TARGETS.map((each) => each.name).join(', ')}`,
  );
}
