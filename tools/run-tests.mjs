// Finds and runs the tests: `run-tests.mjs [PART OF A PATH]... [--name PATTERN] [--times]`; with
// --times it says when each file ended, and how long it took.
// Two files at a time, and beside them two of those in test/e2e, which wait more than they compute;
// the long ones first. Ends with the line
// `N passed, N failed[, N skipped]` and fails when a test failed, when a test was skipped that
// test/skips.json does not list with a reason, when a file holds no test, and when nothing ran.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect, styleText } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const atATime = 2;
const fileLimitMs = 10 * 60_000;
// So that nothing long begins last: the longest of either kind first.
const long = [
  'test/house/guards',
  'test/sim/killed-and-outrun',
  'test/sim/mutations',
  'test/contract/store-migration',
  'test/fuzz/search',
  'test/fuzz/short',
  'test/sim/kills',
  'test/sim/last-moment',
  'test/e2e/syncthing-matrix',
  'test/e2e/syncthing-session',
  'test/e2e/syncthing-conflicts',
  'test/e2e/crash',
  'test/e2e/demo',
  'test/e2e/disk',
  'test/e2e/lost-databases',
  'test/e2e/pausing',
];
// What runs in processes of their own is compiled once: some hundred of them load the same files.
const compiled = path.join(root, 'node_modules/.cache/kith-tests');
const preloaded = pathToFileURL(path.join(root, 'tools/without-async-hooks.mjs')).href;
const isWanted = (name) => name.endsWith('.test.ts');

async function main(args) {
  const { filters, names, times } = parse(args);
  const files = findTests().filter(
    (file) => filters.length === 0 || filters.some((part) => file.includes(part)),
  );
  const outcome = { passed: 0, failed: 0, skipped: [], problems: [], ran: new Set() };
  const options = { outcome, names, times };
  process.env.NODE_COMPILE_CACHE ??= compiled;
  await Promise.all(lanes(files).map((lane) => runFiles({ ...options, files: lane })));
  process.exitCode = report({ outcome, files, names });
}

function parse(args) {
  const filters = [];
  const names = [];
  let times = false;
  const rest = [...args];
  while (rest.length > 0) {
    const word = rest.shift();
    if (word === '--name' && rest.length > 0) names.push(rest.shift());
    else if (word === '--times') times = true;
    else if (word.startsWith('--')) {
      console.error(`run-tests.mjs: unknown option ${word}; there are --name PATTERN and --times`);
      process.exit(2);
    } else filters.push(word.replace(/^\.\//, ''));
  }
  return { filters, names, times };
}

function findTests() {
  const found = [];
  for (const folder of ['src', 'test']) {
    for (const name of readdirSync(path.join(root, folder), { recursive: true })) {
      if (isWanted(name)) found.push(path.join(folder, name));
    }
  }
  return found.sort();
}

function lanes(files) {
  const rank = (file) => {
    const place = long.indexOf(file.replace(/\.test\.ts$/, ''));
    return place === -1 ? long.length : place;
  };
  const ordered = files.toSorted((one, other) => rank(one) - rank(other));
  const { yes = [], no = [] } = Object.groupBy(ordered, (file) =>
    file.startsWith('test/e2e/') ? 'yes' : 'no',
  );
  return [no, yes];
}

// Node's report of each file is a stream of events; what a test prints goes to standard error.
async function runFiles({ files, outcome, names, times }) {
  if (files.length === 0) return;
  const events = run({
    cwd: root,
    files: files.map((file) => path.join(root, file)),
    concurrency: atATime,
    execArgv: ['--import', preloaded],
    timeout: fileLimitMs,
    ...(names.length > 0 ? { testNamePatterns: names } : {}),
  });
  for await (const { type, data } of events) {
    if (type === 'test:pass') passed(outcome, data);
    else if (type === 'test:fail') failed(outcome, data);
    else if (type === 'test:stdout' || type === 'test:stderr') process.stderr.write(data.message);
    else if (type === 'test:summary' && times && data.file !== undefined) {
      const ended = `${(process.uptime() | 0).toString().padStart(4)} s`;
      const took = `${(data.duration_ms / 1000).toFixed(1).padStart(6)} s`;
      console.error(`${ended}: ${path.relative(root, data.file)} took ${took}`);
    } else if (type === 'test:diagnostic' && data.file !== undefined) {
      console.error(`${path.relative(root, data.file)}: ${data.message}`);
    }
  }
}

function passed(outcome, data) {
  if (data.skip !== undefined || data.todo !== undefined) {
    outcome.skipped.push({ name: data.name, file: fileOf(data), why: data.skip ?? data.todo });
  } else if (isWholeFile(data)) {
    // Node reports a file without any test as one passed test that bears the file's name.
    outcome.empty ??= [];
    outcome.empty.push(fileOf(data));
  } else if (data.details.type !== 'suite') outcome.passed += 1;
  if (!isWholeFile(data)) outcome.ran.add(fileOf(data));
}

function failed(outcome, data) {
  const error = data.details.error;
  outcome.ran.add(fileOf(data));
  // A parent fails with its children; counting the children is enough.
  if (error?.failureType === 'subtestsFailed') return;
  outcome.failed += 1;
  const name = isWholeFile(data) ? 'the file itself' : data.name;
  outcome.problems.push(`${where(data)} ${name}\n${explain(error)}`);
  console.error(styleText('red', `✖ ${where(data)} ${name}`));
}

function isWholeFile(data) {
  return data.nesting === 0 && path.isAbsolute(data.name) && isWanted(data.name);
}

function fileOf(data) {
  return path.relative(root, isWholeFile(data) ? data.name : (data.file ?? data.name));
}

function where(data) {
  return data.line === undefined ? fileOf(data) : `${fileOf(data)}:${data.line}`;
}

function explain(error) {
  if (error?.failureType === 'testCodeFailure' && error.exitCode !== undefined) {
    return `    ended with exit code ${error.exitCode}, signal ${error.signal}; its output stands above`;
  }
  const cause = error?.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  return text
    .split('\n')
    .filter((line) => !/^\s+at (.*\()?node:/.test(line))
    .join('\n')
    .replaceAll(`file://${root}/`, '')
    .replaceAll(`${root}/`, '')
    .replace(/^/gm, '    ');
}

function report({ outcome, files, names }) {
  const problems = [...outcome.problems];
  let failures = outcome.failed;
  const blame = (text) => {
    problems.push(text);
    failures += 1;
  };
  const allowed = JSON.parse(readFileSync(path.join(root, 'test/skips.json'), 'utf8'));
  for (const { name, file, why } of outcome.skipped) {
    if (typeof allowed[name] === 'string' && allowed[name] !== '') {
      console.error(`skipped: ${file} ${name} (${allowed[name]})`);
    } else
      blame(`${file} ${name}\n    was skipped (${why}), and test/skips.json does not allow it`);
  }
  if (names.length === 0) {
    for (const file of outcome.empty ?? []) {
      if (!outcome.ran.has(file)) blame(`${file}\n    holds no test`);
    }
  }
  if (files.length === 0) blame('no test file fits');
  else if (outcome.passed + failures === 0) blame('no test ran');
  if (problems.length > 0) console.log(`\n${problems.join('\n\n')}\n`);
  const skipped = outcome.skipped.filter(({ name }) => allowed[name]).length;
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  console.log(`${outcome.passed} passed, ${failures} failed${tail}`);
  return failures === 0 ? 0 : 1;
}

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`tests need Node 24, this is ${process.version}; run them with npm test`);
  process.exit(1);
}
await main(process.argv.slice(2));
