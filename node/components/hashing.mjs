import hashing from './hashing.cjs';

export const { Algorithm, algorithms, countFiles, hashFile, hashTree } = hashing;
export default hashing;
