import timer from './timer.cjs';

export const { countdown, delay } = timer;
export default timer;
