// Types of `trivium/hashing`: digests of files.
import type { AsyncOperation, CallOptions } from '../index.js';

declare namespace hashing {
  const Algorithm: {
    readonly Sha256: 'sha256';
    readonly Sha1: 'sha1';
    readonly Sha512: 'sha512';
    readonly Sha3_256: 'sha3256';
    readonly Blake2b512: 'blake2b512';
    readonly Md5: 'md5';
  };
  type Algorithm = (typeof Algorithm)[keyof typeof Algorithm];

  interface TreeProgress {
    readonly filesDone: number;
    readonly bytesDone: number;
  }

  /** The digest of a file; progress is the number of bytes read. */
  function hashFile(path: string, options?: CallOptions<number>): AsyncOperation<Buffer, number>;
  function hashFile(
    path: string,
    algorithm?: Algorithm,
    options?: CallOptions<number>,
  ): AsyncOperation<Buffer, number>;

  /** The digest of the sorted digests of all regular files below a directory. */
  function hashTree(root: string, options?: CallOptions<TreeProgress>): AsyncOperation<Buffer, TreeProgress>;
  function hashTree(
    root: string,
    algorithm?: Algorithm,
    options?: CallOptions<TreeProgress>,
  ): AsyncOperation<Buffer, TreeProgress>;

  /** How many regular files there are below a directory. */
  function countFiles(root: string, options?: CallOptions): AsyncOperation<number>;

  /** The algorithms that can be used here. */
  function algorithms(): string[];
}

export = hashing;
