/** Randomness: secure on the host, seeded in the simulator. */

export interface Random {
  /** A number in [0, 1). */
  unit(): number;
  /** `length` random bytes, a new array. */
  bytes(length: number): Uint8Array;
}
