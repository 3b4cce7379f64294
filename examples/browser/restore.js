// A photo restored in the browser: damage is found, then all is restored. Nothing is sent anywhere.
//
// Pictures are planes: Float32Array of red, then green, then blue, row by row, 0 to 1.

import * as ort from "./onnxruntime-web/ort.wasm.min.mjs";

ort.env.wasm.wasmPaths = new URL("./onnxruntime-web/", import.meta.url).href;
ort.env.logLevel = "error";

// Of ITU-R BT.601, as the detector learnt it.
const LUMA = [0.299, 0.587, 0.114];
// What is damage, and by how many pixels it is widened, as in the program.
const THRESHOLD = 0.7;
const WIDEN = 2;

const sessions = new Map();

async function session(name) {
  if (!sessions.has(name)) {
    const file = new URL(`./networks/${name}.int8.onnx`, import.meta.url).href;
    sessions.set(name, ort.InferenceSession.create(file, { executionProviders: ["wasm"] }));
  }
  return sessions.get(name);
}

/** RGBA bytes of a canvas to planes. */
export function toPlanes(bytes) {
  const count = bytes.length / 4;
  const planes = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) planes[channel * count + i] = bytes[4 * i + channel] / 255;
  }
  return planes;
}

/** Planes to RGBA bytes, opaque. */
export function toBytes(planes) {
  const count = planes.length / 3;
  const bytes = new Uint8ClampedArray(4 * count);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) bytes[4 * i + channel] = planes[channel * count + i] * 255;
    bytes[4 * i + 3] = 255;
  }
  return bytes;
}

/** The probability of damage of each pixel. */
export async function damage(planes, width, height) {
  const count = width * height;
  const grey = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    grey[i] = LUMA[0] * planes[i] + LUMA[1] * planes[count + i] + LUMA[2] * planes[2 * count + i];
  }
  const found = await (await session("scratch_detector")).run({ grey: new ort.Tensor("float32", grey, [1, 1, height, width]) });
  return found.probability.data;
}

/** 1 where something within some pixels is damaged, else 0. */
export function mask(probability, width, height) {
  const wide = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (probability[y * width + x] <= THRESHOLD) continue;
      for (let row = Math.max(0, y - WIDEN); row <= Math.min(height - 1, y + WIDEN); row++) {
        wide.fill(1, row * width + Math.max(0, x - WIDEN), row * width + Math.min(width - 1, x + WIDEN) + 1);
      }
    }
  }
  return wide;
}

/** The restored photo; sides are at least 64 pixels. `tone` 0 leaves fading as it is. */
export async function restored(planes, damaged, width, height, tone = 1) {
  const outputs = await (await session("restorer")).run({
    photo: new ort.Tensor("float32", planes, [1, 3, height, width]),
    mask: new ort.Tensor("float32", damaged, [1, 1, height, width]),
    tone: new ort.Tensor("float32", Float32Array.of(tone), [1]),
  });
  return outputs.spared.data;
}
