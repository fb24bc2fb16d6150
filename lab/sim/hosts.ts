/** Which device is at which host: each at its own name, until it moves. */

export class Hosts {
  readonly #byDevice = new Map<string, string>();
  readonly #byHost = new Map<string, string>();
  readonly #left = new Set<string>();

  hostOf(device: string): string {
    return this.#byDevice.get(device) ?? device;
  }

  /** Undefined if nobody is there: whoever lived there has moved away. */
  deviceAt(host: string): string | undefined {
    return this.#byHost.get(host) ?? (this.#left.has(host) ? undefined : host);
  }

  /** From now on; whoever was there before is there no more, and has to be moved as well to be found. */
  move(device: string, host: string): void {
    const left = this.hostOf(device);
    if (this.#byHost.get(left) === device) this.#byHost.delete(left);
    this.#left.add(left);
    this.#byDevice.set(device, host);
    this.#byHost.set(host, device);
  }
}

/** `tcp://NAME:PORT`; undefined if it is none. */
export function parseAddress(
  address: string,
): { readonly name: string; readonly port: number } | undefined {
  const match = /^tcp:\/\/([^/:]+):(\d{1,5})$/.exec(address);
  const [, name, port] = match ?? [];
  return name === undefined ? undefined : { name, port: Number(port) };
}
