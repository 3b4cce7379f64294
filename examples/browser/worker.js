// Computes beside the page, which stays responsive meanwhile.

import { damage, mask, restored, toBytes, toPlanes } from "./restore.js";

self.onmessage = async ({ data: { bytes, width, height } }) => {
  try {
    const began = performance.now();
    const planes = toPlanes(bytes);
    self.postMessage({ doing: "Looking for scratches …" });
    const damaged = mask(await damage(planes, width, height), width, height);
    self.postMessage({ doing: "Restoring …" });
    const done = toBytes(await restored(planes, damaged, width, height));
    self.postMessage({ bytes: done, seconds: (performance.now() - began) / 1000 }, [done.buffer]);
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
self.onerror = (event) => self.postMessage({ error: event.message });
