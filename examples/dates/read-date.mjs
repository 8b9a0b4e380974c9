/** Figures of an answer: 2024-10-03. */
const LENGTH = 10;

/**
 * Reads dates as people write them: `read('3rd of October 2024')` is `2024-10-03`.
 *
 * @param encoder, decoder models; the state of the one is where the other begins.
 * @param letters, answer their alphabets. 0 is padding, so a letter's id is its place and 1; an answer begins with its first letter.
 */
export function dateReader(encoder, decoder, { letters, answer }) {
  const [reading, writing] = [encoder.createStream(), decoder.createStream()];
  const likely = new Float32Array(answer.length + 1);
  /** @throws {RangeError} a letter that the model does not know. */
  return (text) => {
    reading.reset();
    for (const letter of text.toLowerCase()) {
      const id = letters.indexOf(letter) + 1;
      if (id === 0) throw new RangeError(`the model knows no "${letter}", only ${letters}`);
      reading.step([id]);
    }
    writing.setState(reading.getState());
    let id = 1;
    let written = '';
    while (written.length < LENGTH) {
      writing.step([id], likely);
      id = likely.indexOf(Math.max(...likely));
      written += answer[id - 1];
    }
    return written;
  };
}
