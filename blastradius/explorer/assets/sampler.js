'use strict';

/* Samples a harm network: many possible worlds, 32 at a time in the bits of a word.
 *
 * A world opens every arc independently with its probability; a node is reached if open arcs lead
 * to it from node 0. Evidence weighs each world by the product of the ratios of the nodes that it
 * reaches. The same estimates and intervals as blastradius/engine/montecarlo.py, from other
 * random numbers.
 *
 * Evidence can make likely worlds out of rare ones: 22 confirmed parties at even odds leave one
 * world in four million. So the posterior has worlds of its own, drawn from tilted coins, each
 * world weighed for the tilt (importance sampling); trial runs find the tilt.
 *
 * Randomness is a pure function of (seed, arc, world). So the same seed gives the same numbers,
 * and a change of one arc leaves the worlds of all others alone: before and after differ by the
 * change, not by noise. (With evidence the tilt may move a little too.) No DOM, no state outside the calls; runs in a page and in a worker.
 */
const BlastSampler = (() => {
  const Z95 = 1.959963984540054;
  const ALL = 0xffffffff | 0;
  const WORD = 32;
  /* Words of `reached` held at a time: about 4 MiB, so that a block stays near the processor. */
  const ROOM = 2 ** 20;
  const MAX_WORDS = 512;
  const TRIAL_WORDS = 256;
  const MAX_TRIALS = 16;
  const PATIENCE = 2; /* trials that find nothing better before the search ends */
  const GOOD = 0.7; /* evenness of weights that needs no improvement */

  /* ---------------------------------------------------------------- randomness */

  /* Threefry-2x32 with 13 rounds (Salmon et al. 2011, doi:10.1145/2063384.2063405): writes the
   * two random words of key (k0, k1) and counter (c0, c1) to `out`. The fewest rounds that pass
   * all of BigCrush there. */
  function threefry(k0, k1, c0, c1, out) {
    const k2 = k0 ^ k1 ^ 0x1bd11bda;
    let a = (c0 + k0) | 0;
    let b = (c1 + k1) | 0;
    a = (a + b) | 0; b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0; b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0; b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0; b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k1) | 0; b = (b + k2 + 1) | 0;
    a = (a + b) | 0; b = ((b << 17) | (b >>> 15)) ^ a;
    a = (a + b) | 0; b = ((b << 29) | (b >>> 3)) ^ a;
    a = (a + b) | 0; b = ((b << 16) | (b >>> 16)) ^ a;
    a = (a + b) | 0; b = ((b << 24) | (b >>> 8)) ^ a;
    a = (a + k2) | 0; b = (b + k0 + 2) | 0;
    a = (a + b) | 0; b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0; b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0; b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0; b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k0) | 0; b = (b + k1 + 3) | 0;
    a = (a + b) | 0; b = ((b << 17) | (b >>> 15)) ^ a;
    out[0] = a;
    out[1] = b;
  }

  /* Tells for the worlds `asked` (bits of one word) where the arc is open: where a uniform number
   * of 32 binary digits is below the threshold. Digits are drawn for all worlds at once, highest
   * first, until each world is decided: 7 draws for 32 worlds on average, not 32. */
  function openWorlds(seed, arc, word, stream, threshold, asked, out) {
    let undecided = asked;
    let open = 0;
    let rest = threshold;
    for (let pair = stream * WORD; undecided !== 0 && rest !== 0; pair++) {
      threefry(seed, arc, word, pair, out);
      for (let half = 0; half < 2; half++) {
        const digit = out[half];
        if (rest < 0) { /* the threshold's digit is 1: a 0 decides for open */
          open |= undecided & ~digit;
          undecided &= digit;
        } else {
          undecided &= ~digit;
        }
        rest <<= 1;
      }
    }
    return open;
  }

  /* ------------------------------------------------------------------- compile */

  /* Arcs by tail, readouts among them. A question with a single cause (a node whose one arc is a
   * readout) has the answer of its cause and is not sampled: `same` names that cause. */
  function compile(network) {
    const nNodes = network.n_nodes;
    const nArcs = network.tail.length;
    const same = causes(network);
    const tails = Array.from(network.tail, (node) => same[node]);
    const heads = Array.from(network.head);
    for (const [tail, head] of network.readouts) {
      if (same[head] === head) {
        tails.push(same[tail]);
        heads.push(head);
      }
    }
    const out = grouped(nNodes, tails);
    return {
      nNodes,
      nArcs,
      first: out.first,
      arcs: out.members,
      into: grouped(nNodes, heads),
      tail: Int32Array.from(tails),
      head: Int32Array.from(heads),
      sure: Uint8Array.from(network.sure, Number),
      same,
      subjects: network.subjects || {},
    };
  }

  /* Members 0, 1, ... by their node: those of node n are members[first[n]] to members[first[n + 1]],
   * the last not included. */
  function grouped(nNodes, nodes) {
    const first = new Int32Array(nNodes + 1);
    for (const node of nodes) first[node + 1]++;
    for (let node = 0; node < nNodes; node++) first[node + 1] += first[node];
    const members = new Int32Array(nodes.length);
    const next = first.slice();
    nodes.forEach((node, member) => { members[next[node]++] = member; });
    return { first, members };
  }

  function causes(network) {
    const incoming = new Int32Array(network.n_nodes);
    incoming[0] = 1; /* reached from outside */
    for (const head of network.head) incoming[head]++;
    for (const [, head] of network.readouts) incoming[head]++;
    const cause = Int32Array.from({ length: network.n_nodes }, (_, node) => node);
    for (const [tail, head] of network.readouts) {
      if (incoming[head] === 1) cause[head] = tail;
    }
    return cause.map((node) => origin(cause, node));
  }

  function origin(cause, node) {
    let at = node;
    for (let step = 0; cause[at] !== at; step++) {
      if (step > cause.length) return node; /* readouts in a circle: reached from nowhere */
      at = cause[at];
    }
    return at;
  }

  /* -------------------------------------------------------------------- sample */

  /* Starts a sample: `step` it until it is done, then `finish` it. */
  function start(compiled, request) {
    const { nNodes } = compiled;
    const { nWorlds, seed } = request;
    if (!Number.isInteger(nWorlds) || nWorlds < 1 || nWorlds > 2 ** 31) {
      throw new RangeError(`nWorlds must be a whole number of at least 1, got ${nWorlds}`);
    }
    const words = Math.min(MAX_WORDS, Math.max(8, Math.floor(ROOM / nNodes)));
    const coins = untilted(compiled, request.probability);
    const evidence = readEvidence(compiled, request.likelihood || []);
    return {
      compiled,
      nWorlds,
      seed: seed | 0,
      coins,
      evidence,
      trial: evidence.length === 0 ? null : firstTrial(compiled, coins, evidence),
      tilted: null,
      words,
      nextWord: 0,
      reached: new Int32Array(nNodes * words),
      fresh: new Int32Array(nNodes * words),
      drawn: new Int32Array(2),
      tilts: new Float64Array(words * WORD),
      weights: new Float64Array(words * WORD),
      counts: new Float64Array(nNodes),
      weighted: new Float64Array(nNodes),
      squares: new Float64Array(nNodes),
      weight: 0,
      weightSquares: 0,
      scale: -Infinity,
    };
  }

  /* The coins as they are: probabilities as whole numbers of 2^-32; -1 where an arc is open in
   * every world. */
  function untilted(compiled, probability) {
    const { nArcs, arcs, sure } = compiled;
    if (probability.length !== nArcs) {
      throw new RangeError(`${nArcs} probabilities are needed, got ${probability.length}`);
    }
    const thresholds = Float64Array.from(arcs, (_, arc) => {
      if (arc >= nArcs || sure[arc]) return -1;
      const p = probability[arc];
      if (!(p >= 0 && p <= 1)) throw new RangeError(`probability of arc ${arc} is ${p}`);
      return threshold(p);
    });
    return { thresholds, tilt: null };
  }

  function threshold(p) {
    const whole = Math.round(p * 2 ** 32);
    return whole === 2 ** 32 ? -1 : whole;
  }

  function readEvidence(compiled, likelihood) {
    return likelihood.map(([node, ratio]) => {
      if (!(node >= 0 && node < compiled.nNodes)) throw new RangeError(`no node ${node}`);
      if (!(ratio > 0 && ratio < Infinity)) throw new RangeError(`ratio must be > 0, got ${ratio}`);
      return { node: compiled.same[node], log: Math.log(ratio) };
    });
  }

  /* Does the next piece of work, a trial or a block of worlds; tells whether more is to come. */
  function step(sample) {
    if (sample.trial !== null) {
      trial(sample);
      return true;
    }
    const left = sample.nWorlds - sample.nextWord * WORD;
    const used = Math.min(sample.words * WORD, left);
    close(sample, sample.coins, used, 0, null);
    count(sample);
    if (sample.evidence.length > 0) {
      close(sample, sample.tilted, used, 0, null);
      weigh(sample, used);
    }
    sample.nextWord += sample.words;
    return left > used;
  }

  /* Closes the root under open arcs, in all worlds of the block. A node in the queue has `fresh`
   * worlds, in which it was reached but not yet left; so each arc is asked once in each world, and
   * only in worlds where harm stands at its tail. */
  function close(sample, coins, used, stream, record) {
    const { compiled, words, reached, fresh } = sample;
    reached.fill(0);
    const full = used >>> 5;
    reached.fill(ALL, 0, full);
    if (used & 31) reached[full] = (1 << (used & 31)) - 1;
    fresh.set(reached.subarray(0, words));
    sample.tilts.fill(0);
    const queue = [0];
    const queued = new Uint8Array(compiled.nNodes);
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at];
      queued[node] = 0;
      for (let i = compiled.first[node]; i < compiled.first[node + 1]; i++) {
        const arc = compiled.arcs[i];
        const head = compiled.head[arc];
        if (head !== node && pass(sample, coins, arc, stream, record) && !queued[head]) {
          queued[head] = 1;
          queue.push(head);
        }
      }
      fresh.fill(0, node * words, (node + 1) * words);
    }
  }

  /* Passes harm over one arc; tells whether its head is reached in new worlds. */
  function pass(sample, coins, arc, stream, record) {
    const { words, reached, fresh, seed, nextWord, drawn } = sample;
    const limit = coins.thresholds[arc];
    if (limit === 0) return false;
    /* A tilted arc is asked even where its head is reached, so that the weight of a world does not
     * depend on the order of the walk. */
    const tilt = coins.tilt === null ? undefined : coins.tilt.get(arc);
    const from = sample.compiled.tail[arc] * words;
    const to = sample.compiled.head[arc] * words;
    let any = 0;
    for (let word = 0; word < words; word++) {
      const known = tilt === undefined ? reached[to + word] : 0;
      const asked = fresh[from + word] & ~known;
      if (asked === 0) continue;
      const open = limit < 0
        ? asked
        : openWorlds(seed, arc, nextWord + word, stream, limit | 0, asked, drawn);
      if (tilt !== undefined) {
        addTo(sample.tilts, word, open, tilt.open);
        addTo(sample.tilts, word, asked & ~open, tilt.closed);
        if (record !== null) record.get(arc)[word] |= open;
      }
      const reachedNow = open & ~reached[to + word];
      reached[to + word] |= reachedNow;
      fresh[to + word] |= reachedNow;
      any |= reachedNow;
    }
    return any !== 0;
  }

  function addTo(numbers, word, worlds, amount) {
    for (let bits = worlds; bits !== 0; bits &= bits - 1) {
      numbers[word * WORD + 31 - Math.clz32(bits & -bits)] += amount;
    }
  }

  function count(sample) {
    const { words, reached, counts } = sample;
    for (let node = 0; node < counts.length; node++) {
      let sum = 0;
      for (let i = node * words; i < (node + 1) * words; i++) sum += bitCount(reached[i]);
      counts[node] += sum;
    }
  }

  function bitCount(word) {
    let x = word - ((word >>> 1) & 0x55555555);
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }

  /* ---------------------------------------------------------------------- tilt */

  function firstTrial(compiled, coins, evidence) {
    const tilted = firstTilt(compiled, coins, evidence);
    return { tilted, heat: 0, number: 0, best: tilted, worth: 0, since: 0 };
  }

  /* Coins whose tilt is nothing yet, of the uncertain arcs that can lead to evidence. */
  function firstTilt(compiled, { thresholds }, evidence) {
    const leads = new Uint8Array(compiled.nNodes);
    const stack = evidence.map(({ node }) => node);
    const tilt = new Map();
    while (stack.length > 0) {
      const node = stack.pop();
      if (leads[node]) continue;
      leads[node] = 1;
      const { first, members } = compiled.into;
      for (let i = first[node]; i < first[node + 1]; i++) {
        const arc = members[i];
        if (thresholds[arc] === 0 || compiled.tail[arc] === node) continue;
        stack.push(compiled.tail[arc]);
        if (thresholds[arc] > 0) {
          const p = thresholds[arc] / 2 ** 32;
          tilt.set(arc, { p, q: p, open: 0, closed: 0 });
        }
      }
    }
    return { thresholds: thresholds.slice(), tilt };
  }

  /* One trial: samples worlds from the coins tilted so far, and tilts them further towards the
   * worlds that the evidence favours (the cross-entropy method). As long as few worlds would have
   * most of the weight, the evidence is taken at a part of its strength, its `heat`. The tilt with
   * the most even weights in its trial is the one that is used. */
  function trial(sample) {
    const { trial: now, tilts } = sample;
    const words = Math.min(sample.words, TRIAL_WORDS);
    const used = words * WORD;
    const record = new Map();
    for (const arc of now.tilted.tilt.keys()) record.set(arc, new Int32Array(words));
    close(sample, now.tilted, used, 1 + now.number, record);
    const ofEvidence = new Float64Array(used);
    addEvidence(sample, ofEvidence);
    const weights = new Float64Array(used);
    const even = worth(relativeWeights(tilts, ofEvidence, 1, weights));
    if (even > now.worth) Object.assign(now, { best: now.tilted, worth: even, since: 0 });
    else now.since++;
    now.number++;
    if (even > GOOD * used || now.since === PATIENCE || now.number === MAX_TRIALS) {
      sample.tilted = now.best;
      sample.trial = null;
      return;
    }
    now.heat = strongest(tilts, ofEvidence, now.heat, weights);
    now.tilted = tiltFurther(sample, record, relativeWeights(tilts, ofEvidence, now.heat, weights));
  }

  /* The greatest heat up to 1 at which the weights are worth a quarter of the worlds. */
  function strongest(tilts, ofEvidence, heat, weights) {
    const enough = weights.length / 4;
    const fits = (x) => worth(relativeWeights(tilts, ofEvidence, x, weights)) >= enough;
    if (fits(1)) return 1;
    let [low, high] = [heat, 1];
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return high;
  }

  /* Weights of worlds, relative to the largest; written to `weights`. */
  function relativeWeights(tilts, ofEvidence, heat, weights) {
    let most = -Infinity;
    for (let world = 0; world < weights.length; world++) {
      weights[world] = tilts[world] + heat * ofEvidence[world];
      if (weights[world] > most) most = weights[world];
    }
    for (let world = 0; world < weights.length; world++) {
      weights[world] = Math.exp(weights[world] - most);
    }
    return weights;
  }

  /* The number of even weights that these are worth. */
  function worth(weights) {
    let sum = 0;
    let squares = 0;
    for (const w of weights) {
      sum += w;
      squares += w * w;
    }
    return sum ** 2 / squares;
  }

  function tiltFurther(sample, record, weights) {
    const { compiled: { tail }, reached, words, trial: { tilted } } = sample;
    const thresholds = tilted.thresholds.slice();
    const tilt = new Map(tilted.tilt);
    const scale = worth(weights) / weights.reduce((a, b) => a + b, 0);
    for (const [arc, openIn] of record) {
      let open = 0;
      let asked = 0;
      for (let word = 0; word < openIn.length; word++) {
        open += scale * sumOver(weights, word, openIn[word]);
        asked += scale * sumOver(weights, word, reached[tail[arc] * words + word]);
      }
      const { p, q } = tilt.get(arc);
      const next = threshold(nextTilt(q, open, asked));
      if (next <= 0) continue; /* too near to 0 or 1 for a coin */
      thresholds[arc] = next;
      const drawn = next / 2 ** 32; /* what is drawn in fact, so that the weights are right */
      tilt.set(arc, {
        p, q: drawn, open: Math.log(p / drawn), closed: Math.log((1 - p) / (1 - drawn)),
      });
    }
    return { thresholds, tilt };
  }

  /* How often a coin is open in the worlds that ask it, held back by a few worlds that are as
   * before: a coin must not be ruled out because a trial did not see it. What may be chance stays:
   * small errors of thousands of coins would make the weights uneven. */
  function nextTilt(q, open, asked) {
    const held = 8;
    const chance = 3 * Math.sqrt(asked * q * (1 - q));
    if (Math.abs(open - q * asked) < chance) return q;
    return (open + held * q) / (asked + held);
  }

  function sumOver(numbers, word, worlds) {
    let sum = 0;
    for (let bits = worlds; bits !== 0; bits &= bits - 1) {
      sum += numbers[word * WORD + 31 - Math.clz32(bits & -bits)];
    }
    return sum;
  }

  /* ------------------------------------------------------------------- weights */

  /* Adds the weights of the block's worlds, in total and for each node. They are kept relative to
   * the largest so far: products of many ratios leave the range of floats. */
  function weigh(sample, used) {
    const { weights, weighted, squares } = sample;
    weights.set(sample.tilts);
    addEvidence(sample, weights);
    let most = sample.scale;
    for (let world = 0; world < used; world++) most = Math.max(most, weights[world]);
    const shrink = Math.exp(sample.scale - most);
    sample.scale = most;
    sample.weight *= shrink;
    sample.weightSquares *= shrink * shrink;
    for (let world = 0; world < used; world++) {
      const w = Math.exp(weights[world] - most);
      weights[world] = w;
      sample.weight += w;
      sample.weightSquares += w * w;
    }
    for (let node = 0; node < weighted.length; node++) {
      weighted[node] *= shrink;
      squares[node] *= shrink * shrink;
      if (sample.compiled.same[node] === node) addReached(sample, node);
    }
  }

  /* Adds to logarithms of weights the ratios of what each world reaches. */
  function addEvidence({ words, reached, evidence }, logs) {
    const used = Math.min(words, logs.length / WORD);
    for (const { node, log } of evidence) {
      for (let word = 0; word < used; word++) addTo(logs, word, reached[node * words + word], log);
    }
  }

  function addReached(sample, node) {
    const { words, reached, weights } = sample;
    let sum = 0;
    let ofSquares = 0;
    for (let word = 0; word < words; word++) {
      for (let bits = reached[node * words + word]; bits !== 0; bits &= bits - 1) {
        const w = weights[word * WORD + 31 - Math.clz32(bits & -bits)];
        sum += w;
        ofSquares += w * w;
      }
    }
    sample.weighted[node] += sum;
    sample.squares[node] += ofSquares;
  }

  /* ------------------------------------------------------------------- results */

  function finish(sample) {
    const { nWorlds, counts, compiled: { same } } = sample;
    const prior = Float64Array.from(same, (node) => counts[node] / nWorlds);
    if (sample.evidence.length === 0) { /* every world weighs 1 */
      sample.weight = nWorlds;
      sample.weightSquares = nWorlds;
      sample.weighted = counts;
      sample.squares = counts;
    }
    const { weight, weightSquares, weighted, squares } = sample;
    const effectiveWorlds = weight ** 2 / weightSquares;
    const posterior = Float64Array.from(same, (node) => Math.min(weighted[node] / weight, 1));
    const halfWidth = Float64Array.from(same, (node, i) => {
      const p = posterior[i];
      /* Delta method for a ratio of sums; never below 3 / worlds, the rule of three for what was
       * not seen at all. */
      const spread = squares[node] * (1 - 2 * p) + p ** 2 * weightSquares;
      const width = (Z95 * Math.sqrt(Math.max(spread, 0))) / weight;
      return Math.min(Math.max(width, 3 / effectiveWorlds), 1);
    });
    return { nWorlds, prior, posterior, halfWidth, effectiveWorlds, largestShare: 1 / weight };
  }

  /* Samples `nWorlds` worlds. Returns {nWorlds, prior, posterior, halfWidth, effectiveWorlds,
   * largestShare}: halfWidth is that of the posterior, at 95 %; effectiveWorlds is how many worlds
   * of even weight the posterior's are worth; largestShare is the heaviest one's part of all
   * weight. Throws a RangeError on impossible input. */
  function run(compiled, request) {
    const sample = start(compiled, request);
    let more = true;
    while (more) more = step(sample);
    return finish(sample);
  }

  /* Score and events of every party, from the probabilities `p` of the nodes. */
  function scores({ subjects }, p) {
    const at = (node) => (node === null || node === undefined ? 0 : p[node]);
    return Object.fromEntries(Object.entries(subjects).map(([party, nodes]) => [party, {
      score: nodes.levels.reduce((sum, [node, points]) => sum + points * p[node], 0),
      exposed: at(nodes.exposed),
      compromised: at(nodes.compromised),
      disrupted: at(nodes.disrupted),
      harmed: at(nodes.harmed),
    }]));
  }

  return Object.freeze({ compile, run, scores, start, step, finish, threefry });
})();

