/**
 * A page with what stands between `<!-- name: … -->` and `<!-- /name -->` replaced; the markers stay.
 * @throws {Error} where the page does not have the markers
 */
export function withBlock(page, name, text) {
  const block = new RegExp(`(<!-- ${name}:.*? -->\n)[^]*?(\n<!-- /${name} -->)`);
  if (!block.test(page)) throw new Error(`no block ${name}`);
  return page.replace(block, (_, begin, end) => `${begin}\n${text}\n${end}`);
}
