import trivium from './index.cjs';

export const { AsyncOperation, AsyncStatus, load, version, liveObjects } = trivium;
export default trivium;