/* In a worker: the first message is {network}; each further one is a request with an `id`, and is
 * answered by {id, result} or {id, error}. Only the newest request is worked on: an older one that
 * is not done is dropped without an answer, so that a slider never waits for its own past. */
if (typeof WorkerGlobalScope !== 'undefined' && self instanceof WorkerGlobalScope) {
  const SLICE_MS = 20;
  const WARM_UP_MS = 100;
  let compiled = null;
  let current = null; /* {id, request, sample} */

  const answer = (message, transfer) => {
    current = null;
    self.postMessage(message, transfer);
  };

  const work = (job) => {
    if (job !== current) return;
    try {
      job.sample ??= BlastSampler.start(compiled, job.request);
      const end = performance.now() + SLICE_MS;
      while (BlastSampler.step(job.sample)) {
        if (performance.now() > end) {
          setTimeout(work, 0, job); /* lets newer requests in */
          return;
        }
      }
      const result = BlastSampler.finish(job.sample);
      const arrays = [result.prior, result.posterior, result.halfWidth];
      answer({ id: job.id, result }, arrays.map((array) => array.buffer));
    } catch (error) {
      answer({ id: job.id, error: String(error) });
    }
  };

  /* Samples a little, so that the first request does not wait for the browser's compiler. */
  const warmUp = (network) => {
    const end = performance.now() + WARM_UP_MS;
    const sample = BlastSampler.start(compiled, { ...network, nWorlds: 100000, seed: 0 });
    while (BlastSampler.step(sample) && performance.now() < end);
  };

  self.onmessage = ({ data }) => {
    if (data.network) {
      compiled = BlastSampler.compile(data.network);
      warmUp(data.network);
      return;
    }
    current = { id: data.id, request: data, sample: null };
    setTimeout(work, 0, current);
  };
}
