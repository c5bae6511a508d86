import trivium from './index.cjs';

export const { AsyncOperation, AsyncStatus, load, codeOf, version, liveObjects } = trivium;
export default trivium;
