import timer from './timer.js';
export import countdown = timer.countdown;
export import delay = timer.delay;
export default timer;
