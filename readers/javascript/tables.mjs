// Looks at what the entries of a manifest refer to, before anything follows them.

import { require } from "./files.mjs";

const SIZES = { bool: 1, float16: 2, float32: 4, float64: 8, int32: 4, upper_half_of_float32: 2 };
const MOST_AXES = 8;
const MOST_EMPTY_ROWS = 4096;

/** Return what an index stands for. */
export function item(table, index, what) {
  require(index < table.length, `${what} ${index} is not there, only ${table.length}`);
  return table[index];
}

/** Refuse a text that is in a list twice. */
export function refuseTwice(texts, what) {
  const met = new Set();
  const twice = texts.find((text) => met.has(text) || !met.add(text));
  require(twice === undefined, `${what} ${twice} is there twice`);
}

/** Look at the layout or refusal that an answer refers to, and at its arrays. */
export function lookAtAnswer({ layout, refusal, arrays: own }, manifest, arrays, where) {
  if (refusal !== undefined) item(manifest.refusals, refusal, `${where} refusal`);
  if (layout === undefined) return;
  const names = item(manifest.layouts, layout, `${where} layout`).arrays;
  require(names.length === own.length, `${where} its arrays are not those of its layout`);
  refuseTwice(names, `${where} the array`);
  own.forEach((index) => item(arrays, index, `${where} array`));
}

export function lookAtShape({ shape }, where) {
  require(shape.length <= MOST_AXES, `${where}: it cannot be of shape ${shape}`);
}

/**
 * Return {dtype, shape, bytes} of an array that begins at that place of a file, {bytes, left}.
 *
 * As no two arrays overlap, `left` bytes are for this one and those that come.
 */
export function arrayAt(file, { dtype, shape }, offset, where) {
  lookAtShape({ shape }, where);
  // An axis of 0 must not hide how many rows the others tell of.
  const rows = shape.reduce((product, n) => product * Math.max(n, 1), 1);
  const right = rows <= Math.max(file.bytes.length, MOST_EMPTY_ROWS);
  require(right, `${where}: it cannot be of shape ${shape}`);
  const size = shape.reduce((product, n) => product * n, 1) * SIZES[dtype];
  require(offset + size <= file.bytes.length, `${where}: it is not inside its file`);
  file.left -= size;
  require(file.left >= 0, `${where}: it overlaps another`);
  const bytes = file.bytes.subarray(offset, offset + size);
  require(dtype !== "bool" || bytes.every((b) => b < 2), `${where}: it has a bool that is neither`);
  return { dtype, shape, bytes };
}

// Typed arrays have the byte order of the machine; all that run Node are little-endian.
export function numbers({ dtype, bytes }) {
  // A copy, so that it begins where every typed array can view it.
  const { buffer } = new Uint8Array(bytes);
  if (dtype === "bool") return new Uint8Array(buffer);
  if (dtype === "float32") return new Float32Array(buffer);
  if (dtype === "float64") return new Float64Array(buffer);
  require(dtype === "upper_half_of_float32", `this reader has no numbers of ${dtype}`);
  const halves = new Uint16Array(buffer);
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
