/** Authenticated byte streams between devices. TLS stands below this port on the host; in the simulator there is none. */

export interface Network {
  /** Accepts connections at `tcp://HOST:PORT` until the signal aborts. LISTEN_FAILED if the address cannot be had. */
  listen(address: string, signal: AbortSignal): Promise<Listener>;
  /** One attempt, handshake included, at most 10 s; DIAL_FAILED with the cause. */
  dial(address: string, signal: AbortSignal): Promise<Connection>;
}

export interface Listener {
  /** The address really in use (a port 0 filled in). */
  readonly address: string;
  /** Connections whose handshake is complete; ends when the listener does. Failed handshakes never appear here. */
  readonly connections: AsyncIterable<Connection>;
}

/** An encrypted stream to whoever holds the key of `certificate`; whether we want them is the caller's to decide. */
export interface Connection {
  /** The other side's certificates, DER, leaf first, as many as it presented (0 too). */
  readonly certificates: readonly Uint8Array[];
  /** The other side's address as `tcp://HOST:PORT`. */
  readonly address: string;
  readonly direction: 'dialled' | 'accepted';
  /**
   * What came since the last look, in pieces; they are the reader's until it asks for the next ones, and may be gone then.
   * Ends at the end of the stream; CONNECTION_LOST if it broke. One reader.
   */
  readonly incoming: AsyncIterable<readonly Uint8Array[]>;
  /** Sends bytes in order; resolves when the socket wants more. CONNECTION_LOST if it is gone. A buffer changes hands with its last byte. */
  write(parts: readonly Uint8Array[]): Promise<void>;
  /** Sends what was written, then ends; gives up after 10 s. Safe to call again. */
  close(): Promise<void>;
  /** Ends at once. */
  destroy(): void;
}
