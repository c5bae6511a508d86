import hashing from './hashing.js';
export import Algorithm = hashing.Algorithm;
export import TreeProgress = hashing.TreeProgress;
export import algorithms = hashing.algorithms;
export import countFiles = hashing.countFiles;
export import hashFile = hashing.hashFile;
export import hashTree = hashing.hashTree;
export default hashing;
