// Types of the package `trivium`.

/** How far an operation is. */
export type AsyncStatusName = 'started' | 'completed' | 'canceled' | 'error';

/** The names of the states, as Windows spells them. */
export declare const AsyncStatus: {
  readonly Started: 'started';
  readonly Completed: 'completed';
  readonly Canceled: 'canceled';
  readonly Error: 'error';
  /** Only ever what the `completed` handler of a closed operation is told. */
  readonly Closed: 'closed';
};

/** What every asynchronous method takes behind its own arguments. */
export interface CallOptions<P = unknown> {
  /** Cancels the operation; the promise rejects with `signal.reason` itself. */
  signal?: AbortSignal;
  /** Called for reports of progress, as with `op.onProgress`. */
  onProgress?: (progress: P) => void;
}

/** What a failed operation, or a refused call, rejects with. TypeError and RangeError carry the same two. */
export interface TriviumError extends Error {
  /** A name that is the same in every language: `ENOENT`, `TIMEOUT`, `OUT_OF_RANGE`. */
  code: string;
  /** The HRESULT, unsigned: `0x80070002`. */
  hresult: number;
}

/**
 * An operation under way: a promise with the timing of native promises, for its outcome, and what else can be done with
 * it. Made by calling an asynchronous method of a component.
 */
export declare class AsyncOperation<T, P = never> extends Promise<T> {
  private constructor();

  then<R1 = T, R2 = never>(
    onfulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
    onprogress?: ((progress: P) => void) | null,
  ): Promise<R1 | R2>;

  /** As `then`, for the end of a chain: what nobody handles is an uncaught exception. */
  done(
    onfulfilled?: ((value: T) => void) | null,
    onrejected?: ((reason: any) => void) | null,
    onprogress?: ((progress: P) => void) | null,
  ): void;

  /**
   * Asks the work to stop. The promise rejects with an AbortError (code `ABORT_ERR`), unless there is an outcome
   * already; that rejection counts as handled.
   */
  cancel(): void;

  readonly status: AsyncStatusName;
  /** Unique in the process; 0 for a call that was refused before it became an operation. */
  readonly id: number;

  /**
   * Calls back for reports of progress: on the loop, the latest value, never after the end, in the asynchronous context
   * of this call. Returns the function that ends that.
   */
  onProgress(callback: (progress: P) => void): () => void;

  /** One handler, which the next one replaces; as with `onProgress`. */
  progress: ((progress: P) => void) | null;

  /** The reports as an async iterator: the latest one each time, until the operation is over. */
  reports(): AsyncIterableIterator<P>;

  /**
   * A new operation with the outcome of this one. If that takes longer than `ms` milliseconds, it cancels this one, and
   * fails with code `TIMEOUT`.
   */
  timeout(ms: number): AsyncOperation<T, P>;

  /** The raw face: IAsyncInfo and its kin. null for a call that was refused before it became an operation. */
  readonly operation: RawOperation<T, P> | null;
}

/** The interfaces of the Windows Runtime, rule for rule. What the state forbids throws with code ILLEGAL_METHOD_CALL. */
export interface RawOperation<T, P = never> {
  readonly id: number;
  readonly status: AsyncStatusName;
  /** The HRESULT of the failure, 0 if there is none. */
  readonly errorCode: number;
  cancel(): void;
  /** Gives the result up. Throws while the operation is started. */
  close(): void;
  getResults(): T;
  /** Called when the work has stopped; can be set once. */
  completed: ((operation: this, status: AsyncStatusName | 'closed') => void) | null;
  progress: ((operation: this, progress: P) => void) | null;
}

export interface LoadOptions {
  /** 64-bit integers come as bigints. Without it they come as numbers, and beyond 2^53-1 there is a RangeError. */
  bigint?: boolean;
}

/**
 * Loads a component: by name, from the directories in TRIVIUM_PATH and beside the addon, by path if there is a separator
 * in it, or by file: URL. The same file gives the same object.
 */
export declare function load<C = Record<string, any>>(name: string | URL, options?: LoadOptions): C;

/** The code string of an HRESULT, as errors carry it: 'ENOENT' for 0x80070002. */
export declare function codeOf(hresult: number): string;

/** The version of the package. */
export declare const version: string;

/** How many objects there are at the moment, by kind: for tests that look for leaks. */
export declare function liveObjects(): Record<'asyncs' | 'waiters' | 'dispatchers' | 'strings' | 'buffers', number>;
