/** An index drawn by its score: at temperature 1 as often as the model thinks, below it more often the likely ones. */
export function draw(scores, temperature, random) {
  const most = Math.max(...scores);
  const weights = Array.from(scores, (score) => Math.exp((score - most) / temperature));
  let at = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let index = 0; index < weights.length; index++) {
    at -= weights[index];
    if (at < 0) return index;
  }
  return weights.length - 1;
}

/**
 * Names that begin with `start`. The stream reads the start once; every name goes on from a fork of it.
 *
 * @param letters the model's alphabet, by id; a newline begins and ends a name.
 * @throws {RangeError} `start` has a letter that the model does not know.
 */
export function spell(model, letters, { start = '', count, temperature, random, longest = 40 }) {
  const idOf = (letter) => {
    const id = letters.indexOf(letter);
    if (id < 0) throw new RangeError(`the model knows no "${letter}", only ${letters.trim()}`);
    return id;
  };
  const stream = model.createStream();
  const begun = new Float32Array(letters.length);
  for (const letter of `\n${start}`) stream.step([idOf(letter)], begun);
  const names = Array.from({ length: count }, () => {
    const fork = stream.fork();
    const scores = begun.slice();
    let name = start;
    while (name.length < longest) {
      const id = draw(scores, temperature, random);
      if (letters[id] === '\n') break;
      name += letters[id];
      fork.step([id], scores);
    }
    fork.dispose();
    return name;
  });
  stream.dispose();
  return names;
}
