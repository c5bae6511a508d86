export * from './index.js';
import * as trivium from './index.js';
export default trivium;
