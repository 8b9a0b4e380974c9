declare module 'oled-font-5x7' {
  /** A bitmap font: for each letter of `lookup` five columns, the topmost of seven dots the lowest bit. */
  const font: { readonly lookup: readonly string[]; readonly fontData: readonly number[] };
  export default font;
}
