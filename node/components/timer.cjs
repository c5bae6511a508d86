'use strict';

module.exports = require('../component.js').load('timer');
