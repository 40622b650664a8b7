// A page in the background is woken once a minute at most; a worker still each second.
"use strict";

setInterval(() => postMessage(0), 1000);
