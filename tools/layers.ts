// The architecture as data: who lies above whom, and which folder may touch what lies outside.
// .dependency-cruiser.cjs makes its rules from it; the house tests and the figures read it too.

/** Lowest first. Imports go down only; folders of one layer never import each other. */
export const LAYERS: readonly (readonly string[])[] = [
  ['base'],
  ['model'],
  ['ports', 'api', 'planner', 'blocks', 'bep'],
  ['engine', 'peer', 'store'],
  ['host'],
  ['daemon', 'cli'],
];

/** The first layer that may use Node itself: node:*, the clock, timers, the process. */
const FIRST_NODE_LAYER = 4;

/** What of Node the layers below it may import, and from where alone. */
export const NODE_ADAPTERS: readonly {
  readonly module: string;
  readonly from: readonly string[];
}[] = [
  { module: 'crypto', from: ['^src/base/sha256\\.ts$'] },
  { module: 'sqlite', from: ['^src/store/'] },
];

/** The packages that src may import, and from where alone. */
export const PACKAGE_ADAPTERS: readonly {
  readonly package: string;
  readonly from: readonly string[];
}[] = [
  { package: '@bufbuild/protobuf', from: ['^src/bep/'] },
  { package: 'commander', from: ['^src/cli/'] },
  { package: 'fastify', from: ['^src/daemon/'] },
  { package: 'fs-native-extensions', from: ['^src/host/'] },
  { package: 'koffi', from: ['^src/host/'] },
  { package: 'lz4-napi', from: ['^src/bep/compression\\.ts$'] },
  { package: 'pino', from: ['^src/host/', '^src/daemon/'] },
  { package: 'uqr', from: ['^src/cli/'] },
  { package: 'yaml', from: ['^src/host/', '^src/daemon/', '^src/cli/'] },
  { package: 'zod', from: ['^src/api/', '^src/daemon/', '^src/cli/'] },
];

/** The folders of src that lie below Node. */
export const PURE_FOLDERS: readonly string[] = LAYERS.slice(0, FIRST_NODE_LAYER).flat();
