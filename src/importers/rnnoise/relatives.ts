/** Networks whose weights come in such blobs too, by how the names of their arrays begin: those of Opus' `dnn/`. */
const RELATIVES: readonly (readonly [names: RegExp, what: string])[] = [
  [/^(gru_[ab]|dual_fc|embed_(sig|pitch)|feature_(conv|dense))/, 'LPCNet, a speech synthesiser'],
  [/^plc_/, "Opus' packet loss concealment"],
  [/^(cond|sig)_net_/, "FARGAN, Opus' speech synthesiser"],
  [/^(enc|dec)_/, "RDOVAE, Opus' deep redundancy"],
  [/^dense_(if_upsampler|downsampler|final_upsampler)/, "PitchDNN, Opus' pitch estimator"],
  [/^lace_/, "LACE, Opus' speech enhancement"],
  [/^nolace_/, "NoLACE, Opus' speech enhancement"],
  [/^bbwenet_/, "BBWENet, Opus' bandwidth extension"],
];

/** @returns what network an array of this name belongs to, if it is one that is known. */
export const relative = (name: string): string | undefined => RELATIVES.find(([names]) => names.test(name))?.[1];
