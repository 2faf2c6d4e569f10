// The part of memjs that is used: the package has no types of its own.
declare module "memjs" {
  interface ServerOptions {
    /** Seconds. */
    timeout?: number;
    /** Seconds. */
    conntimeout?: number;
    retries?: number;
    logger?: { log(...words: unknown[]): void };
  }
  export class Server {
    readonly host: string;
    constructor(
      host: string,
      port: number,
      user?: string,
      password?: string,
      options?: ServerOptions,
    );
  }
  export class Client {
    constructor(servers: readonly Server[], options?: ServerOptions);
    /** True when the key was not there. `expires` in seconds. */
    add(key: string, value: string, options: { expires: number }): Promise<boolean>;
    close(): void;
  }
}
