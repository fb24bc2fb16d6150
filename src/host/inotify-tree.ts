/** Which watch stands for which directory: a tree, so that a directory that moves away takes all below it along. */

/** A directory below the root; one without a watch is only on the way to others. */
interface Node {
  readonly name: string;
  readonly parent: Node | undefined;
  readonly children: Map<string, Node>;
  watch: number | undefined;
}

/** Paths are relative to the root, '' is the root itself. */
export class InotifyTree {
  readonly #root: Node = makeNode('', undefined);
  readonly #byWatch = new Map<number, Node>();

  /** How many directories are watched. */
  get size(): number {
    return this.#byWatch.size;
  }

  /** The directory that a watch stands for; undefined if it was dropped since. */
  pathOf(watch: number): string | undefined {
    const node = this.#byWatch.get(watch);
    return node === undefined ? undefined : pathOfNode(node);
  }

  /** Notes a watch. The kernel gives one directory one watch, so its former place loses it. */
  set(path: string, watch: number): void {
    const node = this.#make(path);
    const former = this.#byWatch.get(watch);
    if (former !== undefined) former.watch = undefined;
    if (node.watch !== undefined) this.#byWatch.delete(node.watch);
    node.watch = watch;
    this.#byWatch.set(watch, node);
  }

  /** The kernel dropped a watch by itself. */
  forget(watch: number): void {
    const node = this.#byWatch.get(watch);
    this.#byWatch.delete(watch);
    if (node === undefined) return;
    node.watch = undefined;
    if (node.children.size === 0) node.parent?.children.delete(node.name);
  }

  /** Takes out a directory and all below it; their watches, for the caller to remove. */
  remove(path: string): readonly number[] {
    const node = this.#find(path);
    if (node === undefined) return [];
    node.parent?.children.delete(node.name);
    const watches: number[] = [];
    const left = [node];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      left.push(...next.children.values());
      if (next.watch === undefined) continue;
      watches.push(next.watch);
      this.#byWatch.delete(next.watch);
      next.watch = undefined;
    }
    return watches;
  }

  /** Names of the known directories in a directory. */
  childrenOf(path: string): readonly string[] {
    return [...(this.#find(path)?.children.keys() ?? [])];
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of partsOf(path)) node = node?.children.get(part);
    return node;
  }

  #make(path: string): Node {
    let node = this.#root;
    for (const part of partsOf(path)) {
      const known: Node | undefined = node.children.get(part);
      const next = known ?? makeNode(part, node);
      node.children.set(part, next);
      node = next;
    }
    return node;
  }
}

/** The path of a name in a directory. */
export function joinPath(dir: string, name: string): string {
  return dir === '' ? name : `${dir}/${name}`;
}

function makeNode(name: string, parent: Node | undefined): Node {
  return { name, parent, children: new Map(), watch: undefined };
}

function partsOf(path: string): readonly string[] {
  return path === '' ? [] : path.split('/');
}

function pathOfNode(node: Node): string {
  let path = node.name;
  for (let at = node.parent; at !== undefined && at.name !== ''; at = at.parent) {
    path = `${at.name}/${path}`;
  }
  return path;
}
