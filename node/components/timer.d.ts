// Types of `trivium/timer`: waits for time. All times are in milliseconds, except what countdown reports.
import type { AsyncOperation, CallOptions } from '../index.js';

declare namespace timer {
  /** Completes when the time has passed; at once if that is zero. */
  function delay(duration: number, options?: CallOptions): AsyncOperation<void>;

  /** Likewise; reports at once and every `interval` how many seconds remain. */
  function countdown(
    duration: number,
    interval: number,
    options?: CallOptions<number>,
  ): AsyncOperation<void, number>;
}

export = timer;
