// The layers as rules, made from tools/layers.ts. Unit tests beside their file keep the layers
// too, but may use Node, the lab and what helps tests.
const { LAYERS, NODE_ADAPTERS, PACKAGE_ADAPTERS, PURE_FOLDERS } = require('./tools/layers.ts');

const TEST = '\\.test\\.ts$';
const anyOf = (names) => `(?:${names.join('|')})`;
const inside = (folders) => `^src/${anyOf(folders)}/`;
const quote = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const packagePath = (name) => `(?:^|/)node_modules/${quote(name)}/`;

const layerRules = LAYERS.flatMap((folders, layer) => {
  const above = LAYERS.slice(layer + 1).flat();
  const upward = above.length > 0 && {
    name: `upward-from-layer-${layer}`,
    comment: `${folders.join(', ')} may import only what lies below.`,
    severity: 'error',
    from: { path: inside(folders) },
    to: { path: inside(above) },
  };
  const sideways = folders.length > 1 && {
    name: `sideways-in-layer-${layer}`,
    comment: `${folders.join(', ')} never import each other: they meet in a port, in model or above.`,
    severity: 'error',
    from: { path: `^src/(${folders.join('|')})/` },
    to: { path: inside(folders), pathNot: '^src/$1/' },
  };
  return [upward, sideways].filter(Boolean);
});

const modules = NODE_ADAPTERS.map(({ module }) => module);
const nodeRules = [
  {
    name: 'node-below-host',
    comment: 'Layers 0 to 3 reach the world through ports, not through node:*.',
    severity: 'error',
    from: { path: inside(PURE_FOLDERS), pathNot: TEST },
    to: { dependencyTypes: ['core'], pathNot: `^(?:node:)?${anyOf(modules)}$` },
  },
  ...NODE_ADAPTERS.map(({ module, from }) => ({
    name: `node-${module}-outside-adapter`,
    comment: `Below host, node:${module} is imported from its adapter alone.`,
    severity: 'error',
    from: { path: inside(PURE_FOLDERS), pathNot: [TEST, ...from] },
    to: { dependencyTypes: ['core'], path: `^(?:node:)?${module}$` },
  })),
];

const packagePaths = PACKAGE_ADAPTERS.map((adapter) => packagePath(adapter.package));
const packageRules = [
  {
    name: 'package-without-adapter',
    comment: 'A new package in src needs a place of its own in tools/layers.ts.',
    severity: 'error',
    from: { path: '^src/', pathNot: TEST },
    to: { path: '(?:^|/)node_modules/', pathNot: packagePaths },
  },
  ...PACKAGE_ADAPTERS.map((adapter) => ({
    name: `package-outside-adapter-${adapter.package}`,
    comment: `tools/layers.ts names the places that may import ${adapter.package}.`,
    severity: 'error',
    from: { path: '^src/', pathNot: [TEST, ...adapter.from] },
    to: { path: packagePath(adapter.package) },
  })),
];

module.exports = {
  forbidden: [
    ...layerRules,
    ...nodeRules,
    ...packageRules,
    {
      name: 'cli-past-its-border',
      comment:
        'The command line is a client: it knows api, model, base and host, never the engine.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: TEST },
      to: { path: '^src/', pathNot: '^src/(?:cli|api|model|base|host)/' },
    },
    {
      name: 'src-to-lab-or-test',
      comment: 'What ships never imports what tries it.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: ['^(?:lab|test|bench|tools)/', TEST] },
    },
    {
      name: 'no-cycle',
      comment: 'No cycles, types included.',
      severity: 'error',
      from: { path: '^(?:src|lab|test|tools)/' },
      to: { circular: true },
    },
    {
      name: 'unresolved',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'undeclared-package',
      comment: 'Import only what package.json names.',
      severity: 'error',
      from: { path: '^(?:src|lab|test|tools)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'src-to-dev-dependency',
      comment: 'What ships imports only what is installed with it.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['npm', 'npm-optional', 'type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^test/house/fixtures/', '^dist'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
