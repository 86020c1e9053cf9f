// The recurrent layers in plain JavaScript, on nested arrays: rows of numbers.

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** Multiply a row vector by a matrix. */
const times = (row, matrix) =>
  matrix[0].map((_, j) => row.reduce((sum, value, i) => sum + value * matrix[i][j], 0));

const plus = (...rows) => rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0));

/** Cut a row into blocks of `units` columns. */
const blocks = (row, units) =>
  Array.from({ length: row.length / units }, (_, i) => row.slice(i * units, (i + 1) * units));

/** One step of each cell for one row of the batch: the new states; the first is the output. */
const CELLS = {
  simple_rnn: ({ kernel, recurrent_kernel, bias }, x, [h]) => [
    plus(times(x, kernel), bias, times(h, recurrent_kernel)).map(Math.tanh),
  ],

  lstm: ({ kernel, recurrent_kernel, bias }, x, [h, c]) => {
    const z = plus(times(x, kernel), bias, times(h, recurrent_kernel));
    const [i, f, g, o] = blocks(z, h.length);
    const next = c.map((old, j) => sigmoid(f[j]) * old + sigmoid(i[j]) * Math.tanh(g[j]));
    return [next.map((value, j) => sigmoid(o[j]) * Math.tanh(value)), next];
  },

  gru: ({ kernel, recurrent_kernel, bias }, x, [h]) => {
    const [xz, xr, xh] = blocks(plus(times(x, kernel), bias[0]), h.length);
    const [hz, hr, hh] = blocks(plus(times(h, recurrent_kernel), bias[1]), h.length);
    const candidate = xh.map((value, j) => Math.tanh(value + sigmoid(xr[j] + hr[j]) * hh[j]));
    return [mix(plus(xz, hz), h, candidate)];
  },

  gru_reset_before: ({ kernel, recurrent_kernel, bias }, x, [h]) => {
    const [xz, xr, xh] = blocks(plus(times(x, kernel), bias), h.length);
    const [hz, hr] = blocks(times(h, recurrent_kernel), h.length);
    const reset = h.map((value, j) => sigmoid(xr[j] + hr[j]) * value);
    const hh = blocks(times(reset, recurrent_kernel), h.length)[2];
    return [mix(plus(xz, hz), h, plus(xh, hh).map(Math.tanh))];
  },
};

const mix = (z, h, candidate) =>
  h.map((old, j) => sigmoid(z[j]) * old + (1 - sigmoid(z[j])) * candidate[j]);

/**
 * Run a layer of one or more cells over one sequence.
 *
 * `x` has a row for each step, `mask` a value for each step or is undefined, `states` has for each
 * cell a list of rows. Returns the output of every step in the order of processing, and the states.
 */
export function runLayer(kind, cells, x, mask, states, backwards) {
  const steps = x.map((_, t) => (backwards ? x.length - 1 - t : t));
  const outputs = [];
  for (const t of steps) {
    let output = x[t];
    const after = cells.map((cell, i) => {
      const next = CELLS[kind](cell, output, states[i]);
      output = next[0];
      return next;
    });
    if (mask === undefined || mask[t]) {
      states = after;
      outputs.push(output);
    } else {
      outputs.push(outputs.length ? outputs.at(-1) : output.map(() => 0));
    }
  }
  return { outputs, states };
}
